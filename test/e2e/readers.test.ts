// Slow readers, reconnects and appends in any order, over real sockets with a small budget: no gap, no
// duplicate, no disorder. The same property over sockets under the test's control is with the hub.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type LiveClient, query, type Recording } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'

type EventRow = { eventId: string; type: string; cursor: string }
type Action =
  | { kind: 'POST'; types: readonly string[] }
  | { kind: 'FLOOD' }
  | { kind: 'PAUSE' | 'RESUME' | 'RECONNECT'; reader: number }
type Reader = {
  readonly filter: { types: readonly string[] } | null
  client: LiveClient
  recording: Recording<EventRow>
  /** What the connections before this one received. */
  readonly received: EventRow[]
  after: string
}

const readers = 3
const types = ['RED.NOTE', 'RED.SIGN', 'BLUE.NOTE']
const sentinelType = 'RED.END'
const filters = [null, { types: ['RED.*'] }, { types: ['BLUE.NOTE', sentinelType] }]
// Larger than what the kernel takes for a reader that does not read, so that the budget is met.
const floodEvents = 48
const floodPadding = 'x'.repeat(200 * 1024)

const text = `subscription ($after: Cursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { eventId type cursor data }
}`

const reader = fc.nat(readers - 1)
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('POST' as const),
      types: fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'FLOOD' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('PAUSE' as const, 'RESUME' as const, 'RECONNECT' as const),
      reader,
    }),
  },
)

describe.each(engineNames)('on %s', (engine) => {
  let gateway: TestGateway
  let posted = 0

  beforeAll(async () => {
    gateway = await startTestGateway(engine, { bufferBytes: 4096 })
  })
  afterAll(() => gateway.stop())

  async function post(kinds: readonly string[], padding = ''): Promise<void> {
    const events = kinds.map((type) => note(`readers-${posted++}`, type, { data: { padding } }))
    const response = await gateway.post(events, cloudEventBatch)
    expect(response.status).toBe(202)
  }

  async function openReader(filter: Reader['filter'], after: string): Promise<Reader> {
    const client = connect(gateway.socketEndpoint)
    return { filter, client, recording: client.subscribe(text, { after, filter }), received: [], after }
  }

  async function reconnect(reader: Reader): Promise<void> {
    reader.received.push(...reader.recording.received)
    await reader.client.close()
    reader.client = connect(gateway.socketEndpoint)
    const after = reader.received.at(-1)?.cursor ?? reader.after
    reader.recording = reader.client.subscribe(text, { after, filter: reader.filter })
  }

  async function run(action: Action, all: readonly Reader[]): Promise<void> {
    if (action.kind === 'POST') return post(action.types)
    if (action.kind === 'FLOOD')
      return post(
        Array.from({ length: floodEvents }, () => 'RED.NOTE'),
        floodPadding,
      )
    const reader = all[action.reader]
    if (!reader) return
    if (action.kind === 'RECONNECT') return reconnect(reader)
    const socket = reader.client.socket()
    if (action.kind === 'PAUSE') socket?.pause()
    else socket?.resume()
  }

  async function logAfter(start: string): Promise<EventRow[]> {
    const rows: EventRow[] = []
    for (let after = start; ; ) {
      const { events } = await query<{
        events: { nodes: EventRow[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
      }>(
        gateway.endpoint,
        `query ($after: Cursor) {
          events(first: 500, after: $after) { nodes { eventId type } pageInfo { hasNextPage endCursor } }
        }`,
        { after },
      )
      rows.push(...events.nodes)
      if (!events.pageInfo.hasNextPage) return rows
      after = events.pageInfo.endCursor
    }
  }

  async function check(actions: readonly Action[]): Promise<void> {
    const { head } = await query<{ head: string }>(gateway.endpoint, '{ head }')
    const all = await Promise.all(filters.map((filter) => openReader(filter, head)))
    try {
      for (const action of actions) await run(action, all)
      await post([sentinelType])
      const log = await logAfter(head)
      for (const reader of all) {
        reader.client.socket()?.resume()
        const rows = await reader.recording.until((received) => received.at(-1)?.type === sentinelType)
        const expected = log.filter(({ type }) => matches(reader.filter, type))
        expect([...reader.received, ...rows].map(({ eventId }) => eventId)).toEqual(
          expected.map(({ eventId }) => eventId),
        )
      }
    } finally {
      await Promise.all(all.map(({ client }) => client.close()))
    }
  }

  test('readers that stall and come back get every event after their cursor, once and in order', {
    timeout: 300_000,
  }, async () => {
    const flood: Action[] = [
      { kind: 'POST', types: ['RED.NOTE'] },
      { kind: 'PAUSE', reader: 0 },
      { kind: 'FLOOD' },
      { kind: 'POST', types },
    ]
    await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 12 }), check), {
      numRuns: 20,
      endOnFailure: true,
      examples: [[flood], [[...flood, { kind: 'RECONNECT', reader: 0 }]]],
    })
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    const catchUps = /^heliograph_catch_ups_total (\d+)/m.exec(metrics)?.[1]
    expect(Number(catchUps), 'stalled readers left the live path').toBeGreaterThan(0)
  })
})

function matches(filter: Reader['filter'], type: string): boolean {
  if (filter === null) return true
  return filter.types.some(
    (wanted) => wanted === type || (wanted.endsWith('.*') && type.startsWith(wanted.slice(0, -1))),
  )
}
