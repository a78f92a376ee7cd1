// Clients that keep a connection and do nothing with it, or what no client should: each wait for them has
// an end, each is told what was wrong where it can be, and nobody else notices.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { answerTo, ask, askForSocket, open } from './ask.ts'

let gateway: TestGateway
const opened: (() => unknown)[] = []

beforeAll(async () => {
  gateway = await startTestGateway('sqlite', {
    headersTimeoutMs: 400,
    requestTimeoutMs: 2_000,
    idleTimeoutMs: 1_000,
    bookmarkMs: 600_000,
  })
})
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})
afterAll(() => gateway.stop())

const get = 'GET /graphql?query={head} HTTP/1.1\r\nHost: 127.0.0.1\r\n'

/** A bare connection, and all that comes on it until it ends. */
async function dial(url = gateway.url): Promise<{ socket: Socket; text: Promise<string> }> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  opened.push(() => socket.destroy())
  let received = ''
  socket.setEncoding('utf8').on('data', (piece) => {
    received += piece
  })
  socket.on('error', () => {})
  const text = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  await once(socket, 'connect')
  return { socket, text }
}

/** Sends a byte every 50 ms until the other side ends it. */
function trickle(socket: Pick<Socket, 'write' | 'once'>, byte: string): void {
  const timer = setInterval(() => socket.write(byte), 50)
  socket.once('close', () => clearInterval(timer))
}

function errorIn(text: string): { status: number; code: string; message: string } {
  const [head = '', body = ''] = text.split('\r\n\r\n').slice(-2)
  return { status: Number(/HTTP\/1\.1 (\d+)/.exec(head)?.[1]), ...JSON.parse(body).error }
}

describe('a connection', () => {
  it('that never sends a byte is ended with 408', async () => {
    const { text } = await dial()
    expect(errorIn(await text)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' })
  })

  it('whose headers trickle is ended with 408', async () => {
    const { socket, text } = await dial()
    socket.write(`${get}x: `)
    trickle(socket, 'x')
    expect(errorIn(await text)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' })
  })

  it('whose headers trickle after an answer is ended as well', async () => {
    const { socket, text } = await dial()
    socket.write(`${get}\r\n`)
    await once(socket, 'data')
    socket.write(`${get}x: `)
    trickle(socket, 'x')
    expect(errorIn(await text)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' })
  })

  it('on which nothing more is asked is ended', async () => {
    const { socket, text } = await dial()
    socket.write(`${get}\r\n`)
    expect(await text).toMatch(/^HTTP\/1.1 200 .*"head"/s)
  })

  it('that asks to upgrade and stops before its headers end is ended with 408', async () => {
    const { socket, text } = await dial()
    socket.write(`${get}Connection: Upgrade\r\nUpgrade: websocket\r\n`)
    expect(errorIn(await text)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' })
  })

  it.each([
    ['TLS', Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['nothing known', 'hello\r\n\r\n'],
    ['two lengths', 'POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  ])('that speaks %s is told so with 400 and no more', async (_, bytes) => {
    const { socket, text } = await dial()
    socket.write(bytes)
    const answer = await text
    expect(errorIn(answer)).toEqual({
      status: 400,
      code: 'BAD_INPUT',
      message: expect.stringContaining('HTTP/1.1'),
    })
  })

  it('whose headers are too long is answered 431', async () => {
    const { socket, text } = await dial()
    socket.write(`${get}x: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(errorIn(await text)).toMatchObject({ status: 431, code: 'TOO_LARGE' })
  })

  it('with thousands of headers hides none of them', async () => {
    const { socket, text } = await dial()
    socket.write(`${get}Connection: close\r\n${'a:\r\n'.repeat(3_000)}X-Forwarded-For: 10.0.0.1\r\n\r\n`)
    expect(errorIn(await text)).toMatchObject({ status: 403, code: 'FORBIDDEN', field: 'x-forwarded-for' })
  })

  it('with hundreds of requests ahead of their answers is served what it may, and goes on', async () => {
    const { socket, text } = await dial()
    socket.write(`${get}\r\n`.repeat(300))
    socket.write(`${get}Connection: close\r\n\r\n`)
    const answers = (await text).match(/HTTP\/1\.1 \d+/g) ?? []
    expect(answers).toHaveLength(301)
    expect(answers.filter((one) => one.endsWith('503')).length).toBeGreaterThan(0)
    expect(answers.filter((one) => one.endsWith('200')).length).toBeGreaterThanOrEqual(100)
  })
})

describe('a body', () => {
  const headers = { 'content-type': cloudEventBatch, 'content-length': '100000' }

  it('that pauses is answered 408', async () => {
    const asked = open(`${gateway.url}/events`, { headers }).on('error', () => {})
    asked.write('[')
    const { status, body } = await answerTo(asked)
    expect(status).toBe(408)
    expect(JSON.parse(body).error.code).toBe('REQUEST_TIMEOUT')
    asked.destroy()
  })

  it.each(['/events', '/graphql'])(
    'that trickles to %s is answered 408, though it never pauses',
    async (path) => {
      const type = path === '/events' ? cloudEventBatch : 'application/json'
      const asked = open(gateway.url + path, { headers: { ...headers, 'content-type': type } })
      asked.on('error', () => {})
      trickle(asked as unknown as Socket, ' ')
      const { status, body } = await answerTo(asked)
      expect(status).toBe(408)
      expect(JSON.parse(body).error.code).toBe('REQUEST_TIMEOUT')
      asked.destroy()
    },
  )
})

describe('the rest of a body that is refused', () => {
  it('is taken, so that the answer is read, though the connection is to be closed', async () => {
    const { socket, text } = await dial()
    const errors: Error[] = []
    socket.on('error', (error) => errors.push(error))
    const rest = Buffer.alloc(20 * 1024 ** 2, ' ')
    socket.write('POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n')
    socket.write(`Content-Length: ${rest.length}\r\nConnection: close\r\n\r\n`)
    await once(socket, 'data')
    socket.write(rest)
    expect(errorIn(await text)).toMatchObject({ status: 413, code: 'TOO_LARGE' })
    expect(errors).toEqual([])
  })
})

describe('an event stream', () => {
  it('on which nothing happens for longer than a connection may rest stays open', async () => {
    const query = encodeURIComponent('subscription { events { eventId } }')
    const asked = open(`${gateway.endpoint}?query=${query}`, {
      method: 'GET',
      headers: { accept: 'text/event-stream' },
    }).end()
    opened.push(() => asked.destroy())
    asked.on('error', () => {})
    const [response] = await once(asked, 'response')
    // Each of these rests for as long as it may.
    for (let n = 0; n < 2; n++) {
      const { socket, text } = await dial()
      socket.write(`${get}\r\n`)
      await text
    }
    let text = ''
    const seen = new Promise<void>((resolve) => {
      response.on('data', (piece: Buffer) => {
        text += piece
        if (text.includes('after-the-rest')) resolve()
      })
    })
    await gateway.post([note('after-the-rest')], cloudEventBatch)
    await seen
  })

  it('that is not read for longer than that is ended, also after it was read for a while', async () => {
    const { socket } = await dial()
    const query = encodeURIComponent('subscription { events { eventId data } }')
    socket.write(
      `GET /graphql?query=${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`,
    )
    let received = ''
    const seen = new Promise<void>((resolve) => {
      socket.on('data', (piece) => {
        received += piece
        if (received.includes('read-100')) resolve()
      })
    })
    await expect.poll(streams).toBe(1)
    const large = (name: string) =>
      Array.from({ length: 101 }, (_, n) =>
        note(`${name}-${n}`, 'LARGE.NOTE', { data: { text: 'x'.repeat(80_000) } }),
      )
    await gateway.post(large('read'), cloudEventBatch)
    await seen
    socket.pause()
    for (const name of ['unread', 'more']) await gateway.post(large(name), cloudEventBatch)
    await expect.poll(streams, { timeout: 20_000 }).toBe(0)
  })
})

async function streams(): Promise<number> {
  const { body } = await ask(`${gateway.url}/metrics`)
  return Number(/heliograph_connections{transport="sse"} (\d+)/.exec(body)?.[1] ?? 0)
}

describe('connections of everybody', () => {
  it('over the limit are 503 with Retry-After at every door but health, until there is room', async () => {
    const small = await startTestGateway('sqlite', { connections: 2 })
    opened.push(small.stop)
    const held = [await dial(small.url), await dial(small.url)]
    const socket = await askForSocket(small.endpoint)
    const http = await ask(`${small.endpoint}?query={head}`, { headers: { connection: 'keep-alive' } })
    for (const answer of [socket, http]) {
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5', connection: 'close' } })
      expect(JSON.parse(answer.body).error.code).toBe('OVERLOADED')
    }
    expect((await ask(`${small.url}/health/live`)).status).toBe(200)
    held[0]?.socket.destroy()
    await expect.poll(async () => (await ask(`${small.endpoint}?query={head}`)).status).toBe(200)
    const { body } = await ask(`${small.url}/metrics`)
    expect(body).toMatch(/heliograph_refused_total{limit="gateway_connections"} [2-9]/)
  })

  it('get the place of one whose client does not read its answer', async () => {
    const small = await startTestGateway('sqlite', { connections: 1, idleTimeoutMs: 1_000 })
    opened.push(small.stop)
    const { socket } = await dial(small.url)
    // The page has more bytes than the system takes at once.
    socket.pause()
    const page = 'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n'
    socket.write(page.repeat(2))
    expect((await ask(`${small.endpoint}?query={head}`)).status).toBe(503)
    await expect
      .poll(async () => (await ask(`${small.endpoint}?query={head}`)).status, { timeout: 20_000 })
      .toBe(200)
  })
})
