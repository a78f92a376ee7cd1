// GraphQL over WebSocket through a running gateway: by the graphql-ws client, and message by message.

import { once } from 'node:events'
import { type Client, createClient } from 'graphql-ws'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { connect, type LiveClient, query } from '../support/clients.ts'
import { cloudEventBatch, note, vmState } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

type Message = { type: string; id?: string; payload?: Record<string, unknown> }
type Row = { eventId: string; cursor: string; description: string | null }

let gateway: TestGateway
const opened: { close(): void | Promise<void> }[] = []

beforeAll(async () => {
  gateway = await startTestGateway('sqlite', {
    bookmarkMs: 200,
    initTimeoutMs: 500,
    idleTimeoutMs: 1_000,
    socketOperations: 3,
    messageBytes: 4_096,
  })
})
afterEach(async () => {
  for (const { close } of opened.splice(0)) await close()
})
afterAll(() => gateway.stop())

const events = `subscription ($after: Cursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { eventId cursor description }
}`

async function post(...items: readonly unknown[]): Promise<string> {
  const response = await gateway.post(items, cloudEventBatch)
  expect(response.status).toBe(202)
  return ((await response.json()) as { cursor: string }).cursor
}

async function head(): Promise<string> {
  return (await query<{ head: string }>(gateway.endpoint, '{ head }')).head
}

function live(): LiveClient {
  const client = connect(gateway.socketEndpoint)
  opened.push(client)
  return client
}

/** A socket whose messages are seen one by one. */
async function openSocket({ init = true, autoPong = true, endpoint = gateway.socketEndpoint } = {}) {
  const socket = new WebSocket(endpoint, 'graphql-transport-ws', { autoPong })
  opened.push({ close: () => socket.terminate() })
  const received: Message[] = []
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
  const send = (message: unknown) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  const subscribe = (id: string, text: string, variables: Record<string, unknown> = {}) =>
    send({ id, type: 'subscribe', payload: { query: text, variables } })
  const closed = new Promise<[number, string]>((resolve) => {
    socket.once('close', (code, reason) => resolve([code, String(reason)]))
  })
  await once(socket, 'open')
  if (init) {
    send({ type: 'connection_init' })
    await until(({ type }) => type === 'connection_ack')
  }
  return { socket, received, until, send, subscribe, closed }
}

describe('the graphql-ws client', () => {
  it('receives events, stops when it says so, and goes on from a cursor', async () => {
    const after = await head()
    const client = live()
    const first = client.subscribe<Row>(events, { after, filter: { types: ['WS.ONE'] } })
    await post(note('one-1', 'WS.ONE'), note('other', 'WS.OTHER'), note('one-2', 'WS.ONE'))
    const rows = await first.until((received) => received.length === 2)
    expect(rows.map(({ eventId }) => eventId)).toEqual(['one-1', 'one-2'])
    first.close()
    await post(note('one-3', 'WS.ONE'))
    const second = client.subscribe<Row>(events, { after: rows[0]?.cursor, filter: { types: ['WS.ONE'] } })
    expect((await second.until((received) => received.length === 2)).map(({ eventId }) => eventId)).toEqual([
      'one-2',
      'one-3',
    ])
    expect(first.received).toHaveLength(2)
  })

  it('misses nothing over a cut line with one variables object whose `after` follows the events', async () => {
    const variables: Record<string, unknown> = { after: await head(), filter: { types: ['CUT.*'] } }
    let socket: WebSocket | null = null
    const client: Client = createClient({
      url: gateway.socketEndpoint,
      webSocketImpl: WebSocket,
      retryAttempts: 20,
      retryWait: async () => {},
      shouldRetry: () => true,
      on: {
        opened: (one) => {
          socket = one as WebSocket
        },
      },
    })
    opened.push({ close: () => client.dispose() })
    const received: string[] = []
    const done = Promise.withResolvers<void>()
    client.subscribe<{ events: Row }>(
      { query: events, variables },
      {
        next({ data }) {
          if (!data) return
          received.push(data.events.eventId)
          variables.after = data.events.cursor
          if (received.length % 7 === 0) (socket as WebSocket | null)?.terminate()
          if (received.length === 50) done.resolve()
        },
        error: done.reject,
        complete: () => {},
      },
    )
    for (let n = 0; n < 50; n++) await post(note(`cut-${n}`, `CUT.${n % 2 ? 'ODD' : 'EVEN'}`))
    await done.promise
    expect(received).toEqual(Array.from({ length: 50 }, (_, n) => `cut-${n}`))
  })

  it('may ask queries, and is told what is wrong with them', async () => {
    const client = live()
    expect(await client.subscribe('{ viewer { name } }').until((received) => received.length === 1)).toEqual([
      { name: 'loopback' },
    ])
    expect(await client.subscribe('{ nothing }').ended()).toMatchObject([
      { extensions: { code: 'BAD_INPUT' } },
    ])
    const failed = client.subscribe('{ events(after: "yesterday") { edges { cursor } } }')
    expect(await failed.ended()).toMatchObject([{ extensions: { code: 'BAD_CURSOR' }, path: ['events'] }])
  })

  it.each([
    ['a cursor that is none', { after: 'yesterday' }, 'BAD_CURSOR'],
    ['a filter that would match nothing', { filter: { types: [] } }, 'BAD_INPUT'],
    ['a variable of another type', { filter: 7 }, 'BAD_INPUT'],
  ])('is told of %s', async (_name, variables, code) => {
    const [error] = await live().subscribe(events, variables).ended()
    expect(error?.extensions?.code).toBe(code)
  })
})

describe('results', () => {
  it.each([10, 200, 70_000])('with %i more bytes arrive whole, whatever they hold', async (length) => {
    const description = `Zürich 🚀 "${'é'.repeat(length / 2)}"`
    const recording = live().subscribe<Row>(events, { after: await head() })
    await post(note(`long-${length}`, 'WS.LONG', { data: { description } }))
    const [row] = await recording.until((received) => received.length === 1)
    expect(row).toMatchObject({ eventId: `long-${length}`, description })
  })

  it('name their operation, whatever its id is', async () => {
    const { subscribe, until } = await openSocket()
    const after = await head()
    const ids = ['1', 'with "quotes" \\', 'Ümläut 🚀']
    for (const id of ids) subscribe(id, events, { after })
    await post(note('named', 'WS.NAMED'))
    for (const id of ids) {
      const message = await until((one) => one.id === id && one.type === 'next')
      expect(message.payload).toMatchObject({ data: { events: { eventId: 'named' } } })
    }
  })

  it('of several operations come in order, with control frames and replies between them', async () => {
    const { socket, received, subscribe, send, until } = await openSocket()
    const after = await head()
    subscribe('a', events, { after, filter: { types: ['MIX.*'] } })
    subscribe('b', events, { after, filter: { types: ['MIX.ODD'] } })
    let pongs = 0
    socket.on('pong', () => {
      pongs += 1
    })
    for (let n = 0; n < 40; n++) {
      socket.ping()
      send({ type: 'ping', payload: { n } })
      subscribe(`query-${n}`, '{ viewer { name } }')
      await post(note(`mix-${n}`, n % 2 ? 'MIX.ODD' : 'MIX.EVEN'))
    }
    await until((one) => one.id === 'b' && JSON.stringify(one.payload).includes('mix-39'))
    await until((one) => one.id === 'a' && JSON.stringify(one.payload).includes('mix-39'))
    const idsOf = (id: string) =>
      received
        .filter((one) => one.id === id && one.type === 'next')
        .map(({ payload }) => (payload as { data: { events: Row } }).data.events.eventId)
    expect(idsOf('a')).toEqual(Array.from({ length: 40 }, (_, n) => `mix-${n}`))
    expect(idsOf('b')).toEqual(Array.from({ length: 20 }, (_, n) => `mix-${2 * n + 1}`))
    expect(received.filter(({ id, type }) => type === 'complete' && id?.startsWith('query-'))).toHaveLength(
      40,
    )
    expect(received.filter(({ type }) => type === 'pong')).toHaveLength(40)
    await expect.poll(() => pongs).toBe(40)
  })

  it('of an operation the client completed come no more, and its id is free again', async () => {
    const { received, subscribe, send, until } = await openSocket()
    const after = await head()
    subscribe('again', events, { after, filter: { types: ['AGAIN'] } })
    await post(note('again-1', 'AGAIN'))
    await until(({ type }) => type === 'next')
    send({ id: 'again', type: 'complete' })
    send({ type: 'ping', payload: { fence: 1 } })
    await until(({ payload }) => payload?.fence === 1)
    const count = received.length
    const cursor = await post(note('again-2', 'AGAIN'))
    subscribe('again', events, { after: cursor, filter: { types: ['AGAIN'] } })
    await post(note('again-3', 'AGAIN'))
    await until(({ payload }) => JSON.stringify(payload ?? {}).includes('again-3'))
    expect(received.slice(count).filter(({ type }) => type === 'next')).toHaveLength(1)
  })
})

describe('a bookmark', () => {
  it('gives a quiet operation a cursor to go on from, and none before SYNCED or on a socket without any', async () => {
    const { received, subscribe, until } = await openSocket()
    subscribe('quiet', events, { filter: { types: ['NEVER'] } })
    const cursor = await post(note('bookmark-1'), vmState('bookmark-2', 'vm', 'Running'))
    const bookmark = await until(
      ({ type, payload }) =>
        type === 'ping' && (payload as { cursors?: Record<string, string> })?.cursors?.quiet === cursor,
    )
    expect(Object.keys(bookmark.payload?.cursors as object)).toEqual(['quiet'])
    const resumed = live().subscribe<Row>(events, { after: cursor })
    await post(note('bookmark-3'))
    expect(await resumed.until((rows) => rows.length === 1)).toMatchObject([{ eventId: 'bookmark-3' }])
    expect(received.filter(({ type }) => type === 'next')).toEqual([])
    const other = await openSocket()
    expect(await other.until(({ type }) => type === 'ping')).toEqual({ type: 'ping' })
  })
})

describe('a socket', () => {
  it('of another subprotocol is closed with 4406', async () => {
    const socket = new WebSocket(gateway.socketEndpoint)
    const [code] = await once(socket, 'close')
    expect(code).toBe(4406)
  })

  it('that says nothing is closed with 4408', async () => {
    const { closed } = await openSocket({ init: false })
    expect(await closed).toMatchObject([4408, expect.any(String)])
  })

  it('that subscribes before it is acknowledged is closed with 4401', async () => {
    const { subscribe, closed } = await openSocket({ init: false })
    subscribe('1', events)
    expect(await closed).toMatchObject([4401, expect.any(String)])
  })

  it('that sends what is no message is closed with 4400', async () => {
    const { send, closed } = await openSocket()
    send('nonsense')
    expect(await closed).toMatchObject([4400, expect.any(String)])
  })

  it('that uses an id twice is closed with 4409', async () => {
    const { subscribe, closed } = await openSocket()
    subscribe('same', events)
    subscribe('same', events)
    expect(await closed).toMatchObject([4409, expect.any(String)])
  })

  it('that sends too large a message is closed with 1009', async () => {
    const { subscribe, closed } = await openSocket()
    subscribe('1', `${events} # ${'x'.repeat(5_000)}`)
    expect((await closed)[0]).toBe(1009)
  })

  it('with as many operations as it may have is refused one more, and keeps those it has', async () => {
    const { subscribe, until, send } = await openSocket()
    for (const id of ['1', '2', '3', '4']) subscribe(id, events)
    const error = await until(({ type }) => type === 'error')
    expect(error).toMatchObject({ id: '4', payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }] })
    send({ id: '3', type: 'complete' })
    subscribe('5', '{ viewer { name } }')
    expect(await until(({ id }) => id === '5')).toMatchObject({ type: 'next' })
    await post(note('still-there'))
    expect(await until(({ id, type }) => id === '1' && type === 'next')).toBeDefined()
  })

  it('whose client answers neither message nor ping is closed', async () => {
    const { subscribe, closed, until } = await openSocket({ autoPong: false })
    subscribe('1', events)
    await until(({ type }) => type === 'ping')
    expect((await closed)[0]).toBe(1006)
  })

  it('whose client answers only messages, or only pings, stays open', async () => {
    const pongs = await openSocket({ autoPong: false })
    const pings = await openSocket()
    for (const { subscribe } of [pongs, pings]) subscribe('1', events)
    pongs.socket.on('message', (data) => {
      if (JSON.parse(String(data)).type === 'ping') pongs.send({ type: 'pong' })
    })
    for (const { received, socket } of [pongs, pings]) {
      while (received.filter(({ type }) => type === 'ping').length < 6) await once(socket, 'received')
      expect(socket.readyState).toBe(WebSocket.OPEN)
    }
  })

  it('on which nothing runs is closed in time', async () => {
    const { closed } = await openSocket()
    expect(await closed).toEqual([1000, 'nothing runs here'])
  })

  it('whose client does not read its replies is ended when too many wait', async () => {
    const other = await startTestGateway('sqlite', { bufferBytes: 65_536 })
    opened.push({ close: () => other.stop() })
    await other.post(
      [note('unread', 'WS.UNREAD', { data: { description: 'x'.repeat(60_000) } })],
      cloudEventBatch,
    )
    const { socket, subscribe, closed } = await openSocket({ endpoint: other.socketEndpoint })
    const connections = async () => {
      const text = await (await fetch(`${other.url}/metrics`)).text()
      return Number(/heliograph_connections{transport="websocket"} (\d+)/.exec(text)?.[1])
    }
    expect(await connections()).toBe(1)
    socket.pause()
    const fields = Array.from({ length: 20 }, (_, n) => `a${n}: events(last: 1) { nodes { description } }`)
    for (let n = 0; n < 50; n++) subscribe(String(n), `{ ${fields.join(' ')} }`)
    await expect.poll(connections, { timeout: 20_000 }).toBe(0)
    socket.resume()
    await closed
  })
})
