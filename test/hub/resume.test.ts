import { expect, it, onTestFinished } from 'vitest'
import { HeliographError } from '../../src/errors.ts'
import { type Cursor, parseCursor, parseEpoch } from '../../src/event/position.ts'
import { cursorOf } from '../../src/event-log/entry.ts'
import type { EventLog, Follower } from '../../src/event-log/event-log.ts'
import type { Store } from '../../src/store/store.ts'
import { draft, drafts } from '../store/conformance/drafts.ts'
import { openStore, range } from '../store/conformance/open-store.ts'
import { sqliteEngine } from '../support/store.ts'
import { eventFeed, resourceFeed, type WatchedFeed } from './feeds.ts'
import { openHub, startHub } from './open-hub.ts'

const ids = (first: number, last: number) => range(first, last).map((n) => `event-${n}`)

/** The store's own log, with what a test can do to it. */
function tampered({ log }: Store) {
  let down = false
  let follower: Follower | null = null
  let reads = 0
  const assertUp = () => {
    if (down) throw new HeliographError('STORE_UNAVAILABLE', 'The store cannot be reached')
  }
  const seam: EventLog = {
    ...log,
    async head() {
      assertUp()
      return log.head()
    },
    async read(after, limit) {
      reads += 1
      assertUp()
      return log.read(after, limit)
    },
    follow(after, given) {
      follower = given
      return log.follow(after, given)
    },
  }
  return {
    log: seam,
    get reads() {
      return reads
    },
    setDown(isDown: boolean) {
      down = isDown
    },
    restart: (head: Cursor) => follower?.restarted(head),
  }
}

async function cursorAt(log: EventLog, offset: number): Promise<Cursor> {
  const entry = (await log.at([offset]))[0]
  if (!entry) throw new Error(`no entry at ${offset}`)
  return cursorOf(entry)
}

it('sends every matching entry after the cursor, from the log and then the ring, and goes on live', async () => {
  const { store } = await openStore(sqliteEngine)
  await store.log.append(drafts(1, 100))
  const { connect } = await startHub(store, { ringEntries: 30, pageEntries: 17 })
  const other = await connect().subscribe(eventFeed())
  await store.log.append(drafts(101, 150))
  await other.heard('event-150')
  const resumed = await connect().subscribe(eventFeed(), await cursorAt(store.log, 40))
  await store.log.append(drafts(151, 160))
  await resumed.heard('event-160')
  expect(resumed.told()).toEqual(ids(41, 160))
})

it('resumes after the last cursor a client got, wherever its line was cut', async () => {
  const { store, connect } = await openHub()
  const before = connect()
  const cut = await before.subscribe(eventFeed())
  await store.log.append(drafts(1, 10))
  await cut.heard('event-10')
  before.socket.close()
  await store.log.append(drafts(11, 20))
  const after = parseCursor(cut.lastCursor() ?? '')
  const resumed = await connect().subscribe(eventFeed(), after)
  await resumed.heard('event-20')
  expect(resumed.told()).toEqual(ids(11, 20))
})

it('serves a storm of readers that come back from the ring: no read, and one rendering each entry', async () => {
  const { store } = await openStore(sqliteEngine)
  const seam = tampered(store)
  const { connect } = await startHub(store, {}, seam)
  const feeds = range(0, 20).map(() => eventFeed())
  const [first, ...others] = feeds
  if (first === undefined) throw new Error('no feed')
  const only = connect()
  const live = await only.subscribe(first)
  await store.log.append(drafts(1, 50))
  await live.heard('event-50')
  only.socket.close()
  const after = await cursorAt(store.log, 20)
  const storm = await Promise.all(others.map((feed) => connect().subscribe(feed, after)))
  await Promise.all(storm.map((operation) => operation.heard('event-50')))
  for (const operation of storm) expect(operation.told()).toEqual(ids(21, 50))
  expect(seam.reads).toBe(0)
  expect(feeds.flatMap(({ rendered }) => rendered)).toEqual(range(1, 50))
})

it('shares the reads of readers that fell behind together', async () => {
  const { store } = await openStore(sqliteEngine)
  await store.log.append(drafts(1, 200))
  const start = await store.log.tail()
  const seam = tampered(store)
  const { connect } = await startHub(store, { pageEntries: 100 }, seam)
  const client = connect()
  const operations = await Promise.all(range(1, 10).map(() => client.subscribe(eventFeed(), start)))
  await Promise.all(operations.map((operation) => operation.heard('event-200')))
  expect(seam.reads).toBe(2)
})

it('keeps the renderings of a replay for those who share them, and for a lone reader none', async () => {
  const { store } = await openStore(sqliteEngine)
  await store.log.append(drafts(1, 100))
  const { connect } = await startHub(store, { pageEntries: 50 })
  const start = await store.log.tail()
  const feeds = range(0, 4).map(() => eventFeed())
  const replay = async (feed: WatchedFeed) => {
    const client = connect()
    await (await client.subscribe(feed, start)).heard('event-100')
    return () => client.socket.close()
  }
  const [lone, ...together] = feeds as [WatchedFeed, ...WatchedFeed[]]
  const leave = await replay(lone)
  leave()
  await Promise.all(together.map(replay))
  expect(lone.rendered).toEqual(range(1, 100))
  expect(together.flatMap(({ rendered }) => rendered)).toEqual(range(1, 100))
})

it('lets a subscriber be ahead of this gateway, and skips what it has had already', async () => {
  const { store } = await openStore(sqliteEngine)
  const late = Promise.withResolvers<void>()
  const log: EventLog = {
    ...store.log,
    // This gateway hears of entries later than others do.
    follow: (after, { entries, restarted }) =>
      store.log.follow(after, { entries: (told) => void late.promise.then(() => entries(told)), restarted }),
  }
  const { hub, connect } = await startHub(store, {}, { log })
  await store.log.append(drafts(1, 10))
  const ahead = await connect().subscribe(eventFeed(), await cursorAt(store.log, 6))
  const atHead = await connect().subscribe(eventFeed(), await store.log.head())
  expect(hub.tip().offset).toBe(0)
  late.resolve()
  await store.log.append([draft(11)])
  await Promise.all([ahead.heard('event-11'), atHead.heard('event-11')])
  expect([ahead.told(), atHead.told()]).toEqual([ids(7, 11), ['event-11']])
})

it('refuses a cursor ahead of the head, of another epoch or with another mark as expired', async () => {
  const { store, hub, connect } = await openHub()
  const { subscribe } = connect()
  await store.log.append(drafts(1, 10))
  const head = await store.log.head()
  const wrong: Cursor[] = [
    { ...head, offset: 11 },
    { ...head, epoch: parseEpoch('0123456789abcdef') },
    { ...head, mark: head.mark ^ 1 },
    { ...head, offset: 5 },
  ]
  for (const after of wrong) {
    await expect(subscribe(eventFeed(), after)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
  }
  expect(hub.counts()).toMatchObject({ subscribers: 0, audiences: 0 })
})

it('refuses a cursor whose entry was trimmed', async () => {
  const { store } = await openStore(sqliteEngine, { maxEntries: 10 })
  const start = await store.log.head()
  await store.log.append(drafts(1, 50))
  await store.trim()
  const { connect } = await startHub(store)
  const { subscribe } = connect()
  await expect(subscribe(eventFeed(), start)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
  const resumed = await subscribe(eventFeed(), await store.log.tail())
  await resumed.heard('event-50')
  expect(resumed.told()).toEqual(ids(41, 50))
})

it('ends a reader that fell so far behind that the log was trimmed past it', async () => {
  const { store } = await openStore(sqliteEngine, { maxEntries: 10 })
  const { connect } = await startHub(store, { bufferBytes: 600, ringEntries: 8 })
  const slow = connect('STOPS')
  const lost = await slow.subscribe(eventFeed())
  const other = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 100))
  await other.heard('event-100')
  await store.trim()
  slow.reader.setPace('TAKES')
  expect(await lost.end).toMatchObject({ code: 'CURSOR_EXPIRED' })
  const told = lost.told()
  expect(told).toEqual(ids(1, told.length))
})

it('ends every subscriber with CURSOR_EXPIRED when the log began anew, and serves new ones', async () => {
  const { store } = await openStore(sqliteEngine)
  const seam = tampered(store)
  const { hub, connect } = await startHub(store, { bufferBytes: 600 }, seam)
  const live = await connect().subscribe(eventFeed())
  const ofState = await connect().subscribe(resourceFeed())
  const behind = await connect('STOPS').subscribe(eventFeed({}, { name: 'other' }))
  await store.log.append(drafts(1, 20))
  await live.heard('event-20')
  seam.restart(await store.log.head())
  for (const operation of [live, ofState, behind]) {
    expect(await operation.end).toMatchObject({ code: 'CURSOR_EXPIRED' })
  }
  expect(hub.counts().subscribers).toBe(0)
  const next = await connect().subscribe(eventFeed())
  await store.log.append([draft(21)])
  await next.heard('event-21')
  expect(next.told()).toEqual(['event-21'])
})

it('asks to come back where the log began anew while the cursor was checked', async () => {
  const { store } = await openStore(sqliteEngine)
  const seam = tampered(store)
  const start = await store.log.head()
  await store.log.append(drafts(1, 5))
  const { connect } = await startHub(store, {}, seam)
  const subscribing = connect().subscribe(eventFeed(), start)
  seam.restart({ ...start, epoch: parseEpoch('0123456789abcdef') })
  await expect(subscribing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})

it('waits for a store that is away while a reader catches up, and goes on where it was', async () => {
  const { store } = await openStore(sqliteEngine)
  const seam = tampered(store)
  const { hub, connect } = await startHub(store, { bufferBytes: 600, ringEntries: 8 }, seam)
  const slow = connect('STOPS')
  const operation = await slow.subscribe(eventFeed())
  const closed = connect('STOPS')
  await closed.subscribe(eventFeed())
  const other = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 100))
  await other.heard('event-100')
  seam.setDown(true)
  slow.reader.setPace('TAKES')
  closed.reader.setPace('TAKES')
  await new Promise<void>((resolve) => {
    const ask = () => (seam.reads > 2 ? resolve() : setImmediate(ask))
    ask()
  })
  expect(operation.ended).toBeNull()
  closed.socket.close()
  seam.setDown(false)
  await operation.heard('event-100')
  expect(operation.told()).toEqual(ids(1, 100))
  expect(hub.counts().subscribers).toBe(2)
})

it('refuses a new subscription that needs the store while the store is away', async () => {
  const { store } = await openStore(sqliteEngine)
  const start = await store.log.head()
  await store.log.append(drafts(1, 5))
  const seam = tampered(store)
  const { connect } = await startHub(store, {}, seam)
  seam.setDown(true)
  const { subscribe } = connect()
  await expect(subscribe(eventFeed(), start)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await expect(subscribe(resourceFeed())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})

it('starts nothing on a socket that closed meanwhile, nor on a hub that did', async () => {
  const { store } = await openStore(sqliteEngine)
  const start = await store.log.head()
  await store.log.append(drafts(1, 5))
  const { hub, connect } = await startHub(store)
  const client = connect()
  const subscribing = client.subscribe(eventFeed(), start)
  client.socket.close()
  const operation = await subscribing
  operation.close()
  expect(hub.counts()).toEqual({ subscribers: 0, audiences: 0, sockets: 0, catchingUp: 0 })
  await hub.close()
  await expect(connect().subscribe(eventFeed())).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
})

it('closes while readers wait for their sockets and for the store', async () => {
  const { store } = await openStore(sqliteEngine)
  const seam = tampered(store)
  const { hub, connect } = await startHub(store, { bufferBytes: 600, ringEntries: 8 }, seam)
  const waiting = await connect('STOPS').subscribe(eventFeed())
  const asking = connect('STOPS')
  const other = await asking.subscribe(eventFeed({}, { name: 'other' }))
  const live = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 100))
  await live.heard('event-100')
  seam.setDown(true)
  asking.reader.setPace('TAKES')
  await hub.close()
  onTestFinished(() => expect([waiting.ended, other.ended]).toEqual([null, null]))
  expect(hub.counts()).toMatchObject({ subscribers: 0, sockets: 0 })
})
