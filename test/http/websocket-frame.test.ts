import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { websocketEncoding } from '../../src/http/websocket-encoding.ts'
import { pingFrame, textFrame, textFrameHeader } from '../../src/http/websocket-frame.ts'
import { carryUtf8 } from '../../src/hub/carry.ts'

const http = createServer()
const server = new WebSocketServer({ noServer: true, perMessageDeflate: false })
let socket: Socket
let client: WebSocket

beforeAll(async () => {
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  http.on('upgrade', (request, raw: Socket, head) => {
    socket = raw
    server.handleUpgrade(request, raw, head, (ws) => server.emit('connection', ws))
  })
  client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  await Promise.all([once(client, 'open'), once(server, 'connection')])
})

afterAll(() => {
  client.terminate()
  socket.destroy()
  http.close()
})

async function sent(bytes: string, messages: number): Promise<string[]> {
  const received: string[] = []
  const all = new Promise<void>((resolve) => {
    client.on('message', (data) => {
      received.push(String(data))
      if (received.length === messages) resolve()
    })
  })
  socket.write(bytes, 'latin1')
  await all
  client.removeAllListeners('message')
  return received
}

describe('a frame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('of %i bytes is read by ws', async (length) => {
    const text = 'x'.repeat(length)
    expect(await sent(textFrame(text), 1)).toEqual([text])
  })

  it('carries any text, and many frames arrive as one write', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 20 }),
        async (texts) => {
          const wellFormed = texts.map((text) => text.toWellFormed())
          const bytes = wellFormed.map((text) => textFrame(carryUtf8(text))).join('')
          expect(await sent(bytes, texts.length)).toEqual(wellFormed)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('says a length over 32 bits in eight bytes', () => {
    expect(Buffer.from(textFrameHeader(2 ** 33 + 5), 'latin1').toString('hex')).toBe('817f0000000200000005')
  })

  it('may be a ping, which the client answers', async () => {
    const pinged = once(client, 'ping')
    socket.write(pingFrame, 'latin1')
    await pinged
  })
})

describe('a result', () => {
  it.each(['1', 'c0ffee-42', 'with "quotes" and \\', 'Ümläut 🚀', 'tab\tnewline\n', ''])(
    'names the operation "%s"',
    async (id) => {
      const payload = JSON.stringify({ data: { name: 'Zürich 🚀' } })
      const shared = websocketEncoding.shared(carryUtf8(payload), null)
      const [message = ''] = await sent(websocketEncoding.frame(id, shared), 1)
      expect(JSON.parse(message)).toEqual({ id, type: 'next', payload: JSON.parse(payload) })
    },
  )
})
