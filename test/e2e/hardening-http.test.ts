// Attacks on the doors of HTTP, tried on the real program: each meets its limit, others are served
// meanwhile, and what it took is given back.

import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../http/ask.ts'
import { type BareSocket, startTarget, type Target, withstand } from '../support/attack.ts'

const mebibyte = 1024 ** 2
const json = { 'content-type': 'application/json' }
let target: Target

beforeAll(async () => {
  target = await startTarget({ HELIOGRAPH_HEADERS_TIMEOUT_MS: '1000', HELIOGRAPH_IDLE_TIMEOUT_MS: '5000' })
})
afterAll(() => target.stop())

async function dialMany(count: number): Promise<BareSocket[]> {
  return Promise.all(Array.from({ length: count }, () => target.dial()))
}

/** So many bytes, a mebibyte at a time. */
function* bytes(total: number, fill: string): Iterable<Buffer> {
  const piece = Buffer.alloc(mebibyte, fill)
  for (let sent = 0; sent < total; sent += mebibyte) yield piece
}

/** Posts a body that is written for as long as somebody reads; resolves to the answer and what went out. */
async function pour(path: string, headers: Record<string, string>, body: Iterable<Buffer>) {
  const asked = request(`${target.url}${path}`, { method: 'POST', headers, agent: false })
  const answered = once(asked, 'response')
  // Dropped below while it may still be writing.
  asked.on('error', () => {})
  // Whoever is refused is cut off while it still sends.
  const poured = pipeline(Readable.from(body), asked).catch(() => {})
  const [response] = await answered
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  const sent = asked.socket?.bytesWritten ?? 0
  asked.destroy()
  await poured
  return { status: response.statusCode, body: JSON.parse(String(Buffer.concat(pieces))), sent }
}

describe('connections', () => {
  it('10,000 that are opened and dropped, some within a request, leave nothing behind', async () => {
    const beginnings = [
      '',
      'GET /graphql HTTP/1.1\r\nHost: ',
      'POST /events HTTP/1.1\r\nContent-Length: 100\r\n\r\n{',
    ]
    await withstand(target, async () => {
      for (let wave = 0; wave < 20; wave++) {
        const sockets = await dialMany(500)
        for (const [i, { socket }] of sockets.entries()) socket.write(beginnings[i % 3] ?? '')
        for (const { socket } of sockets) socket.destroy()
        await Promise.all(sockets.map(({ closed }) => closed))
      }
    })
  })

  it('whose headers come slowly are answered 408 and ended', async () => {
    await withstand(target, async () => {
      const sockets = await dialMany(200)
      for (const { socket } of sockets) socket.write('GET /graphql HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
      const drip = setInterval(() => {
        for (const { socket } of sockets) socket.write('x')
      }, 100)
      await Promise.all(sockets.map(({ closed }) => closed))
      clearInterval(drip)
      for (const { text } of sockets) expect(text()).toMatch(/^HTTP\/1\.1 408 /)
    })
  })

  it('that say nothing are ended', async () => {
    await withstand(target, async () => {
      const sockets = await dialMany(200)
      await Promise.all(sockets.map(({ closed }) => closed))
    })
  })

  it('with 100,000 bytes of headers are answered 431', async () => {
    await withstand(target, async () => {
      const answer = await target.dial()
      answer.socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`)
      await answer.closed
      expect(answer.text()).toMatch(/^HTTP\/1\.1 431 /)
    })
  })
})

describe('a body', () => {
  it.each(['/events', '/graphql'])('of 1 GB for %s that says so is refused before it comes', async (path) => {
    await withstand(target, async () => {
      const headers = { ...json, 'content-length': String(1024 * mebibyte) }
      const { status, body, sent } = await pour(path, headers, bytes(1024 * mebibyte, ' '))
      expect(status).toBe(413)
      expect(body.error.code).toBe('TOO_LARGE')
      expect(sent).toBeLessThan(64 * mebibyte)
    })
  })

  it.each(['/events', '/graphql'])('of 1 GB for %s in chunks is refused at its limit', async (path) => {
    await withstand(target, async () => {
      const { status, body, sent } = await pour(path, json, bytes(1024 * mebibyte, ' '))
      expect(status).toBe(413)
      expect(body.error.code).toBe('TOO_LARGE')
      expect(sent).toBeLessThan(64 * mebibyte)
    })
  })

  it('of 1 MB that unpacks to 1 GB is refused at its limit', async () => {
    const gzip = createGzip()
    Readable.from(bytes(1024 * mebibyte, ' ')).pipe(gzip)
    const packed: Buffer[] = []
    for await (const piece of gzip) packed.push(piece)
    await withstand(target, async () => {
      const headers = { ...json, 'content-encoding': 'gzip' }
      const { status, body } = await pour('/events', headers, [Buffer.concat(packed)])
      expect(status).toBe(413)
      expect(body.error.code).toBe('TOO_LARGE')
    })
  })

  it('that is one line without an end is read over, and the lines around it are taken', async () => {
    const line = (id: string) =>
      Buffer.from(`{"body":{"event":"VM.START","status":"Completed","description":"${id}"}}\n`)
    await withstand(target, async () => {
      const lines = [line('before'), ...bytes(200 * mebibyte, 'x'), Buffer.from('\n'), line('after')]
      const { status, body } = await pour('/events', { 'content-type': 'application/x-ndjson' }, lines)
      expect(status).toBe(202)
      expect(body).toMatchObject({ accepted: 2, rejectedCount: 1 })
      expect(body.rejected[0].code).toBe('TOO_LARGE')
    })
  })
})

describe('JSON', () => {
  it.each([
    ['5,000,000 brackets', '['.repeat(5_000_000)],
    ['2,000,000 brackets that are closed', '['.repeat(2_000_000) + ']'.repeat(2_000_000)],
    ['100,000 objects in each other', `${'{"body":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['4,000,000 events that are none', `[${'0,'.repeat(4_000_000)}0]`],
    ['a text of 9 MB', JSON.stringify({ body: { event: 'x'.repeat(9 * mebibyte) } })],
    [
      '1,000,000 keys',
      JSON.stringify({ body: Object.fromEntries(Array.from({ length: 1_000_000 }, (_, i) => [i, 0])) }),
    ],
  ])('of %s is refused', async (_, body) => {
    await withstand(target, async () => {
      const answer = await ask(`${target.url}/events`, { method: 'POST', headers: json, body })
      expect([400, 413]).toContain(answer.status)
      const { error, rejected } = JSON.parse(answer.body)
      expect(['BAD_INPUT', 'TOO_LARGE']).toContain((error ?? rejected[0]).code)
    })
  })

  it('of 100,000 brackets among the variables is refused or ignored, and harms nobody', async () => {
    await withstand(target, async () => {
      const body = `{"query":"{ head }","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
      const answer = await ask(target.endpoint, { method: 'POST', headers: json, body })
      expect([200, 400]).toContain(answer.status)
    })
  })
})
