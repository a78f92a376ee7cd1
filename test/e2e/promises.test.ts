// The promises of PROTOCOL.md, each by its name, through the public doors of a running gateway, on both
// engines. What needs a store or a process to die is in kept.test.ts and redis.test.ts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type LiveClient, query, type Row } from '../support/clients.ts'
import { cloudEventBatch, note, vmState } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'

type EventRow = { eventId: string; cursor: string; type: string; resource: { uid: string; current: Row } }
type ChangeRow = { type: string; cursor: string | null; resource: Row | null; event: Row | null }

const eventsAfter = `subscription ($after: Cursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { eventId cursor type }
}`

describe.each(engineNames)('on %s', (engine) => {
  let gateway: TestGateway
  let client: LiveClient

  beforeAll(async () => {
    gateway = await startTestGateway(engine)
    client = connect(gateway.socketEndpoint)
  })
  afterAll(async () => {
    await client.close()
    await gateway.stop()
  })

  const head = async () => (await query<{ head: string }>(gateway.endpoint, '{ head }')).head
  const post = async (events: readonly unknown[]) => {
    const response = await gateway.post(events, cloudEventBatch)
    expect(response.status).toBe(202)
    return (await response.json()) as { accepted: number; duplicates: number; cursor: string }
  }

  test('one atomic step: who queries after an event sees its state or a newer one', async () => {
    const after = await head()
    const states = ['Starting', 'Running', 'Stopping', 'Stopped']
    const seen: Promise<void>[] = []
    const recording = client.subscribe<EventRow>(
      `subscription ($after: Cursor) {
        events(after: $after, filter: { types: ["VM.STATE"] }) { eventId cursor resource { uid } }
      }`,
      { after },
    )
    for (const [n, state] of states.entries()) {
      await post([vmState(`atomic-${n}`, 'atomic', state)])
      await recording.until((received) => received.length > n)
      seen.push(
        query<{ resource: { state: string; version: string } }>(
          gateway.endpoint,
          '{ resource(kind: "VirtualMachine", id: "atomic") { state version } }',
        ).then(({ resource }) => expect(states.indexOf(resource.state)).toBeGreaterThanOrEqual(n)),
      )
    }
    await Promise.all(seen)
    recording.close()
  })

  test('no duplicates: the same source and eventId is logged once, whoever sends it again', async () => {
    const after = await head()
    const events = Array.from({ length: 20 }, (_, n) => note(`twice-${n}`))
    const results = await Promise.all([post(events), post(events), post([...events].reverse())])
    expect(results.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(20)
    expect(results.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(40)
    const recording = client.subscribe<EventRow>(eventsAfter, { after })
    await post([note('twice-end')])
    const received = await recording.until((rows) => rows.some(({ eventId }) => eventId === 'twice-end'))
    expect(received.map(({ eventId }) => eventId).toSorted()).toEqual(
      [...events.map(({ id }) => id), 'twice-end'].toSorted(),
    )
    recording.close()
  })

  test('order: every subscriber sees the one sequence of the log', async () => {
    const after = await head()
    const recordings = [1, 2, 3].map(() => client.subscribe<EventRow>(eventsAfter, { after }))
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        post([note(`order-${n}-a`), note(`order-${n}-b`), note(`order-${n}-c`)]),
      ),
    )
    const all = await Promise.all(
      recordings.map((recording) => recording.until((rows) => rows.length === 60)),
    )
    const { events } = await query<{ events: { nodes: EventRow[] } }>(
      gateway.endpoint,
      'query ($after: Cursor) { events(first: 500, after: $after) { nodes { eventId } } }',
      { after },
    )
    const log = events.nodes.map(({ eventId }) => eventId)
    for (const received of all) expect(received.map(({ eventId }) => eventId)).toEqual(log)
    const ofOnePost = log.filter((id) => id.startsWith('order-7-'))
    expect(ofOnePost).toEqual(['order-7-a', 'order-7-b', 'order-7-c'])
    for (const recording of recordings) recording.close()
  })

  test('no silent gap: a resumed subscriber gets every retained matching event after its cursor, once', async () => {
    const after = await head()
    await post(Array.from({ length: 50 }, (_, n) => note(`resume-${n}`, n % 2 ? 'ODD.NOTE' : 'EVEN.NOTE')))
    const filter = { types: ['ODD.*'] }
    const first = client.subscribe<EventRow>(eventsAfter, { after, filter })
    const received = [...(await first.until((rows) => rows.length >= 10))].slice(0, 10)
    first.close()
    await post([note('resume-50', 'EVEN.NOTE'), note('resume-51', 'ODD.NOTE')])
    const second = client.subscribe<EventRow>(eventsAfter, { after: received[9]?.cursor, filter })
    received.push(...(await second.until((rows) => rows.length === 16)))
    const odd = Array.from({ length: 52 }, (_, n) => n).filter((n) => n % 2)
    expect(received.map(({ eventId }) => eventId)).toEqual(odd.map((n) => `resume-${n}`))
    second.close()
  })

  test('no silent gap: a cursor the log cannot continue from ends with CURSOR_EXPIRED', async () => {
    const { cursor } = await post([note('expired-cursor')])
    const bytes = Buffer.from(cursor.slice(2), 'base64url')
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(bytes)
      copy[at] = value ^ (copy[at] ?? 0)
      return `c1${copy.toString('base64url')}`
    }
    const cases = {
      'another epoch': changed(0, 1),
      'ahead of the head': changed(9, 1),
      'another mark': changed(17, 1),
    }
    for (const [name, after] of Object.entries(cases)) {
      const [error] = await client.subscribe(eventsAfter, { after }).ended()
      expect(error?.extensions?.code, name).toBe('CURSOR_EXPIRED')
    }
    const [error] = await client.subscribe(eventsAfter, { after: 'yesterday' }).ended()
    expect(error?.extensions?.code).toBe('BAD_CURSOR')
  })

  test('state then changes: the current state, SYNCED, then every change, each with the cursor to go on from', async () => {
    await post([vmState('synced-1', 'synced-a', 'Running'), vmState('synced-2', 'synced-b', 'Stopped')])
    const text = `subscription ($after: Cursor) {
      resources(after: $after, filter: { kinds: ["VirtualMachine"], states: ["Running"], ids: ["synced-a", "synced-b"] }) {
        type cursor resource { uid state } event { eventId }
      }
    }`
    const recording = client.subscribe<ChangeRow>(text)
    await recording.until((rows) => rows.some(({ type }) => type === 'SYNCED'))
    await post([
      vmState('synced-3', 'synced-b', 'Running'),
      vmState('synced-4', 'synced-a', 'Stopping'),
      vmState('synced-5', 'elsewhere', 'Running'),
      vmState('synced-6', 'synced-b', 'Running', { data: { state: 'Running', name: 'renamed' } }),
    ])
    const rows = await recording.until((received) => received.length === 5)
    expect(rows.map(({ type, resource, event }) => [type, resource?.uid, event?.eventId])).toEqual([
      ['ADDED', 'synced-a', undefined],
      ['SYNCED', undefined, undefined],
      ['ADDED', 'synced-b', 'synced-3'],
      ['DELETED', 'synced-a', 'synced-4'],
      ['MODIFIED', 'synced-b', 'synced-6'],
    ])
    expect(rows.map(({ cursor }) => cursor !== null)).toEqual([false, true, true, true, true])
    const resumed = client.subscribe<ChangeRow>(text, { after: rows[2]?.cursor })
    const changes = await resumed.until((received) => received.length === 2)
    expect(changes.map(({ type }) => type)).toEqual(['DELETED', 'MODIFIED'])
    recording.close()
    resumed.close()
  })

  test('state then changes: a resource nobody knows is SYNCED, then silence, until it is ADDED', async () => {
    const recording = client.subscribe<ChangeRow>(
      `subscription { resource(kind: "Volume", id: "unborn") { type resource { uid state } } }`,
    )
    await recording.until((rows) => rows.length === 1)
    await post([{ ...vmState('unborn-1', 'unborn', 'Ready'), subject: 'Volume/unborn' }])
    const rows = await recording.until((received) => received.length === 2)
    expect(rows).toMatchObject([
      { type: 'SYNCED', resource: null },
      { type: 'ADDED', resource: { state: 'Ready' } },
    ])
    recording.close()
  })
})
