// Random messages and random frames on WebSockets, and random bytes where HTTP is spoken.

import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { exampleOperations } from '../../src/http/example-operations.ts'
import { type Fuzzed, startFuzzed } from '../support/fuzzed.ts'
import { mangledDocument, oddValue } from '../support/mangled.ts'

const runs = { numRuns: 150 }
let target: Fuzzed

beforeAll(async () => {
  target = await startFuzzed({ HELIOGRAPH_HEADERS_TIMEOUT_MS: '500', HELIOGRAPH_REQUEST_TIMEOUT_MS: '1000' })
})
afterAll(() => target.stop())

/** Codes that a client's doing may close a socket with; 1005 and 1006 are the client's own word for none. */
const closeCodes = [
  ...[1000, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1013],
  ...[4400, 4401, 4403, 4406, 4408, 4409, 4429],
]

function judgeClose(code: number, reason: string, received: string): void {
  expect(closeCodes).toContain(code)
  target.judgeText(reason)
  target.judgeText(received)
  expect(received).not.toContain('INTERNAL')
}

const id = fc.constantFrom('1', '2', '', 'x'.repeat(200), '__proto__')
const documents = [...exampleOperations, 'subscription { events { id } }', '{ head }']
const payload = fc.oneof(
  fc.record({ query: mangledDocument(documents), variables: oddValue, operationName: oddValue }),
  fc.record({ query: fc.constantFrom(...documents) }),
  oddValue,
)
const token = fc.constantFrom('acme', 'admin', 'metrics', 'nobody')

/** A message of the protocol, or nearly. */
const message = fc.oneof(
  { weight: 3, arbitrary: token.map((name) => ({ type: 'connection_init', payload: { token: name } })) },
  { weight: 1, arbitrary: oddValue.map((odd) => ({ type: 'connection_init', payload: odd })) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('subscribe'), id, payload }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('complete'), id }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('ping', 'pong', 'next', 'error', 'stop'),
      payload: oddValue,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: oddValue, id: oddValue, payload: oddValue }) },
  { weight: 1, arbitrary: oddValue },
)

/** With the tokens by their names put in. */
function withTokens(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.replace(
    /\{"token":"(acme|admin|metrics)"\}/,
    (_, name: 'acme') => `{"token":"${target.tokens[name]}"}`,
  )
}

describe('a WebSocket', () => {
  it('withstands any messages in any order', async () => {
    const how = fc.constantFrom('TEXT', 'TEXT', 'TEXT', 'BINARY', 'PING', 'BROKEN')
    const steps = fc.array(fc.tuple(message, how), { maxLength: 12 })
    const protocol = fc.constantFrom('graphql-transport-ws', 'graphql-transport-ws', 'graphql-ws', 'other')
    await fc.assert(
      fc.asyncProperty(steps, protocol, async (all, spoken) => {
        const ws = new WebSocket(target.socketEndpoint, spoken)
        let received = ''
        ws.on('message', (data) => {
          received += String(data)
        })
        ws.on('error', () => {})
        const closed = new Promise<[number, Buffer]>((resolve) => ws.once('close', (...end) => resolve(end)))
        await Promise.race([new Promise((resolve) => ws.once('open', resolve)), closed])
        for (const [one, way] of all) {
          if (ws.readyState !== ws.OPEN) break
          const text = withTokens(one)
          if (way === 'PING') ws.ping(Buffer.from(text).subarray(0, 125))
          else if (way === 'BINARY') ws.send(Buffer.from(text))
          else ws.send(way === 'BROKEN' ? text.slice(1) : text)
        }
        ws.close()
        const [code, reason] = await closed
        judgeClose(code, String(reason), received)
      }),
      runs,
    )
    await target.check()
  })

  it('withstands any bytes for frames', async () => {
    const frame = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      fc
        .tuple(fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 40 }))
        .map(([first, second, rest]) => Uint8Array.of(first, second, ...rest)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const text = await speak([
          'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n',
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
          'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
          ...frames,
        ])
        expect(text).toMatch(/^HTTP\/1\.1 101 /)
        target.judgeText(text)
      }),
      runs,
    )
    await target.check()
  })
})

describe('a connection', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'GET / HTTP/1.1',
      'POST /events HTTP/1.1',
      'GET /graphql?query={head} HTTP/1.1',
      'PUT /x HTTP/1.0',
    ),
    fc.constantFrom(
      'CONNECT a:1 HTTP/1.1',
      'TRACE / HTTP/1.1',
      'OPTIONS * HTTP/1.1',
      'PRI * HTTP/2.0',
      'GET  / HTTP/9',
    ),
    fc.constantFrom(
      'GET http://other/graphql HTTP/1.1',
      'GET /%00%ff/../.. HTTP/1.1',
      'GET //\\ HTTP/1.1',
      'HEAD / HTTP/1.1',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 30 }),
  )
  const header = fc.oneof(
    fc.constantFrom(
      'Host: 127.0.0.1',
      'Host: evil.example',
      'Host: 127.0.0.1\r\nHost: b',
      'Connection: close, upgrade',
    ),
    fc.constantFrom(
      'Content-Length: 5',
      'Content-Length: -1',
      'Content-Length: 5\r\nContent-Length: 6',
      'Expect: 100-continue',
    ),
    fc.constantFrom(
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: chunked, gzip',
      'Transfer-Encoding: x',
      'Expect: nothing',
    ),
    fc.constantFrom(
      'Upgrade: websocket',
      'Upgrade: h2c',
      'Sec-WebSocket-Version: 12',
      'Sec-WebSocket-Key: x',
      'Range: bytes=0-',
    ),
    fc.constantFrom(
      'Content-Type: application/json',
      'Origin: null',
      'Origin: http://evil.example',
      'Sec-Fetch-Site: cross-site',
    ),
    fc.constantFrom(
      'Authorization: Bearer',
      'Authorization: Basic YTpi',
      'Forwarded: for=1',
      'Cookie: a=b',
      'Accept: ,,;q=2',
    ),
    fc.stringMatching(/^[A-Za-z-]{1,10}:[ -~]{0,30}$/),
    fc.string({ unit: 'binary-ascii', maxLength: 20 }),
  )
  const body = fc.constantFrom(
    '',
    '{}',
    '5\r\nhello\r\n0\r\n\r\n',
    'zz\r\n',
    '{"query":"{head}"}',
    '\u0000\u0001',
  )

  it('withstands any bytes, and whatever is answered is no fault of the gateway', async () => {
    await fc.assert(
      fc.asyncProperty(line, fc.array(header, { maxLength: 6 }), body, async (first, headers, rest) => {
        const text = await speak([`${[first, ...headers].join('\r\n')}\r\n\r\n${rest}`])
        target.judgeText(text)
        for (const [, status] of text.matchAll(/^HTTP\/1\.1 (\d+) /gm))
          expect(Number(status)).toBeLessThan(500)
      }),
      runs,
    )
    await target.check()
  })
})

/** Writes the pieces, says that no more comes, and resolves to everything that was answered. */
async function speak(pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect({ port: target.port, host: '127.0.0.1', allowHalfOpen: false })
  let received = ''
  socket.setEncoding('latin1').on('data', (text) => {
    received += text
  })
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const piece of pieces) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  socket.end()
  await closed
  return received
}
