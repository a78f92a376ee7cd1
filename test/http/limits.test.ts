// What one caller may have of a gateway, through its real doors: connections, operations, events a second;
// who goes over a limit is told so and when to come back, and nobody else notices.

import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { createClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { everyRole, makeTokenFile, type TokenFile } from '../support/tokens.ts'
import { answerTo, ask, askForSocket, open } from './ask.ts'

type Message = { type: string; id?: string; payload?: { extensions?: { code?: string } }[] }
type Name = keyof typeof everyRole

let file: TokenFile<Name>
let gateway: TestGateway
const opened: (() => unknown)[] = []

beforeAll(async () => {
  file = await makeTokenFile<Name>(everyRole)
  gateway = await startTestGateway('sqlite', {
    tokensFile: file.path,
    principalConnections: 2,
    principalOperations: 3,
    principalEventsPerSecond: 10,
    batchEvents: 20,
    waitingSockets: 2,
  })
})
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
  for (const name of ['acme', 'globex'] as const) await roomFor(name)
})
afterAll(async () => {
  await gateway.stop()
  await file.remove()
})

const bearer = (name: Name) => ({ authorization: `Bearer ${file.tokens[name]}` })
const subscription = 'subscription { events { id } }'

/** A socket that closes with the test. */
async function openSocket(headers: Record<string, string> = {}, endpoint = gateway.socketEndpoint) {
  const socket = new WebSocket(endpoint, 'graphql-transport-ws', { headers })
  const received: Message[] = []
  const closed = new Promise<[number, string]>((resolve) => {
    socket.once('close', (code, reason) => resolve([code, String(reason)]))
  })
  opened.push(() => {
    socket.terminate()
    return closed
  })
  socket.on('message', (data) => {
    received.push(JSON.parse(String(data)))
    socket.emit('received')
  })
  const until = async (found: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const message = received.find(found)
      if (message) return message
      await once(socket, 'received')
    }
  }
  const send = (message: unknown) => socket.send(JSON.stringify(message))
  const subscribe = (id: string, text = subscription) =>
    send({ id, type: 'subscribe', payload: { query: text } })
  await once(socket, 'open')
  return { socket, closed, until, send, subscribe }
}

/** A socket that was let in, by the upgrade. */
async function openFor(name: Name) {
  const one = await openSocket(bearer(name))
  one.send({ type: 'connection_init' })
  await one.until(({ type }) => type === 'connection_ack')
  return one
}

/** A stream that ends with the test, and the status it was answered with. */
async function openStream(name: Name): Promise<{ status: number; close(): void }> {
  const asked = open(`${gateway.endpoint}?query=${encodeURIComponent(subscription)}`, {
    method: 'GET',
    headers: { accept: 'text/event-stream', ...bearer(name) },
  }).end()
  asked.on('error', () => {})
  const [response] = await once(asked, 'response')
  response.on('error', () => {})
  const close = () => void asked.destroy()
  opened.push(close)
  return { status: response.statusCode, close }
}

/** Resolves once nothing counts for a principal any more: it may have all it may have, and has none of it. */
async function roomFor(name: Name): Promise<void> {
  for (;;) {
    const statuses = [await openStream(name), await openStream(name)].map(({ status }) => status)
    for (const close of opened.splice(0)) await close()
    if (statuses.every((status) => status === 200)) break
  }
  while ((await askForSocket(gateway.endpoint, bearer(name))).status !== 101);
}

function code(body: string): unknown {
  return JSON.parse(body).error.code
}

async function refusals(limit: string): Promise<number> {
  const { body } = await ask(`${gateway.url}/metrics`, { headers: bearer('metrics') })
  return Number(new RegExp(`heliograph_refused_total{limit="${limit}"} (\\d+)`).exec(body)?.[1])
}

describe('connections of one principal', () => {
  it('over the limit are 429 with Retry-After, WebSockets and event streams counted together', async () => {
    await openFor('acme')
    const stream = await openStream('acme')
    expect(stream.status).toBe(200)
    const before = await refusals('connections')
    const socket = await askForSocket(gateway.endpoint, bearer('acme'))
    const events = await ask(`${gateway.endpoint}?query=${encodeURIComponent(subscription)}`, {
      headers: { accept: 'text/event-stream', ...bearer('acme') },
    })
    for (const answer of [socket, events]) {
      expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '5' } })
      expect(code(answer.body)).toBe('TOO_MANY_CONNECTIONS')
    }
    expect(await refusals('connections')).toBe(before + 2)
    expect((await openStream('globex')).status).toBe(200)
  })

  it('over the limit close with 1013 where the token comes with connection_init', async () => {
    await openFor('acme')
    await openFor('acme')
    const late = await openSocket()
    late.send({ type: 'connection_init', payload: { token: file.tokens.acme } })
    expect(await late.closed).toEqual([1013, expect.stringContaining('2 connections')])
  })

  it('let the graphql-ws client in as soon as there is room, as it comes back by itself', async () => {
    const first = await openFor('acme')
    await openFor('acme')
    const closes: number[] = []
    const client = createClient({
      url: gateway.socketEndpoint,
      webSocketImpl: WebSocket,
      connectionParams: { token: file.tokens.acme },
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: async () => {
        first.socket.close()
        await first.closed
      },
      on: { closed: (event) => closes.push((event as { code: number }).code) },
    })
    opened.push(() => client.dispose())
    for await (const { data } of client.iterate({ query: '{ viewer { name } }' }))
      expect(data).toEqual({ viewer: { name: 'acme' } })
    expect(closes).toContain(1013)
  })

  it('count once where connection_init shows the token of the upgrade again, and move with another', async () => {
    const again = await openSocket(bearer('acme'))
    again.send({ type: 'connection_init', payload: { token: file.tokens.acme } })
    await again.until(({ type }) => type === 'connection_ack')
    const moved = await openSocket(bearer('acme'))
    moved.send({ type: 'connection_init', payload: { token: file.tokens.globex } })
    await moved.until(({ type }) => type === 'connection_ack')
    await openFor('acme')
    expect((await askForSocket(gateway.endpoint, bearer('acme'))).status).toBe(429)
    await openFor('globex')
    expect((await askForSocket(gateway.endpoint, bearer('globex'))).status).toBe(429)
  })
})

describe('sockets without a token yet', () => {
  it('over the limit are 503 with Retry-After, and whoever shows one with the upgrade comes in', async () => {
    const waiting = [await openSocket(), await openSocket()]
    const answer = await askForSocket(gateway.endpoint)
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
    expect(code(answer.body)).toBe('OVERLOADED')
    await openFor('acme')
    waiting[0]?.send({ type: 'connection_init', payload: { token: file.tokens.globex } })
    await waiting[0]?.until(({ type }) => type === 'connection_ack')
    await openSocket()
  })
})

describe('operations of one principal', () => {
  it('over the limit are refused one by one, over all its connections, and what runs goes on', async () => {
    const one = await openFor('acme')
    const other = await openFor('acme')
    for (const id of ['1', '2', '3', '4']) one.subscribe(id)
    expect(await one.until(({ type }) => type === 'error')).toMatchObject({
      id: '4',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS', retryAfterSeconds: 5 } }],
    })
    other.subscribe('5')
    await other.until(({ id, type }) => id === '5' && type === 'error')
    const asked = { method: 'POST', body: '{"query":"{ head }"}' }
    const headers = { 'content-type': 'application/json', ...bearer('acme') }
    const overHttp = await ask(gateway.endpoint, { ...asked, headers })
    const sse = { ...headers, accept: 'text/event-stream' }
    for (const answer of [overHttp, await ask(gateway.endpoint, { ...asked, headers: sse })]) {
      expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '5' } })
      expect(code(answer.body)).toBe('TOO_MANY_OPERATIONS')
    }
    expect(JSON.parse(overHttp.body).errors[0].extensions.code).toBe('TOO_MANY_OPERATIONS')
    expect(await query(gateway.endpoint, '{ viewer { name } }', {}, file.tokens.globex)).toBeDefined()
    one.send({ id: '2', type: 'complete' })
    one.send({ type: 'ping', payload: {} })
    await one.until(({ type }) => type === 'pong')
    expect((await ask(gateway.endpoint, { ...asked, headers })).status).toBe(200)
    one.socket.close()
    await one.closed
    for (const id of ['6', '7', '8', '9']) other.subscribe(id)
    expect(await other.until(({ id, type }) => id !== '5' && type === 'error')).toMatchObject({ id: '9' })
  })
})

describe('an event stream', () => {
  it('asked for behind another answer on one connection is refused, as its events would pile up there', async () => {
    const { hostname, port } = new URL(gateway.url)
    const socket = connectTcp(Number(port), hostname)
    opened.push(() => socket.destroy())
    const body = JSON.stringify([note('ahead')])
    const { authorization } = bearer('admin')
    const common = `HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${authorization}\r\n`
    socket.write(
      `POST /events ${common}Content-Type: ${cloudEventBatch}\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
        `GET /graphql?query=${encodeURIComponent(subscription)} ${common}Accept: text/event-stream\r\nConnection: close\r\n\r\n`,
    )
    let text = ''
    for await (const piece of socket.setEncoding('utf8')) text += piece
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 202', 'HTTP/1.1 429'])
    expect(text).toContain('open one of its own for a stream')
  })
})

describe('what a principal holds', () => {
  /** Each begins something and leaves it in another way. */
  const ways: [string, () => Promise<unknown>][] = [
    ['a stream whose reader leaves', async () => (await openStream('acme')).close()],
    [
      'a stream whose reader is gone before it begins',
      async () => {
        const headers = { 'content-type': 'application/json', accept: 'text/event-stream', ...bearer('acme') }
        const asked = open(gateway.endpoint, { headers })
        asked.on('error', () => {})
        asked.end(JSON.stringify({ query: subscription }), () => asked.destroy())
        await new Promise((resolve) => asked.once('close', resolve))
      },
    ],
    [
      'streams asked for on one connection before the first is answered',
      async () => {
        const { hostname, port } = new URL(gateway.url)
        const socket = connectTcp(Number(port), hostname)
        const path = `/graphql?query=${encodeURIComponent(subscription)}`
        const head = `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\nAuthorization: ${bearer('acme').authorization}\r\n\r\n`
        socket.write(head.repeat(3))
        await once(socket, 'data')
        socket.destroy()
      },
    ],
    [
      'a socket that closes with its operations',
      async () => {
        const { subscribe, send, until, socket, closed } = await openFor('acme')
        for (const id of ['1', '2', '3', '4']) subscribe(id)
        send({ type: 'ping', payload: {} })
        await until(({ type }) => type === 'pong')
        socket.close()
        await closed
      },
    ],
    [
      'an id that is used again in the moment it is completed',
      async () => {
        const { socket, closed, until } = await openFor('acme')
        const raw = (socket as unknown as { _socket: { cork(): void; uncork(): void } })._socket
        raw.cork()
        const message = { id: 'same', type: 'subscribe', payload: { query: subscription } }
        for (const one of [message, { id: 'same', type: 'complete' }, message])
          socket.send(JSON.stringify(one))
        socket.send('{"type":"ping","payload":{}}')
        raw.uncork()
        await until(({ type }) => type === 'pong')
        socket.terminate()
        await closed
      },
    ],
    [
      'an operation that is refused',
      async () => {
        const { subscribe, until, socket, closed } = await openFor('acme')
        for (const id of ['1', '2', '3', '4', '5']) subscribe(id, '{ nothing }')
        await until(({ id, type }) => id === '5' && type === 'error')
        socket.terminate()
        await closed
      },
    ],
    [
      'a socket that breaks the protocol',
      async () => {
        const { subscribe, closed } = await openFor('acme')
        subscribe('same')
        subscribe('same')
        expect((await closed)[0]).toBe(4409)
      },
    ],
    [
      'a handshake that is none',
      async () => {
        const headers = { ...bearer('acme'), 'sec-websocket-key': 'none' }
        expect((await askForSocket(gateway.endpoint, headers)).status).toBe(400)
      },
    ],
    ['an upgrade that is left at once', () => askForSocket(gateway.endpoint, bearer('acme'))],
    [
      'a second token that is wrong',
      async () => {
        const { send, closed } = await openSocket(bearer('acme'))
        send({ type: 'connection_init', payload: { token: 'wrong' } })
        expect((await closed)[0]).toBe(4401)
      },
    ],
    [
      'a token that ends',
      async () => {
        const { closed, subscribe } = await openFor('acme')
        subscribe('1')
        const { acme: _, ...rest } = everyRole
        await file.write(rest)
        expect((await closed)[0]).toBe(4403)
        await file.write(everyRole)
        while ((await ask(`${gateway.endpoint}?query={head}`, { headers: bearer('acme') })).status !== 200);
      },
    ],
  ]

  it.each(ways)('is given back once, after %s', async (_, leave) => {
    for (let n = 0; n < 3; n++) {
      await leave()
      await roomFor('acme')
    }
    // Given back twice, it would be let in once more than it may.
    const one = await openFor('acme')
    await openFor('acme')
    expect((await askForSocket(gateway.endpoint, bearer('acme'))).status).toBe(429)
    for (const id of ['1', '2', '3', '4']) one.subscribe(id)
    expect(await one.until(({ type }) => type === 'error')).toMatchObject({ id: '4' })
  })
})

describe('events of one principal', () => {
  const batch = (name: string) => Array.from({ length: 20 }, (_, n) => note(`${name}-${n}`))

  it('over the rate are 429 with the time to wait, are not kept, and may be sent again then', async () => {
    const post = (name: string, by: Name) => gateway.post(batch(name), cloudEventBatch, file.tokens[by])
    let sent = 0
    let refused = await post('rate-0', 'ingest')
    expect(refused.status).toBe(202)
    while (refused.status !== 429) {
      sent += 1
      refused = await post(`rate-${sent}`, 'ingest')
    }
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(2)
    expect(await refused.json()).toMatchObject({ error: { code: 'RATE_LIMITED' } })
    expect(await refusals('events')).toBeGreaterThan(0)
    expect((await post('rate-of-another', 'admin')).status).toBe(202)
    const again = () => post(`rate-${sent}`, 'ingest')
    await expect.poll(async () => (await again()).json(), { timeout: 20_000 }).toMatchObject({ accepted: 20 })
  })

  it('over the rate are refused before their body was sent', async () => {
    const slow = await startTestGateway('sqlite', { principalEventsPerSecond: 1, batchEvents: 20 })
    opened.push(slow.stop)
    for (const name of ['owed', 'owing']) await slow.post(batch(name), cloudEventBatch)
    const headers = { 'content-type': cloudEventBatch, 'content-length': '5000' }
    const asked = open(`${slow.url}/events`, { headers })
    asked.on('error', () => {})
    asked.write('[')
    expect((await answerTo(asked)).status).toBe(429)
    asked.destroy()
  })

  it('posted at the same moment are not all let through, though each alone would be', async () => {
    const posts = Array.from({ length: 10 }, (_, n) =>
      gateway.post(batch(`storm-${n}`), cloudEventBatch, file.tokens.admin),
    )
    const statuses = (await Promise.all(posts)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5)
  })
})

describe('a stream of lines', () => {
  const lines = (count: number) =>
    Array.from(
      { length: count },
      (_, n) => `{"body":{"event":"VM.START","status":"Completed","entityuuid":"${n}"}}\n`,
    ).join('')
  const startStream = (url: string) =>
    open(`${url}/events`, { headers: { 'content-type': 'application/x-ndjson' } })

  it('that is too fast is slowed, and taken whole', async () => {
    const slow = await startTestGateway('sqlite', { principalEventsPerSecond: 1_000, batchEvents: 1 })
    opened.push(slow.stop)
    const startedMs = performance.now()
    const { status, body } = await answerTo(startStream(slow.url).end(lines(2_500)))
    expect(status).toBe(202)
    const { accepted, duplicates } = JSON.parse(body)
    expect(accepted + duplicates).toBe(2_500)
    // 1,000 are free, and a last part of 500 is not paid for yet.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(999)
  })

  it('that waits for its rate is told how far it came when the gateway stops', async () => {
    const slow = await startTestGateway('sqlite', { principalEventsPerSecond: 1, batchEvents: 1 })
    opened.push(slow.stop)
    const asked = startStream(slow.url)
    const answer = answerTo(asked)
    asked.write(lines(600))
    await expect
      .poll(() => query(slow.endpoint, '{ events(last: 1) { nodes { type } } }'))
      .toMatchObject({ events: { nodes: [{ type: 'VM.START' }] } })
    await slow.halt()
    const { status, body } = await answer
    expect(status).toBe(503)
    const { accepted, duplicates, error } = JSON.parse(body)
    expect(accepted + duplicates).toBeGreaterThan(0)
    expect(accepted + duplicates).toBeLessThan(600)
    expect(error.code).toBe('SHUTTING_DOWN')
    asked.destroy()
  })
})
