// A gateway with JWTs beside a token file, through its real doors: who may use which, how a subscription
// ends with its JWT, what an issuer that is away means, and that no JWT is logged.

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createLogger } from '../../src/observe/logger.ts'
import { connect, query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Claims, type Issuer, inSeconds, startIssuer } from '../support/issuer.ts'
import { everyRole, makeTokenFile, type TokenFile } from '../support/tokens.ts'
import { answerTo, open } from './ask.ts'
import { bearer, doorsOf, json, openTo, subscription } from './doors.ts'

const claimsOf = {
  ADMIN: { sub: 'root', role: 'admin', accounts: [] },
  TENANT: { sub: 'alice' },
  INGEST: { sub: 'server', role: 'ingest', accounts: [] },
  METRICS: { sub: 'scraper', role: 'metrics', accounts: [] },
} as const satisfies Record<string, Claims>
type Role = keyof typeof claimsOf

let issuer: Issuer
let file: TokenFile<keyof typeof everyRole>
let gateway: TestGateway
let log = ''
const opened: (() => unknown)[] = []
const doors = doorsOf(() => gateway)
const cases = Object.keys(claimsOf).flatMap((role) =>
  Object.keys(doors).map((door) => [role as Role, door] as const),
)

beforeAll(async () => {
  issuer = await startIssuer()
  file = await makeTokenFile<keyof typeof everyRole>(everyRole)
  const lines = new PassThrough({ encoding: 'utf8' }).on('data', (text) => {
    log += text
  })
  const settings = { ...issuer.settings, tokensFile: file.path, host: '0.0.0.0' }
  gateway = await startTestGateway('sqlite', settings, createLogger('trace', lines))
})
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
afterAll(async () => {
  await gateway.stop()
  await issuer.stop()
  await file.remove()
})

/** What `connection_init` with this payload is answered: the type of a message, or the code of a close. */
async function init(payload: unknown, { socketEndpoint } = gateway): Promise<unknown> {
  const socket = new WebSocket(socketEndpoint, 'graphql-transport-ws')
  opened.push(() => socket.terminate())
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload }))
  return new Promise((resolve) => {
    socket.once('message', (data) => resolve(JSON.parse(String(data)).type))
    socket.once('close', resolve)
  })
}

describe('a door', () => {
  it.each(cases)('for a JWT of role %s: %s opens by role, and is 403 otherwise', async (role, door) => {
    const answer = await doors[door]?.(bearer(await issuer.sign(claimsOf[role])))
    if (openTo[role].includes(door)) expect(answer?.status).toBeLessThan(300)
    else {
      expect(answer?.status).toBe(403)
      expect(JSON.parse(answer?.body ?? '').error.code).toBe('FORBIDDEN')
    }
  })

  it.each(Object.keys(doors))('(%s) is 401 with a wrong JWT, and names the claim at fault', async (door) => {
    const wrong: [Claims, string][] = [
      [{ exp: inSeconds(-1) }, 'exp'],
      [{ exp: undefined }, 'exp'],
      [{ aud: 'others' }, 'aud'],
      [{ iss: 'https://others.example.org' }, 'iss'],
      [{ role: 'root' }, 'role'],
      [{ accounts: [] }, 'accounts'],
    ]
    for (const [claims, field] of wrong) {
      const answer = await doors[door]?.(bearer(await issuer.sign(claims)))
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="heliograph"' },
      })
      expect(JSON.parse(answer?.body ?? '').error).toMatchObject({ code: 'UNAUTHENTICATED', field })
    }
    const [header, , signature] = (await issuer.sign()).split('.')
    const forged = [header, Buffer.from('{"role":"admin"}').toString('base64url'), signature].join('.')
    expect(await doors[door]?.(bearer(forged))).toMatchObject({ status: 401 })
  })

  it('opens for tokens of the file as before', async () => {
    const asked = '{ viewer { name role accounts } }'
    expect(await query(gateway.endpoint, asked, {}, file.tokens.acme)).toEqual({
      viewer: { name: 'acme', role: 'TENANT', accounts: ['account-acme'] },
    })
    expect(await query(gateway.endpoint, asked, {}, await issuer.sign({ sub: 'acme' }))).toEqual({
      viewer: {
        name: `jwt:${issuer.settings.jwtIssuer} acme`,
        role: 'TENANT',
        accounts: ['account-acme'],
      },
    })
  })

  it('shows the tenant of a JWT what belongs to its accounts, and nothing else', async () => {
    const events = ['acme', 'globex'].map((name) =>
      note(`of-${name}`, 'TEST.NOTE', { account: `account-${name}` }),
    )
    const ingest = await issuer.sign(claimsOf.INGEST)
    expect((await gateway.post(events, cloudEventBatch, ingest)).status).toBe(202)
    const asked = '{ events(first: 100) { edges { node { eventId } } } }'
    const seen = async (token: string) =>
      JSON.stringify(await query(gateway.endpoint, asked, {}, token)).match(/of-\w+/g)
    expect(await seen(await issuer.sign())).toEqual(['of-acme'])
    expect(await seen(await issuer.sign({ accounts: 'account-globex' }))).toEqual(['of-globex'])
    expect(await seen(await issuer.sign(claimsOf.ADMIN))).toEqual(['of-acme', 'of-globex'])
  })

  it('opens without a restart for a JWT that a new key has signed', async () => {
    await issuer.addKey('next', 'RS256')
    const token = await issuer.sign({}, { kid: 'next' })
    while ((await doors['GraphQL by GET']?.(bearer(token)))?.status !== 200);
    expect(await init({ token })).toBe('connection_ack')
  })
})

describe('a WebSocket', () => {
  it('takes a JWT from connection_init, in either form', async () => {
    const token = await issuer.sign()
    expect(await init({ Authorization: `Bearer ${token}` })).toBe('connection_ack')
    expect(await init({ token })).toBe('connection_ack')
  })

  it('closes with 4401 where the JWT is wrong, or as long as a message may be', async () => {
    expect(await init({ token: await issuer.sign({ exp: inSeconds(-1) }) })).toBe(4401)
    expect(await init({ token: await issuer.sign({ filler: 'x'.repeat(90_000) }) })).toBe(4401)
    expect(await init({ token: 'a.b.c' })).toBe(4401)
  })

  it('closes with 4403 where the JWT has not the right', async () => {
    expect(await init({ token: await issuer.sign(claimsOf.INGEST) })).toBe(4403)
    expect(await init({ token: await issuer.sign(claimsOf.METRICS) })).toBe(4403)
  })
})

describe('when a JWT expires', () => {
  it('its WebSocket closes with 4403 within 5 s, and is 4401 when it comes back', async () => {
    const exp = inSeconds(4)
    const token = await issuer.sign({ exp })
    const client = connect(gateway.socketEndpoint, token)
    opened.push(client.close)
    const recording = client.subscribe('subscription { resources { type } }')
    await recording.until((rows) => rows.length > 0)
    const socket = client.socket()
    expect(socket && (await once(socket, 'close'))[0]).toBe(4403)
    expect(inSeconds(0) - exp).toBeLessThan(5)
    expect(await init({ token })).toBe(4401)
  })

  it('its SSE stream breaks off within 5 s, and is 401 when it comes back', async () => {
    const exp = inSeconds(4)
    const headers = { ...json, accept: 'text/event-stream', ...bearer(await issuer.sign({ exp })) }
    const request = { method: 'POST', headers, body: subscription }
    const response = await fetch(gateway.endpoint, request)
    expect(response.status).toBe(200)
    const received = await response.text()
    expect(inSeconds(0) - exp).toBeLessThan(5)
    expect(received).not.toMatch(/event: complete|id: end/)
    expect((await fetch(gateway.endpoint, request)).status).toBe(401)
  })

  it('its endless ingest stream ends with 403', async () => {
    const token = await issuer.sign({ ...claimsOf.INGEST, exp: inSeconds(4) })
    const headers = { 'content-type': 'application/x-ndjson', ...bearer(token) }
    const asked = open(`${gateway.url}/events`, { headers })
    const answer = answerTo(asked)
    asked.write('{"body":{"event":"VM.START","status":"Completed"}}\n')
    const { status, body } = await answer
    expect(status).toBe(403)
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'FORBIDDEN' }, accepted: 1 })
    asked.destroy()
  })
})

describe('while the issuer is away', () => {
  it('a gateway starts; a JWT is 503 with Retry-After, or 1013, and counts once the issuer is back', async () => {
    const away = await startIssuer()
    opened.push(away.stop)
    await away.shut()
    const started = await startTestGateway('sqlite', { ...away.settings, tokensFile: file.path })
    opened.push(started.stop)
    const token = await away.sign(claimsOf.ADMIN)
    for (const door of Object.values(doorsOf(() => started))) {
      const answer = await door(bearer(token))
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
      expect(JSON.parse(answer.body).error.code).toBe('KEYS_UNAVAILABLE')
      expect((await door(bearer(file.tokens.admin))).status).toBeLessThan(300)
    }
    expect(await init({ token }, started)).toBe(1013)
    await away.open()
    while ((await init({ token }, started)) !== 'connection_ack');
  })

  it('later, the keys that are known go on', async () => {
    await issuer.shut()
    opened.push(issuer.open)
    for (const door of Object.values(doors)) {
      expect((await door(bearer(await issuer.sign(claimsOf.ADMIN)))).status).toBeLessThan(300)
    }
  })
})

// Last, so that it searches what all of the above has logged.
describe('the log', () => {
  it('holds no JWT, and nothing of its claims', () => {
    expect(log).toContain('the keys of JWTs were fetched')
    expect(log).not.toMatch(/eyJ|alice|scraper/)
  })
})
