// The hub renders, frames and writes results past the libraries of the protocols. What their clients make
// of it must be what plain GraphQL makes of the same: one suite, run by the graphql-ws client and by the
// GraphQL-over-SSE client, on both engines, live and out of the log.

import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { connect, connectStreams, query, type Row } from '../support/clients.ts'
import { cloudEventBatch, cloudStackSamples, note, vmState } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'

const protocols = [
  ['WebSocket', ({ socketEndpoint }: TestGateway) => connect(socketEndpoint)],
  ['SSE', ({ endpoint }: TestGateway) => connectStreams(endpoint)],
] as const

/** Every kind of thing that a selection can hold. */
const elaborate = `
  fragment Chosen on Event {
    id, name: eventId, eventId
    __typename
    ... on StateEvent { moved: transition { to, from, trigger, field } }
    ... on JobEvent @skip(if: $bare) { jobId, command }
    ... @include(if: $whole) { data, description, severity, status, outcome, category }
    resource { ...Ref, kind }
    related { ...Ref }
    ...Times
    resource { again: uid }
  }
  fragment Ref on ResourceRef { uid }
  fragment Times on Event { at: time, receivedAt, cursor, ...Nobody @skip(if: true) }
  fragment Nobody on Event { zone }
`
const live = `subscription ($after: Cursor, $types: [String!], $bare: Boolean!, $whole: Boolean = true) {
  told: events(after: $after, filter: { types: $types }) { ...Chosen }
} ${elaborate}`
const asked = `query ($after: Cursor, $types: [String!], $bare: Boolean!, $whole: Boolean = true) {
  events(first: 500, after: $after, filter: { types: $types }) { nodes { ...Chosen } }
} ${elaborate}`

const described = `subscription ($after: Cursor, $types: [String!]) {
  events(after: $after, filter: { types: $types }) { eventId description }
}`

const engines = engineNames.flatMap((engine) =>
  protocols.map(([protocol, open]) => ({ engine, protocol, open })),
)

describe.each(engines)('by the $protocol client on $engine', ({ engine, open }) => {
  let gateway: TestGateway
  let client: ReturnType<typeof open>

  beforeAll(async () => {
    gateway = await startTestGateway(engine, { bookmarkMs: 40 })
    client = open(gateway)
  })
  afterAll(async () => {
    await client.close()
    await gateway.stop()
  })

  const head = async () => (await query<{ head: string }>(gateway.endpoint, '{ head }')).head
  const post = async (events: readonly unknown[], contentType = cloudEventBatch) =>
    expect((await gateway.post(events, contentType)).status).toBe(202)

  test('results have the fields of aliases, fragments and directives, in the order of a query', async () => {
    const after = await head()
    const types = ['VM.*', 'NIC.*', 'STATE.*', 'LAST.*', 'AsyncJobEvent.*']
    const choices = [
      { types, bare: false },
      { types, bare: true, whole: false },
    ]
    const lively = choices.map((variables) => client.subscribe<Row>(live, { ...variables, after }))
    // A subscription that tells of something is live from there on.
    await post([vmState('begun', 'vm-0', 'Running')])
    for (const recording of lively) await recording.until((rows) => rows.length > 0)
    await post(await cloudStackSamples(), 'application/json')
    await post([vmState('words', 'vm-1', 'Rūnning "now" \u2028 🌞'), note('last', 'LAST.NOTE')])
    for (const [i, choice] of choices.entries()) {
      const told = await lively[i]?.until((rows) => rows.some(({ name }) => name === 'last'))
      const page = { ...choice, after }
      const { events } = await query<{ events: { nodes: Row[] } }>(gateway.endpoint, asked, page)
      const expected = events.nodes.map((node) => JSON.stringify(node))
      expect(expected.length).toBeGreaterThan(20)
      expect(told?.map((row) => JSON.stringify(row))).toEqual(expected)
      const replayed = client.subscribe<Row>(live, page)
      const again = await replayed.until((rows) => rows.length >= expected.length)
      expect(again.map((row) => JSON.stringify(row))).toEqual(expected)
      replayed.close()
    }
    for (const recording of lively) recording.close()
  })

  test('whoever asks for what is not there is told of each error', async () => {
    const recording = client.subscribe('subscription { events { nothing } resources { either } }')
    const errors = await recording.ended()
    expect(errors.length).toBeGreaterThan(1)
    for (const { extensions } of errors) expect(extensions?.code).toBe('BAD_INPUT')
  })

  test('results come whole, whatever their length', async () => {
    const after = await head()
    // Around the lengths at which the header of a frame, or of a chunk, grows.
    const lengths = [125, 126, 4_095, 4_096, 65_535, 65_536].flatMap((length) =>
      Array.from({ length: 120 }, (_, n) => Math.max(0, length - n)),
    )
    const sized = (length: number) => note(`sized-${length}`, 'SIZED.NOTE', data('ä'.repeat(length / 2)))
    const all = [...new Set([...lengths, 200_000])]
    const variables = { after, types: ['SIZED.NOTE'] }
    const recording = client.subscribe<Row>(described, variables)
    for (let i = 0; i < all.length; i += 50) await post(all.slice(i, i + 50).map(sized))
    const rows = await recording.until((received) => received.length === all.length)
    expect(rows.map(({ eventId, description }) => [eventId, String(description).length])).toEqual(
      all.map((length) => [`sized-${length}`, Math.floor(length / 2)]),
    )
    expect(rows.every(({ description }) => /^ä*$/.test(String(description)))).toBe(true)
    recording.close()
  })

  test('bursts to many operations come in order, with bookmarks and pings between them', async () => {
    const after = await head()
    const recordings = Array.from({ length: 20 }, () =>
      client.subscribe<Row>(described, { after, types: ['BURST.NOTE'] }),
    )
    const ids: string[] = []
    for (let burst = 0; burst < 20; burst++) {
      const burstIds = Array.from({ length: 25 }, (_, n) => `burst-${burst}-${n}`)
      ids.push(...burstIds)
      await post(burstIds.map((id) => note(id, 'BURST.NOTE', data(`of ${id}`))))
    }
    for (const recording of recordings) {
      const rows = await recording.until((received) => received.length === ids.length)
      expect(rows.map(({ eventId }) => eventId)).toEqual(ids)
      recording.close()
    }
  })
})

describe('a client that sends its messages in fragments, with pings between them', () => {
  test('gets its results in order, and its pongs between them', async () => {
    await using made = new AsyncDisposableStack()
    const gateway = await startTestGateway('sqlite', { bookmarkMs: 40 })
    made.defer(() => gateway.stop())
    const socket = new WebSocket(gateway.socketEndpoint, 'graphql-transport-ws')
    made.defer(() => socket.terminate())
    await once(socket, 'open')
    let pongs = 0
    socket.on('pong', () => {
      pongs += 1
    })
    const inFragments = (message: object) => {
      const text = JSON.stringify(message)
      for (let at = 0; at < text.length; at += 7) {
        socket.send(text.slice(at, at + 7), { fin: at + 7 >= text.length })
        socket.ping()
      }
    }
    inFragments({ type: 'connection_init' })
    await once(socket, 'message')
    const ids: string[] = []
    const all = Promise.withResolvers<void>()
    socket.on('message', (bytes) => {
      const { type, payload } = JSON.parse(String(bytes))
      if (type !== 'next') return
      ids.push(payload.data.events.eventId)
      if (ids.length === 500) all.resolve()
    })
    const { head: after } = await query<{ head: string }>(gateway.endpoint, '{ head }')
    inFragments({ id: '1', type: 'subscribe', payload: { query: described, variables: { after } } })
    for (let burst = 0; burst < 20; burst++) {
      const notes = Array.from({ length: 25 }, (_, n) => note(`note-${burst * 25 + n}`))
      const posted = gateway.post(notes, cloudEventBatch)
      inFragments({ type: 'ping' })
      await posted
    }
    await all.promise
    expect(ids).toEqual(Array.from({ length: 500 }, (_, n) => `note-${n}`))
    expect(pongs).toBeGreaterThan(20)
  })
})

function data(description: string): { data: { description: string } } {
  return { data: { description } }
}
