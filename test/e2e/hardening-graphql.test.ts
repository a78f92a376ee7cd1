// Attacks by documents and sockets, tried on the real program: each meets its limit, others are served
// meanwhile, and what it took is given back.

import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { ask } from '../http/ask.ts'
import { startTarget, type Target, withstand } from '../support/attack.ts'
import { connect } from '../support/clients.ts'

let target: Target

beforeAll(async () => {
  target = await startTarget({ HELIOGRAPH_INIT_TIMEOUT_MS: '1000', HELIOGRAPH_HEADERS_TIMEOUT_MS: '1000' })
})
afterAll(() => target.stop())

async function post(query: string): Promise<{ status: number; codes: readonly string[] }> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' }
  const body = JSON.stringify({ query })
  const answer = await ask(target.endpoint, { method: 'POST', headers, body })
  const { errors = [] } = JSON.parse(answer.body) as { errors?: { extensions: { code: string } }[] }
  return { status: answer.status, codes: errors.map(({ extensions }) => extensions.code) }
}

/** A socket of graphql-transport-ws without a client above it. */
async function openSocket(): Promise<{ ws: WebSocket; closed: Promise<unknown[]> }> {
  const ws = new WebSocket(target.socketEndpoint, 'graphql-transport-ws')
  const closed = once(ws, 'close')
  await once(ws, 'open')
  return { ws, closed }
}

async function openMany(count: number) {
  return Promise.all(Array.from({ length: count }, openSocket))
}

const times = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i))

describe('a document', () => {
  const fields = 'id eventId type time'
  it.each([
    ['10,000 aliases', `{ ${times(10_000, (i) => `a${i}: head`).join(' ')} }`],
    ['100,000 times the same field', `{ ${'head '.repeat(100_000)} }`],
    ['10,000 directives', `{ head ${'@include(if: true) '.repeat(10_000)} }`],
    ['1,000 levels', `{ ${'virtualMachine(id: "1") { host { '.repeat(500)} id ${'} } '.repeat(500)} }`],
    [
      'fragments that lead to themselves',
      `{ events { nodes { ...A } } } fragment A on Event { id ...B } fragment B on Event { id ...A }`,
    ],
    [
      'fragments that double 30 times',
      `{ events { nodes { ...F0 } } } ${times(30, (i) => `fragment F${i} on Event { a${i}: id ...F${i + 1} ...F${i + 1} }`).join(' ')} fragment F30 on Event { ${fields} }`,
    ],
    [
      '500 fragments in a chain',
      `{ events { nodes { ...F0 } } } ${times(500, (i) => `fragment F${i} on Event { id ...F${i + 1} }`).join(' ')} fragment F500 on Event { id }`,
    ],
    [
      'pages in pages in pages',
      `{ resources(first: 500) { nodes { ... on VirtualMachine { volumes(first: 500) { nodes { virtualMachine { volumes(first: 500) { nodes { id } } } } } } } } }`,
    ],
    ['a megabyte of spaces', `{ ${' '.repeat(1024 ** 2)} head }`],
    ['a name of 60,000 letters', `{ ${'x'.repeat(60_000)} }`],
    ['60,000 brackets', `{ a(b: ${'['.repeat(60_000)}`],
  ])('of %s is refused or answered within its cost', async (_, query) => {
    await withstand(target, async () => {
      for (let i = 0; i < 20; i++) {
        const { status, codes } = await post(query)
        expect(status).toBeLessThan(500)
        expect(codes).not.toContain('INTERNAL')
        expect(status === 200 || codes.length > 0).toBe(true)
      }
    })
  })

  it('of 10,000 aliases is told that it is too much', async () => {
    const { status, codes } = await post(`{ ${times(10_000, (i) => `a${i}: head`).join(' ')} }`)
    expect(status).toBe(400)
    expect(codes.length).toBeGreaterThan(0)
  })

  it('that nobody sent before, 3,000 times, is not remembered for ever', async () => {
    await withstand(target, async () => {
      for (let round = 0; round < 30; round++) {
        const answers = await Promise.all(times(100, (i) => `{ a${round}_${i}: head }`).map(post))
        for (const { status } of answers) expect(status).toBe(200)
      }
    })
  })
})

describe('a socket', () => {
  it('that never finishes its upgrade is ended', async () => {
    await withstand(target, async () => {
      const sockets = await Promise.all(times(200, String).map(() => target.dial()))
      for (const { socket } of sockets)
        socket.write(
          'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n',
        )
      await Promise.all(sockets.map(({ closed }) => closed))
    })
  })

  it('that never says connection_init is closed with 4408', async () => {
    await withstand(target, async () => {
      const sockets = await openMany(500)
      for (const { closed } of sockets) expect((await closed)[0]).toBe(4408)
    })
  })

  it('holds as many subscriptions as it may, and more are refused one by one', async () => {
    await withstand(target, async () => {
      const client = connect(target.socketEndpoint)
      const all = times(1_000, (i) => `subscription { events(filter: { types: ["T${i}"] }) { id } }`)
      const recordings = all.map((text) => client.subscribe(text))
      const refused = await Promise.all(recordings.slice(100).map((recording) => recording.ended()))
      for (const [error] of refused) expect(error?.extensions?.code).toBe('TOO_MANY_OPERATIONS')
      expect(recordings.slice(0, 100).every((recording) => recording.errors() === null)).toBe(true)
      await client.close()
    })
  })

  it('that subscribes and completes 10,000 times, each time to something else, leaves nothing behind', async () => {
    await withstand(target, async () => {
      const { ws } = await openSocket()
      ws.send(JSON.stringify({ type: 'connection_init' }))
      await once(ws, 'message')
      for (let i = 0; i < 10_000; i++) {
        const query = `subscription { events(filter: { types: ["T${i}"], zones: ["z${i}"] }) { id a${i}: type } }`
        ws.send(JSON.stringify({ id: `${i}`, type: 'subscribe', payload: { query } }))
        ws.send(JSON.stringify({ id: `${i}`, type: 'complete' }))
      }
      ws.send(JSON.stringify({ id: 'last', type: 'subscribe', payload: { query: '{ head }' } }))
      for (;;) {
        const [data] = await once(ws, 'message')
        if (JSON.parse(String(data)).id === 'last') break
      }
      ws.terminate()
    })
  })

  it('that sends 100,000 pings is answered or ended, and costs no memory', async () => {
    await withstand(target, async () => {
      const { ws, closed } = await openSocket()
      for (let i = 0; i < 100_000 && ws.readyState === ws.OPEN; i++) ws.ping('x'.repeat(100))
      ws.close()
      await closed
    })
  })

  it.each([
    ['a message over its limit', (ws: WebSocket) => ws.send('x'.repeat(128 * 1024 + 1))],
    [
      'fragments without an end',
      (ws: WebSocket) => {
        for (let i = 0; i < 200; i++) ws.send('x'.repeat(1_000), { fin: false })
      },
    ],
  ])('that sends %s is closed with 1009', async (_, attack) => {
    await withstand(target, async () => {
      const sockets = await openMany(20)
      for (const { ws } of sockets) attack(ws)
      for (const { closed } of sockets) expect((await closed)[0]).toBe(1009)
    })
  })
})
