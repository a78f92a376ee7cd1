// A reader that stops reading leaves the live path, and gets everything when it reads again: over real
// sockets, whose drain the hub is told of by the transports.

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import WebSocket from 'ws'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway('sqlite', { bufferBytes: 4_096, bookmarkMs: 60_000 })
})
afterAll(() => gateway.stop())

const batches = 10
const batchLength = 1_000
const description = 'x'.repeat(2_000)

/** More than the buffers of both ends hold. */
async function postMany(name: string): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const events = Array.from({ length: batchLength }, (_, n) =>
      note(`${name}-${batch * batchLength + n}`, `SLOW.${name}`, { data: { description } }),
    )
    expect((await gateway.post(events, cloudEventBatch)).status).toBe(202)
  }
}

async function catchUps(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(/heliograph_catch_ups_total (\d+)/.exec(text)?.[1])
}

function expected(name: string): string[] {
  return Array.from({ length: batches * batchLength }, (_, n) => `${name}-${n}`)
}

const text = `subscription ($after: Cursor, $types: [String!]) {
  events(after: $after, filter: { types: $types }) { eventId description }
}`

const head = () => query<{ head: string }>(gateway.endpoint, '{ head }')

it('a WebSocket that is not read loses nothing', async () => {
  const variables = { after: (await head()).head, types: ['SLOW.socket'] }
  const socket = new WebSocket(gateway.socketEndpoint, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  await once(socket, 'message')
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: text, variables } }))
  socket.pause()
  const before = await catchUps()
  await postMany('socket')
  const received: string[] = []
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data))
      // A slow run meets a ping with bookmarks in between.
      if (type === 'next') received.push(payload.data.events.eventId)
      if (received.length === batches * batchLength) resolve()
    })
  })
  socket.resume()
  await all
  expect(received).toEqual(expected('socket'))
  expect(await catchUps()).toBeGreaterThan(before)
  socket.terminate()
}, 60_000)

it('an event stream that is not read loses nothing', async () => {
  const variables = JSON.stringify({ after: (await head()).head, types: ['SLOW.stream'] })
  const asked = request(`${gateway.endpoint}?${new URLSearchParams({ query: text, variables })}`, {
    headers: { accept: 'text/event-stream' },
    agent: false,
  }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const before = await catchUps()
  await postMany('stream')
  const received: string[] = []
  let rest = ''
  for await (const piece of response) {
    const lines = `${rest}${piece}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data: ')) received.push(JSON.parse(line.slice(6)).data.events.eventId)
    }
    if (received.length === batches * batchLength) break
  }
  expect(received).toEqual(expected('stream'))
  expect(await catchUps()).toBeGreaterThan(before)
}, 60_000)
