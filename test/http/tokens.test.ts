// A gateway with tokens, through its real doors: who may use which, how a subscription ends with its token,
// which pages may ask, and that no token is logged.

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { createClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createToken, hashToken } from '../../src/auth/token.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { connect, query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { everyRole, inMs, makeTokenFile, type TokenFile } from '../support/tokens.ts'
import { answerTo, ask, open } from './ask.ts'
import { bearer, doorsOf, json, openTo, reading, subscription } from './doors.ts'

type Name = keyof typeof everyRole
const listed = 'https://dashboard.example.org'
const wrongToken = createToken()

let file: TokenFile<Name>
let gateway: TestGateway
let log = ''
const opened: (() => unknown)[] = []

beforeAll(async () => {
  file = await makeTokenFile<Name>(everyRole)
  const lines = new PassThrough({ encoding: 'utf8' }).on('data', (text) => {
    log += text
  })
  gateway = await startTestGateway(
    'sqlite',
    { tokensFile: file.path, corsOrigins: [listed], host: '0.0.0.0' },
    createLogger('trace', lines),
  )
})
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
  await file.write(everyRole)
  await known()
})
afterAll(async () => {
  await gateway.stop()
  await file.remove()
})

const doors = doorsOf(() => gateway)
const allowed: Record<Name, readonly string[]> = {
  admin: openTo.ADMIN,
  acme: openTo.TENANT,
  globex: openTo.TENANT,
  ingest: openTo.INGEST,
  metrics: openTo.METRICS,
}
const cases = Object.keys(allowed).flatMap((name) =>
  Object.keys(doors).map((door) => [name as Name, door] as const),
)

/** Resolves once the gateway has read the file with everybody in it. */
async function known(): Promise<void> {
  while ((await doors['GraphQL by GET']?.(bearer(file.tokens.acme)))?.status !== 200);
  while ((await doors.metrics?.(bearer(file.tokens.ingest)))?.status !== 403);
}

/** Resolves once the gateway has read the file without acme in it. */
async function unknown(): Promise<void> {
  while ((await doors['GraphQL by GET']?.(bearer(file.tokens.acme)))?.status !== 401);
}

describe('a door', () => {
  it.each(cases)('for %s: %s opens by role, and is 403 otherwise', async (name, door) => {
    const answer = await doors[door]?.(bearer(file.tokens[name]))
    if (allowed[name].includes(door)) expect(answer?.status).toBeLessThan(300)
    else {
      expect(answer?.status).toBe(403)
      expect(JSON.parse(answer?.body ?? '').error.code).toBe('FORBIDDEN')
    }
  })

  it.each(Object.keys(doors))('(%s) is 401 with a wrong token, and says what it takes', async (door) => {
    const wrong = [
      `Bearer ${wrongToken}`,
      `Bearer ${hashToken(file.tokens.admin)}`,
      'Basic YTpi',
      'Bearer',
      '',
    ]
    for (const authorization of wrong) {
      const answer = await doors[door]?.({ authorization })
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="heliograph"' },
      })
      expect(JSON.parse(answer?.body ?? '').error.code).toBe('UNAUTHENTICATED')
    }
  })

  it.each(Object.keys(doors).filter((door) => door !== 'WebSocket'))(
    '(%s) is 401 without one',
    async (door) => {
      expect(await doors[door]?.({})).toMatchObject({ status: 401 })
    },
  )

  it('takes no token from the address', async () => {
    const { admin } = file.tokens
    for (const name of ['token', 'access_token', 'authorization']) {
      const answer = await ask(`${gateway.endpoint}?query={head}&${name}=${admin}`)
      expect(answer.status).toBe(401)
    }
  })

  it('is open without a token where it shows nothing of the cloud', async () => {
    expect((await ask(`${gateway.url}/health/live`)).status).toBe(200)
    expect((await ask(`${gateway.url}/health/ready`)).status).toBe(200)
    expect((await ask(gateway.url)).status).toBe(200)
    const page = await ask(gateway.endpoint, { headers: { accept: 'text/html' } })
    expect(page.headers['content-type']).toContain('text/html')
  })

  it('may be reached by any name and through a proxy', async () => {
    const headers = {
      ...bearer(file.tokens.acme),
      host: 'events.example.org',
      'x-forwarded-for': '10.0.0.1',
      origin: 'https://events.example.org',
    }
    for (const door of reading) expect((await doors[door]?.(headers))?.status).toBeLessThan(300)
  })
})

describe('a WebSocket', () => {
  async function init(payload?: unknown, headers: Record<string, string> = {}) {
    const socket = new WebSocket(gateway.socketEndpoint, 'graphql-transport-ws', { headers })
    opened.push(() => socket.terminate())
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload }))
    return new Promise<unknown>((resolve) => {
      socket.once('message', (data) => resolve(JSON.parse(String(data)).type))
      socket.once('close', resolve)
    })
  }

  it('takes the token from connection_init, in either form, or from the upgrade', async () => {
    const { acme } = file.tokens
    expect(await init({ Authorization: `Bearer ${acme}` })).toBe('connection_ack')
    expect(await init({ authorization: `bearer ${acme}` })).toBe('connection_ack')
    expect(await init({ token: acme })).toBe('connection_ack')
    expect(await init(undefined, bearer(acme))).toBe('connection_ack')
  })

  it('closes with 4401 where the token is missing or wrong', async () => {
    for (const payload of [undefined, {}, { token: wrongToken }, { token: 7 }, { Authorization: 'Basic a' }])
      expect(await init(payload)).toBe(4401)
    expect(await init({ token: wrongToken }, bearer(file.tokens.acme))).toBe(4401)
  })

  it('closes with 4403 where the token has not the right', async () => {
    expect(await init({ token: file.tokens.ingest })).toBe(4403)
    expect(await init({ token: file.tokens.metrics })).toBe(4403)
  })

  it('answers nothing before connection_init, whatever is sent', async () => {
    const socket = new WebSocket(gateway.socketEndpoint, 'graphql-transport-ws')
    opened.push(() => socket.terminate())
    const messages: string[] = []
    socket.on('message', (data) => messages.push(String(data)))
    await once(socket, 'open')
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ head }' } }))
    expect((await once(socket, 'close'))[0]).toBe(4401)
    expect(messages).toEqual([])
  })

  it('sees what its own token sees where connection_init brings another than the upgrade', async () => {
    const client = createClient({
      url: gateway.socketEndpoint,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocol: string) {
          super(url, protocol, { headers: bearer(file.tokens.acme) })
        }
      },
      connectionParams: { token: file.tokens.globex },
    })
    opened.push(() => client.dispose())
    for await (const { data } of client.iterate<{ viewer: object }>({ query: '{ viewer { name } }' }))
      expect(data?.viewer).toEqual({ name: 'globex' })
  })
})

describe('who asks', () => {
  it('is told by name, role and accounts', async () => {
    const asked = '{ viewer { name role accounts } }'
    expect(await query(gateway.endpoint, asked, {}, file.tokens.acme)).toEqual({
      viewer: { name: 'acme', role: 'TENANT', accounts: ['account-acme'] },
    })
  })
})

describe('a subscription', () => {
  const lifeMs = 4_000
  const short = { ...everyRole, acme: { ...everyRole.acme, expiresAt: '' } }
  const { acme: _, ...withdrawn } = everyRole
  const endings: [string, (begin: () => Promise<void>) => Promise<void>][] = [
    [
      'its token expires',
      async (begin) => {
        // Out first: with the entry from before still known, nobody could tell when this one is.
        await file.write(withdrawn)
        await unknown()
        await file.write({ ...short, acme: { ...short.acme, expiresAt: inMs(lifeMs) } })
        await known()
        await begin()
      },
    ],
    [
      'its token is withdrawn',
      async (begin) => {
        await known()
        await begin()
        await file.write(withdrawn)
      },
    ],
  ]

  it.each(endings)('over WebSocket closes with 4403 within 5 s when %s', async (_, end) => {
    const client = connect(gateway.socketEndpoint, file.tokens.acme)
    opened.push(client.close)
    let started = 0
    let closed: Promise<unknown[]> = Promise.resolve([])
    await end(async () => {
      const recording = client.subscribe('subscription { resources { type } }')
      await recording.until((rows) => rows.length > 0)
      const socket = client.socket()
      if (socket) closed = once(socket, 'close')
      started = performance.now()
    })
    expect((await closed)[0]).toBe(4403)
    expect(performance.now() - started).toBeLessThan(5_000 + lifeMs)
    const again = connect(gateway.socketEndpoint, file.tokens.acme)
    opened.push(again.close)
    const [error] = await again.subscribe('subscription { events { id } }').ended()
    expect(error?.message).toBe('closed with 4401')
  })

  it.each(endings)(
    'over SSE breaks off within 5 s when %s, and is 401 when it comes back',
    async (_, end) => {
      const headers = { ...json, ...bearer(file.tokens.acme), accept: 'text/event-stream' }
      const request = { method: 'POST', headers, body: subscription }
      let text: Promise<string> = Promise.resolve('')
      let started = 0
      await end(async () => {
        const response = await fetch(gateway.endpoint, request)
        expect(response.status).toBe(200)
        text = response.text()
        started = performance.now()
      })
      const received = await text
      expect(performance.now() - started).toBeLessThan(5_000 + lifeMs)
      expect(received).not.toContain('event: complete')
      expect(received).not.toContain('id: end')
      expect((await fetch(gateway.endpoint, request)).status).toBe(401)
    },
  )

  it('of another token goes on', async () => {
    const client = connect(gateway.socketEndpoint, file.tokens.globex)
    const gone = connect(gateway.socketEndpoint, file.tokens.acme)
    opened.push(client.close, gone.close)
    await known()
    const recording = client.subscribe('subscription { events { eventId } }')
    const ending = gone.subscribe('subscription { resources { type } }')
    await ending.until((rows) => rows.length > 0)
    await file.write(withdrawn)
    await ending.ended()
    const event = note('after-the-withdrawal', 'TEST.NOTE', { account: 'account-globex' })
    await gateway.post([event], cloudEventBatch, file.tokens.ingest)
    await recording.until((rows) => rows.some(({ eventId }) => eventId === 'after-the-withdrawal'))
  })
})

describe('an endless ingest stream', () => {
  it('ends with its token, and what it brought is told', async () => {
    const headers = { 'content-type': 'application/x-ndjson', ...bearer(file.tokens.ingest) }
    const asked = open(`${gateway.url}/events`, { headers })
    const answer = answerTo(asked)
    asked.write('{"body":{"event":"VM.START","status":"Completed"}}\n')
    const seen = connect(gateway.socketEndpoint, file.tokens.admin)
    opened.push(seen.close)
    const { ingest: _, ...rest } = everyRole
    await file.write(rest)
    const { status, body } = await answer
    expect(status).toBe(403)
    expect(JSON.parse(body).error.code).toBe('FORBIDDEN')
    asked.destroy()
  })
})

describe('a page of another site', () => {
  it('is refused with 403 at every door, with the best token, and told of the list', async () => {
    for (const origin of ['https://evil.example.org', 'null', `${listed}.example.org`, `${listed}:8443`])
      for (const door of Object.values(doors)) {
        const { status, headers, body } = await door({ ...bearer(file.tokens.admin), origin })
        expect(status).toBe(403)
        expect(headers).not.toHaveProperty('access-control-allow-origin')
        expect(JSON.parse(body).error).toMatchObject({ code: 'FORBIDDEN', field: 'origin' })
      }
  })

  it('that is listed may ask, and read the answer, refusals included', async () => {
    const headers = { ...json, ...bearer(file.tokens.acme), origin: listed }
    const answer = await doors['GraphQL by POST']?.(headers)
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': listed } })
    const refused = await doors['GraphQL by POST']?.({ origin: listed })
    expect(refused).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': listed } })
    expect((await doors.WebSocket?.(headers))?.status).toBe(101)
  })

  it('that is listed is told by preflight what it may send; others are not', async () => {
    const preflight = (origin: string) =>
      ask(gateway.endpoint, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      })
    const answer = await preflight(listed)
    expect(answer.status).toBe(204)
    expect(answer.headers['access-control-allow-origin']).toBe(listed)
    expect(answer.headers['access-control-allow-headers']).toContain('authorization')
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    expect((await preflight('https://evil.example.org')).status).toBe(403)
  })
})

// Last, so that it searches what all of the above has logged.
describe('the log', () => {
  it('holds no token and no hash', async () => {
    await file.writeText(`{"tokens":[{"sha256":"${file.tokens.admin}"`)
    while (!log.includes('cannot be used')) await ask(gateway.url)
    for (const token of [...Object.values(file.tokens), wrongToken]) {
      expect(log).not.toContain(token)
      expect(log).not.toContain(hashToken(token))
    }
    expect(log).toContain('the token file was read again')
  })
})
