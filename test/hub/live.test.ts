import { expect, it } from 'vitest'
import { seesAccounts } from '../../src/event/visibility.ts'
import type { Encoding } from '../../src/hub/feed.ts'
import { draft, drafts, observation } from '../store/conformance/drafts.ts'
import { openStore, range, startReader } from '../store/conformance/open-store.ts'
import { lineEncoding } from '../support/controlled-connection.ts'
import { sqliteEngine } from '../support/store.ts'
import { eventFeed } from './feeds.ts'
import { openHub, startHub } from './open-hub.ts'

it('tells a subscriber every entry after it joined, in the order of the log', async () => {
  const { store } = await openStore(sqliteEngine)
  await store.log.append([draft('before')])
  const { connect } = await startHub(store)
  const operation = await connect().subscribe(eventFeed({ types: ['TEST.*'] }))
  await Promise.all(range(1, 30).map((n) => store.log.append([draft(n)])))
  await operation.heard('event-30')
  expect(operation.told()).toEqual(range(1, 30).map((n) => `event-${n}`))
})

it('tells nobody what the filter or the visibility leaves out', async () => {
  const { store, connect } = await openHub()
  const client = connect()
  const ofAlice = await client.subscribe(eventFeed({}, { visibility: seesAccounts(['alice']) }))
  const ofNics = await client.subscribe(eventFeed({ kinds: ['Nic'] }))
  const all = await client.subscribe(eventFeed())
  await store.log.append([
    draft(1),
    observation('Volume/v1', { owner: 'bob' }),
    observation('Volume/v2', { owner: 'alice' }),
    observation('Nic/n1', { owner: 'bob' }),
    draft('end'),
  ])
  await all.heard('event-end')
  const [, , alices, nics] = all.told()
  expect(ofAlice.told()).toEqual([alices])
  expect(ofNics.told()).toEqual([nics])
})

it('selects, renders and wraps an entry once for all subscribers of an audience', async () => {
  const { store, hub, connect } = await openHub()
  let wrapped = 0
  const encoding: Encoding = {
    ...lineEncoding,
    shared(payload, cursor) {
      wrapped += 1
      return lineEncoding.shared(payload, cursor)
    },
  }
  const feeds = range(1, 50).map(() => eventFeed())
  const operations = await Promise.all(feeds.map((feed) => connect('TAKES', encoding).subscribe(feed)))
  expect(hub.counts()).toMatchObject({ subscribers: 50, sockets: 50, audiences: 1 })
  await store.log.append(drafts(1, 3))
  await Promise.all(operations.map((operation) => operation.heard('event-3')))
  expect(feeds.flatMap(({ rendered }) => rendered)).toEqual([1, 2, 3])
  expect(wrapped).toBe(3)
})

it('never shares between different rights, though filter and event are the same', async () => {
  const { store, hub, connect } = await openHub()
  const seenBy = (who: string) => (result: string) =>
    result.replace('"description"', `"seenBy":"${who}","description"`)
  const ofAll = await connect().subscribe(eventFeed({}, { through: seenBy('all') }))
  const ofAlice = await connect().subscribe(
    eventFeed({}, { through: seenBy('alice'), visibility: seesAccounts(['alice']) }),
  )
  expect(hub.counts().audiences).toBe(2)
  const start = await store.log.head()
  const reported = observation('Volume/v1', { owner: 'alice' })
  const { event } = reported
  await store.log.append([reported])
  await Promise.all([ofAll.heard(event.eventId), ofAlice.heard(event.eventId)])
  const resumed = await connect().subscribe(eventFeed({}, { visibility: seesAccounts(['alice']) }), start)
  await resumed.heard(event.eventId)
  const seers = [ofAll, ofAlice, resumed].map((operation) => operation.messages()[0]?.payload.seenBy)
  expect(seers).toEqual(['all', 'alice', 'alice'])
})

it('writes all frames that one socket gets within a turn at once', async () => {
  const { store, connect } = await openHub()
  const { reader, subscribe } = connect()
  const operations = [await subscribe(eventFeed()), await subscribe(eventFeed({ categories: ['OTHER'] }))]
  await store.log.append(drafts(1, 20))
  await Promise.all(operations.map((operation) => operation.heard('event-20')))
  expect(reader.messages).toHaveLength(40)
  expect(reader.writes).toHaveLength(1)
})

it('gathers frames for the flush interval', async () => {
  const { store, connect } = await openHub({ limits: { flushIntervalMs: 200 } })
  const { reader, subscribe } = connect()
  const operation = await subscribe(eventFeed())
  for (const n of range(1, 5)) await store.log.append([draft(n)])
  await operation.heard('event-5')
  expect(reader.writes).toHaveLength(1)
})

it('writes what is gathered when the transport asks for it', async () => {
  const { store, connect } = await openHub({ limits: { flushIntervalMs: 60_000 } })
  const { reader, socket, subscribe } = connect()
  const operation = await subscribe(eventFeed())
  const follower = await startReader(store.log, await store.log.head())
  await store.log.append([draft(1)])
  await follower.reached(1)
  expect(reader.writes).toEqual([])
  socket.flush()
  expect(operation.told()).toEqual(['event-1'])
})

it('carries text beyond ASCII unharmed', async () => {
  const { store, connect } = await openHub()
  const operation = await connect().subscribe(eventFeed())
  await store.log.append([draft('Grüße, 東京 🛰')])
  await operation.heard('event-Grüße, 東京 🛰')
})

it('tells a subscriber nothing once it is closed, and lets its audience go with the last', async () => {
  const { store, hub, connect } = await openHub()
  const client = connect()
  const closed = await client.subscribe(eventFeed())
  const open = await client.subscribe(eventFeed())
  await store.log.append([draft(1)])
  await open.heard('event-1')
  closed.close()
  closed.close()
  await store.log.append([draft(2)])
  await open.heard('event-2')
  expect(closed.told()).toEqual(['event-1'])
  expect(closed.ended).toBeNull()
  expect(hub.counts()).toMatchObject({ subscribers: 1, audiences: 1 })
  client.socket.close()
  expect(hub.counts()).toEqual({ subscribers: 0, audiences: 0, sockets: 0, catchingUp: 0 })
})

it('ends the subscribers of an audience whose result cannot be made, and no other', async () => {
  const { store, connect } = await openHub()
  const through = () => {
    throw new Error('no such field')
  }
  const broken = await connect().subscribe(eventFeed({}, { name: 'broken', through }))
  const whole = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 2))
  await whole.heard('event-2')
  expect(broken.ended).toMatchObject({ code: 'INTERNAL' })
})

it('counts what it delivers, whom it serves and how far it has come', async () => {
  const { store, metrics, connect } = await openHub()
  const { subscribe } = connect()
  const operations = [await subscribe(eventFeed()), await subscribe(eventFeed())]
  await store.log.append(drafts(1, 10))
  await Promise.all(operations.map((operation) => operation.heard('event-10')))
  const text = await metrics.text()
  expect(text).toContain('heliograph_deliveries_total{transport="test"} 20')
  expect(text).toContain('heliograph_subscribers 2')
  expect(text).toContain('heliograph_audiences 1')
  expect(text).toContain('heliograph_log_head_offset 10')
})
