// GraphQL over SSE through a running gateway: by the graphql-sse client, by EventSource, and byte by byte.

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net'
import { EventSource } from 'eventsource'
import { createClient } from 'graphql-sse'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note, vmState } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask } from './ask.ts'

type Row = { eventId: string; cursor: string }

let gateway: TestGateway
const opened: { close(): void | Promise<void> }[] = []

beforeAll(async () => {
  gateway = await startTestGateway('sqlite', { bookmarkMs: 200 })
})
afterEach(async () => {
  for (const { close } of opened.splice(0)) await close()
})
afterAll(() => gateway.stop())

const events = `subscription ($after: Cursor, $types: [String!]) {
  events(after: $after, filter: { types: $types }) { eventId cursor description }
}`

async function post(...items: readonly unknown[]): Promise<string> {
  const response = await gateway.post(items, cloudEventBatch)
  expect(response.status).toBe(202)
  return ((await response.json()) as { cursor: string }).cursor
}

async function head(): Promise<string> {
  return (await query<{ head: string }>(gateway.endpoint, '{ head }')).head
}

function urlOf(text: string, variables: Record<string, unknown> = {}, endpoint = gateway.endpoint): string {
  const parameters = new URLSearchParams({ query: text, variables: JSON.stringify(variables) })
  return `${endpoint}?${parameters}`
}

/** A stream whose bytes are seen. */
async function openStream(url: string, headers: Record<string, string> = {}) {
  const asked = request(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (piece) => {
    text += piece
  })
  opened.push({ close: () => void asked.destroy() })
  const ended = once(response, 'end').then(() => text)
  ended.catch(() => {})
  return {
    response,
    ended,
    text: () => text,
    until: (part: string | RegExp) => expect.poll(() => text).toMatch(part),
    rows: () =>
      [...text.matchAll(/^data: (.*"events".*)$/gm)].map(
        ([, data = '']) => JSON.parse(data).data.events as Row,
      ),
  }
}

describe('the graphql-sse client', () => {
  it('receives events, stops when it says so, and goes on from a cursor', async () => {
    const client = createClient({ url: gateway.endpoint, retryAttempts: 0 })
    opened.push({ close: () => client.dispose() })
    const after = await head()
    await post(note('sse-1', 'SSE.ONE'), note('sse-other', 'SSE.OTHER'), note('sse-2', 'SSE.ONE'))
    const received: Row[] = []
    for await (const { data } of client.iterate<{ events: Row }>({
      query: events,
      variables: { after, types: ['SSE.ONE'] },
    })) {
      if (data) received.push(data.events)
      if (received.length === 2) break
    }
    expect(received.map(({ eventId }) => eventId)).toEqual(['sse-1', 'sse-2'])
    await post(note('sse-3', 'SSE.ONE'))
    const variables = { after: received[0]?.cursor ?? '', types: ['SSE.ONE'] }
    for await (const { data } of client.iterate<{ events: Row }>({ query: events, variables })) {
      if (data) received.push(data.events)
      if (received.length === 4) break
    }
    expect(received.slice(2).map(({ eventId }) => eventId)).toEqual(['sse-2', 'sse-3'])
  })

  it('may ask queries, and is told what is wrong with an operation', async () => {
    const client = createClient({ url: gateway.endpoint, retryAttempts: 0 })
    opened.push({ close: () => client.dispose() })
    const all = async (text: string, variables: Record<string, unknown> = {}) => {
      const results = []
      for await (const result of client.iterate({ query: text, variables })) results.push(result)
      return results
    }
    expect(await all('{ viewer { name } }')).toEqual([{ data: { viewer: { name: 'loopback' } } }])
    const codes = async (text: string, variables?: Record<string, unknown>) =>
      (await all(text, variables)).map(({ errors }) => errors?.[0]?.extensions?.code)
    expect(await codes('subscription { nothing }')).toEqual(['BAD_INPUT'])
    expect(await codes(events, { after: 'yesterday' })).toEqual(['BAD_CURSOR'])
    expect(await codes(events, { after: 'c1AAAAAAAAAAAAAAAAAAAAAAAA' })).toEqual(['CURSOR_EXPIRED'])
  })
})

describe('a stream', () => {
  it('has the headers that keep caches and proxies from holding it', async () => {
    const { response } = await openStream(urlOf(events))
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': expect.stringContaining('no-store'),
    })
  })

  it('gives each event its cursor as id', async () => {
    const stream = await openStream(urlOf(events, { types: ['SSE.ID'] }))
    await post(note('id-1', 'SSE.ID', { data: { description: 'Zürich 🚀' } }))
    await stream.until('id-1')
    const [row] = stream.rows()
    expect(stream.text()).toContain(
      `id: ${row?.cursor}\nevent: next\ndata: {"data":{"events":{"eventId":"id-1"`,
    )
    expect(row).toMatchObject({ description: 'Zürich 🚀' })
  })

  it('resumes behind Last-Event-ID, which beats `after`', async () => {
    const first = await post(note('last-1', 'SSE.LAST'))
    await post(note('last-2', 'SSE.LAST'))
    const third = await post(note('last-3', 'SSE.LAST'))
    await post(note('last-4', 'SSE.LAST'))
    const url = urlOf(events, { after: first, types: ['SSE.LAST'] })
    const stream = await openStream(url, { 'last-event-id': third })
    await stream.until('last-4')
    expect(stream.rows().map(({ eventId }) => eventId)).toEqual(['last-4'])
    const empty = await openStream(url, { 'last-event-id': '' })
    await empty.until('last-4')
    expect(empty.rows().map(({ eventId }) => eventId)).toEqual(['last-2', 'last-3', 'last-4'])
  })

  it('that a reader comes back to after it ended for good is answered 204', async () => {
    const answer = await ask(urlOf(events), {
      headers: { accept: 'text/event-stream', 'last-event-id': 'end' },
    })
    expect(answer).toMatchObject({ status: 204, body: '' })
  })

  it('that cannot go on says why inside, then ends for good', async () => {
    for (const [headers, variables, code] of [
      [{}, { after: 'c1AAAAAAAAAAAAAAAAAAAAAAAA' }, 'CURSOR_EXPIRED'],
      [{ 'last-event-id': 'c1AAAAAAAAAAAAAAAAAAAAAAAA' }, {}, 'CURSOR_EXPIRED'],
      [{ 'last-event-id': 'yesterday' }, {}, 'BAD_CURSOR'],
    ] as const) {
      const stream = await openStream(urlOf(events, variables), headers)
      const text = await stream.ended
      expect(text).toContain(`"code":"${code}"`)
      expect(text.endsWith('id: end\nevent: complete\ndata:\n\n')).toBe(true)
    }
  })

  it('gives a quiet reader a cursor without an event', async () => {
    const stream = await openStream(urlOf(events, { types: ['NEVER'] }))
    const cursor = await post(note('sse-bookmark'))
    await stream.until(`id: ${cursor}\n\n`)
    expect(stream.text()).not.toContain('event:')
  })

  it('gives no id before SYNCED', async () => {
    await post(vmState('synced-vm', 'synced-vm', 'Running'))
    const text = 'subscription { resources(filter: { kinds: ["VirtualMachine"] }) { type cursor } }'
    const stream = await openStream(urlOf(text))
    await stream.until('SYNCED')
    const [before = '', after = ''] = stream.text().split(/^(?=id: )/m)
    expect(before).toContain('"ADDED"')
    expect(after).toContain('"SYNCED"')
  })

  it('is opened by POST as well, and carries mutations only then', async () => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
    const posted = await ask(gateway.endpoint, {
      method: 'POST',
      headers,
      body: '{"query":"{ viewer { name } }"}',
    })
    expect(posted.body).toBe(
      ':\n\nevent: next\ndata: {"data":{"viewer":{"name":"loopback"}}}\n\nid: end\nevent: complete\ndata:\n\n',
    )
  })

  it('is not begun for a request that is none', async () => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
    for (const body of ['{', '{}', '{"query":7}', '[]', '{"query":"{ head }","variables":[]}']) {
      const answer = await ask(gateway.endpoint, { method: 'POST', headers, body })
      expect(answer.status).toBe(400)
      expect(JSON.parse(answer.body).error.code).toBe('BAD_INPUT')
    }
    expect(
      (
        await ask(`${gateway.endpoint}?query={head}&variables=x`, {
          headers: { accept: 'text/event-stream' },
        })
      ).status,
    ).toBe(400)
  })

  it('is for who accepts JSON as well only where it streams', async () => {
    const headers = { accept: 'application/json, text/event-stream' }
    const answered = await ask(urlOf('{ viewer { name } }'), { headers })
    expect(answered.headers['content-type']).toContain('application/json')
    const stream = await openStream(urlOf(events), headers)
    expect(stream.response.headers['content-type']).toContain('text/event-stream')
  })
})

/** A line to the gateway that can be cut. */
async function startWire(port: number) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connectTcp(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  opened.push({
    close() {
      cut()
      server.close()
    },
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, cut }
}

describe('EventSource', () => {
  it('comes back by itself after the line was cut, and misses nothing', async () => {
    const wire = await startWire(Number(new URL(gateway.url).port))
    const source = new EventSource(urlOf(events, { after: await head(), types: ['WIRE.*'] }, wire.endpoint))
    opened.push({ close: () => source.close() })
    // It waits three seconds before it comes back: long enough for events to pass it by.
    const received: string[] = []
    let opens = 0
    source.addEventListener('open', () => {
      opens += 1
    })
    source.addEventListener('next', ({ data }) => received.push(JSON.parse(data).data.events.eventId))
    for (let n = 0; n < 30; n++) {
      await post(note(`wire-${n}`, 'WIRE.NOTE'))
      if (n === 10) {
        await expect.poll(() => received.length).toBeGreaterThan(5)
        wire.cut()
      }
    }
    await expect.poll(() => received.length, { timeout: 15_000 }).toBe(30)
    expect(received).toEqual(Array.from({ length: 30 }, (_, n) => `wire-${n}`))
    expect(opens).toBe(2)
  })

  it('reads why a stream ended for good, and does not come back', async () => {
    const source = new EventSource(urlOf('subscription { nothing }'))
    opened.push({ close: () => source.close() })
    const told = once(source, 'next')
    const done = once(source, 'complete')
    const [{ data }] = (await told) as [MessageEvent]
    expect(JSON.parse(data).errors[0].extensions.code).toBe('BAD_INPUT')
    await done
    await expect.poll(() => source.readyState, { timeout: 10_000 }).toBe(EventSource.CLOSED)
  })
})

describe('a stream on a plain connection', () => {
  /** What comes back for one request, byte by byte. */
  async function exchange(version: string) {
    const { hostname, port, pathname, search } = new URL(urlOf(events, { types: [`SSE.${version}`] }))
    const socket = connectTcp(Number(port), hostname)
    opened.push({ close: () => void socket.destroy() })
    let text = ''
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece
    })
    socket.write(
      `GET ${pathname}${search} HTTP/${version}\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n\r\n`,
    )
    await expect.poll(() => text).toContain('text/event-stream')
    return () => text.slice(text.indexOf('\r\n\r\n') + 4)
  }

  it('has its events in chunks by HTTP/1.1, and bare by HTTP/1.0', async () => {
    const chunked = await exchange('1.1')
    const bare = await exchange('1.0')
    const types = ['SSE.1.1', 'SSE.1.0']
    await post(...types.map((type) => note(`plain ${type}`, type, { description: 'ü' })))
    // Bookmarks may come before.
    await expect.poll(bare).toMatch(/^:\n\n(?:id: .*\n\n|:\n\n)*id: .*\nevent: next\ndata: .*\n\n/)
    await expect
      .poll(chunked)
      .toMatch(
        /^3\r\n:\n\n\r\n(?:[\da-f]+\r\n(?:id: .*|:)\n\n\r\n)*[\da-f]+\r\nid: .*\nevent: next\ndata: .*\n\n\r\n/,
      )
    const [, size = '', chunk = ''] =
      /\r\n([\da-f]+)\r\n(id: .*\nevent: next\n[^\r]*)\r\n/.exec(chunked()) ?? []
    expect(chunk).toHaveLength(Number.parseInt(size, 16))
  })
})
