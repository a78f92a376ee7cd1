// Stream tickets through the real doors of a gateway with tokens: where one opens, what it is bound to, how it
// ends, and that none is logged.

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { EventSource } from 'eventsource'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '../../src/observe/logger.ts'
import { connect, query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { everyRole, makeTokenFile, type TokenFile } from '../support/tokens.ts'
import { type Answer, ask, askForSocket } from './ask.ts'

type Name = keyof typeof everyRole
type Made = { readonly ticket: string; readonly expiresAt: string }

const listed = 'https://dashboard.example.org'
const mutation = 'mutation { createStreamTicket { ticket expiresAt } }'
const events = 'subscription ($types: [String!]) { events(filter: { types: $types }) { eventId } }'
const stream = { accept: 'text/event-stream' }
const json = { 'content-type': 'application/json' }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

let file: TokenFile<Name>
let gateway: TestGateway
let log = ''
const made: string[] = []
const opened: (() => unknown)[] = []

beforeAll(async () => {
  file = await makeTokenFile<Name>(everyRole)
  const lines = new PassThrough({ encoding: 'utf8' }).on('data', (text) => {
    log += text
  })
  gateway = await startTestGateway(
    'sqlite',
    { tokensFile: file.path, corsOrigins: [listed], bookmarkMs: 100 },
    createLogger('trace', lines),
  )
})
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})
afterAll(async () => {
  await gateway?.stop()
  await file?.remove()
})

async function makeTicket(name: Name = 'acme'): Promise<string> {
  const data = await query<{ createStreamTicket: Made }>(gateway.endpoint, mutation, {}, file.tokens[name])
  made.push(data.createStreamTicket.ticket)
  return data.createStreamTicket.ticket
}

/** The address of an operation with a ticket, as a page makes it. */
function addressOf(ticket: string, parameters: Record<string, string> = {}, endpoint = gateway.endpoint) {
  return `${endpoint}?${new URLSearchParams({ query: '{ viewer { name } }', ...parameters, ticket })}`
}

function subscriptionAddress(ticket: string, types: readonly string[], endpoint = gateway.endpoint): string {
  return addressOf(ticket, { query: events, variables: JSON.stringify({ types }) }, endpoint)
}

const use = (ticket: string, parameters: Record<string, string> = {}, headers = {}) =>
  ask(addressOf(ticket, parameters), { headers: { ...stream, ...headers } })

function openSource(address: string): {
  source: EventSource
  received: string[]
  status: () => number | undefined
} {
  const source = new EventSource(address)
  opened.push(() => source.close())
  const received: string[] = []
  let status: number | undefined
  source.addEventListener('next', ({ data }) => received.push(JSON.parse(data).data.events.eventId))
  source.addEventListener('error', ({ code }) => {
    status = code
  })
  return { source, received, status: () => status }
}

async function post(id: string, type: string, target = gateway): Promise<void> {
  const event = note(id, type, { account: 'account-acme' })
  expect((await target.post([event], cloudEventBatch, file.tokens.ingest)).status).toBe(202)
}

function refusalOf({ body }: Answer): { code: string; message: string; field?: string } {
  return JSON.parse(body).error
}

describe('createStreamTicket', () => {
  it('gives a ticket that is to be used within 60 seconds, to nobody else and never cached', async () => {
    const answer = await ask(gateway.endpoint, {
      method: 'POST',
      headers: { ...json, ...bearer(file.tokens.acme) },
      body: JSON.stringify({ query: mutation }),
    })
    const { ticket, expiresAt } = JSON.parse(answer.body).data.createStreamTicket
    made.push(ticket)
    expect(ticket).toMatch(/^st_[\w-]{43}$/)
    expect(expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const seconds = (Date.parse(expiresAt) - Date.now()) / 1_000
    expect(seconds).toBeGreaterThan(30)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  })

  it('is not run by GET, from a form, or for who may not read', async () => {
    const get = await ask(`${gateway.endpoint}?query=${encodeURIComponent(mutation)}`, {
      headers: bearer(file.tokens.acme),
    })
    expect(get.status).toBe(405)
    const body = JSON.stringify({ query: mutation })
    const post = (headers: Record<string, string>) => ask(gateway.endpoint, { method: 'POST', headers, body })
    const form = { 'content-type': 'text/plain', ...bearer(file.tokens.acme) }
    expect((await post(form)).status).toBe(415)
    expect((await post(json)).status).toBe(401)
    for (const name of ['ingest', 'metrics'] as const)
      expect((await post({ ...json, ...bearer(file.tokens[name]) })).status).toBe(403)
  })

  it('is not run by a ticket: none makes another', async () => {
    const answer = await use(await makeTicket(), { query: mutation })
    expect(answer.status).toBe(405)
  })

  it('over a WebSocket gives one too', async () => {
    const client = connect(gateway.socketEndpoint, file.tokens.acme)
    opened.push(client.close)
    const [row] = await client.subscribe<Made>(mutation).until((rows) => rows.length === 1)
    made.push(row?.ticket ?? '')
    expect((await use(row?.ticket ?? '')).body).toContain('"name":"acme"')
  })
})

describe('a ticket', () => {
  it('lets in as the principal it was made for, without any header', async () => {
    for (const name of ['admin', 'acme', 'globex'] as const) {
      const answer = await use(await makeTicket(name))
      expect(answer.status).toBe(200)
      expect(answer.body).toContain(`{"viewer":{"name":"${name}"}}`)
      expect(answer.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'referrer-policy': 'no-referrer',
        'cache-control': expect.stringContaining('no-store'),
      })
    }
  })

  it('is bound by its first use to query, operationName and variables as they were sent', async () => {
    const first = {
      query: 'query A { viewer { name } } query B { head }',
      operationName: 'A',
      variables: '{"a":1}',
    }
    const ticket = await makeTicket()
    expect((await use(ticket, first)).status).toBe(200)
    const others = [
      { ...first, query: `${first.query} ` },
      { ...first, operationName: 'B' },
      { ...first, variables: '{"a": 1}' },
      { query: first.query, operationName: 'A' },
    ]
    for (const other of others) {
      const answer = await use(ticket, other)
      expect(answer.status).toBe(403)
      expect(refusalOf(answer)).toMatchObject({ code: 'FORBIDDEN', field: 'ticket' })
      expect(refusalOf(answer).message).toContain('bound to')
    }
    expect((await use(ticket, first)).status).toBe(200)
  })

  it('that is unknown or malformed is 401, and says how to get one', async () => {
    const ticket = await makeTicket()
    for (const wrong of ['', 'st_', `${ticket}x`, `st_${'a'.repeat(43)}`, file.tokens.acme]) {
      const answer = await use(wrong)
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="heliograph"', 'referrer-policy': 'no-referrer' },
      })
      expect(refusalOf(answer)).toMatchObject({ code: 'UNAUTHENTICATED', field: 'ticket' })
      expect(refusalOf(answer).message).toContain('createStreamTicket')
      if (wrong.length > 3) expect(answer.body).not.toContain(wrong)
    }
  })

  it('counts for nothing anywhere else: 401 that says what it is for', async () => {
    const ticket = await makeTicket()
    const address = addressOf(ticket)
    const elsewhere: Record<string, () => Promise<Answer>> = {
      'GET for JSON': () => ask(address),
      'GET for anything': () => ask(address, { headers: { accept: '*/*' } }),
      'GET for JSON or a stream': () =>
        ask(address, { headers: { accept: 'text/event-stream, application/json' } }),
      'POST for a stream': () =>
        ask(`${gateway.endpoint}?ticket=${ticket}`, {
          method: 'POST',
          headers: { ...json, ...stream },
          body: '{"query":"{ viewer { name } }"}',
        }),
      'POST for JSON': () =>
        ask(`${gateway.endpoint}?ticket=${ticket}`, {
          method: 'POST',
          headers: json,
          body: '{"query":"{ head }"}',
        }),
      WebSocket: () => askForSocket(`${gateway.endpoint}?ticket=${ticket}`),
      events: () =>
        ask(`${gateway.url}/events?ticket=${ticket}`, {
          method: 'POST',
          headers: { 'content-type': cloudEventBatch },
          body: '[]',
        }),
      metrics: () => ask(`${gateway.url}/metrics?ticket=${ticket}`, { headers: stream }),
    }
    for (const [name, door] of Object.entries(elsewhere)) {
      const answer = await door()
      expect(answer.status, name).toBe(401)
      expect(refusalOf(answer).message, name).toContain('counts for nothing here')
      expect(refusalOf(answer).message, name).toContain('text/event-stream')
      expect(answer.headers['referrer-policy'], name).toBe('no-referrer')
    }
    // None of that was its first use.
    expect((await use(ticket)).status).toBe(200)
  })

  it('in the Authorization header or in connection_init is no token', async () => {
    const ticket = await makeTicket()
    expect((await ask(gateway.endpoint, { headers: { ...stream, ...bearer(ticket) } })).status).toBe(401)
    const client = connect(gateway.socketEndpoint, ticket)
    opened.push(client.close)
    const [error] = await client.subscribe('subscription { events { id } }').ended()
    expect(error?.message).toBe('closed with 4401')
  })

  it('beside an Authorization header is refused, as two callers are one too many', async () => {
    const ticket = await makeTicket()
    for (const token of [file.tokens.acme, file.tokens.admin, 'wrong']) {
      const answer = await use(ticket, {}, bearer(token))
      expect(answer.status).toBe(400)
      expect(refusalOf(answer)).toMatchObject({ code: 'BAD_INPUT', field: 'ticket' })
    }
    expect((await use(ticket)).status).toBe(200)
  })

  it('is read by pages of listed origins, and refused to others', async () => {
    const ticket = await makeTicket()
    expect((await use(ticket, {}, { origin: 'https://evil.example.org' })).status).toBe(403)
    const answer = await use(ticket, {}, { origin: listed })
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': listed } })
    const refused = await use('st_', {}, { origin: listed })
    expect(refused).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': listed } })
  })

  it('that comes back to a stream that is over for good is answered 204, without a referrer', async () => {
    const ticket = await makeTicket()
    await use(ticket)
    const answer = await use(ticket, {}, { 'last-event-id': 'end' })
    expect(answer).toMatchObject({
      status: 204,
      headers: { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' },
    })
  })

  it('beyond a thousand unused ones of a token is refused with 429 and when to come back', async () => {
    const body = JSON.stringify({
      query: `mutation { ${Array.from({ length: 50 }, (_, n) => `t${n}: createStreamTicket { ticket }`).join(' ')} }`,
    })
    const headers = { ...json, ...bearer(file.tokens.globex) }
    let refused: { extensions: object } | null = null
    for (let n = 0; n < 21; n++) {
      const answer = await ask(gateway.endpoint, { method: 'POST', headers, body })
      refused = JSON.parse(answer.body).errors?.[0] ?? null
      if (refused !== null) break
    }
    expect(refused?.extensions).toMatchObject({ code: 'TOO_MANY_TICKETS', retryAfterSeconds: 60 })
    expect((await use(await makeTicket('acme'))).status).toBe(200)
  })
})

describe('EventSource with a ticket', () => {
  it('gets what the principal sees, and with another operation nothing', async () => {
    const ticket = await makeTicket()
    const { source, received } = openSource(subscriptionAddress(ticket, ['TICKET.LIVE']))
    await once(source, 'open')
    await gateway.post(
      [note('foreign', 'TICKET.LIVE', { account: 'account-globex' })],
      cloudEventBatch,
      file.tokens.ingest,
    )
    await post('own', 'TICKET.LIVE')
    await expect.poll(() => received).toEqual(['own'])
    const other = openSource(subscriptionAddress(ticket, ['TICKET.OTHER']))
    await once(other.source, 'error')
    expect(other.status()).toBe(403)
    expect(other.source.readyState).toBe(EventSource.CLOSED)
  })

  it('comes back with Last-Event-ID after a restart of the gateway, and misses nothing', async () => {
    const settings = { tokensFile: file.path, bookmarkMs: 100 }
    const first = await startTestGateway('sqlite', settings)
    opened.push(() => first.stop())
    const port = Number(new URL(first.url).port)
    const data = await query<{ createStreamTicket: Made }>(first.endpoint, mutation, {}, file.tokens.acme)
    const { ticket } = data.createStreamTicket
    made.push(ticket)
    const { source, received } = openSource(subscriptionAddress(ticket, ['TICKET.RESUME'], first.endpoint))
    await once(source, 'open')
    await post('before', 'TICKET.RESUME', first)
    await expect.poll(() => received).toEqual(['before'])
    await first.halt()
    const again = await startTestGateway('sqlite', { ...settings, dataDir: first.settings.dataDir, port })
    opened.push(() => again.halt())
    await post('while away', 'TICKET.RESUME', again)
    await expect.poll(() => received, { timeout: 15_000 }).toEqual(['before', 'while away'])
    await post('afterwards', 'TICKET.RESUME', again)
    await expect.poll(() => received).toEqual(['before', 'while away', 'afterwards'])
  })

  it('breaks off when its token is withdrawn, comes back to 401, and stops for good', async () => {
    const ticket = await makeTicket()
    const { source, status } = openSource(subscriptionAddress(ticket, ['TICKET.NEVER']))
    await once(source, 'open')
    const { acme: _, ...rest } = everyRole
    await file.write(rest)
    await expect.poll(() => source.readyState, { timeout: 15_000 }).toBe(EventSource.CLOSED)
    expect(status()).toBe(401)
    await file.write(everyRole)
    await expect.poll(async () => (await use(ticket, { query: events })).status).toBe(403)
  })
})

describe('without tokens', () => {
  it('a ticket is made and used in the same way, so that a page is written once', async () => {
    const open = await startTestGateway('sqlite')
    opened.push(() => open.stop())
    const data = await query<{ createStreamTicket: Made }>(open.endpoint, mutation)
    const { ticket } = data.createStreamTicket
    made.push(ticket)
    const asked = (address: string, headers: Record<string, string> = stream) => ask(address, { headers })
    const answer = await asked(addressOf(ticket, {}, open.endpoint))
    expect(answer.body).toContain('"name":"loopback"')
    expect((await asked(addressOf(ticket, { query: '{ head }' }, open.endpoint))).status).toBe(403)
    expect((await asked(addressOf('st_', {}, open.endpoint))).status).toBe(401)
    expect((await asked(addressOf(ticket, {}, open.endpoint), {})).status).toBe(401)
    expect((await asked(addressOf(ticket, {}, open.endpoint), { ...stream, origin: listed })).status).toBe(
      403,
    )
  })
})

// Last, so that it searches what all of the above has logged.
describe('the log', () => {
  it('at level trace holds no ticket, used rightly or wrongly, nor its place', async () => {
    expect(made.length).toBeGreaterThan(10)
    expect(log).toContain('the token file was read again')
    for (const ticket of made) expect(log).not.toContain(ticket.slice(3))
    expect(log).not.toContain('st_')
  })
})
