// Selections that read the store: their results come later, and still in order.

import { expect, it } from 'vitest'
import { formatCursor } from '../../src/event/position.ts'
import { draft, drafts } from '../store/conformance/drafts.ts'
import { range } from '../store/conformance/open-store.ts'
import { eventFeed } from './feeds.ts'
import { openHub } from './open-hub.ts'

const ids = (first: number, last: number) => range(first, last).map((n) => `event-${n}`)

/** Holds back the results of events whose number is a multiple of ten, until released. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    open: resolve,
    through: (result: string): string | Promise<string> =>
      (JSON.parse(result) as { offset: number }).offset % 10 === 0 ? promise.then(() => result) : result,
  }
}

it('tells nothing of a later entry before the one whose result is awaited', async () => {
  const { store, connect } = await openHub()
  const { open, through } = gate()
  const slow = await connect().subscribe(eventFeed({}, { name: 'slow', through }))
  const quick = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 25))
  await quick.heard('event-25')
  expect(slow.told()).toEqual(ids(1, 9))
  open()
  await slow.heard('event-25')
  expect(slow.told()).toEqual(ids(1, 25))
})

it('renders one entry after another', async () => {
  const { store, connect } = await openHub()
  let running = 0
  const most: number[] = []
  const through = async (result: string) => {
    most.push(++running)
    await new Promise(setImmediate)
    running -= 1
    return result
  }
  const operation = await connect().subscribe(eventFeed({}, { through }))
  await store.log.append(drafts(1, 20))
  await operation.heard('event-20')
  expect(operation.told()).toEqual(ids(1, 20))
  expect(Math.max(...most)).toBe(1)
})

it('takes in a subscriber while a result is awaited, and tells it only what comes after its start', async () => {
  const { store, connect } = await openHub()
  const { open, through } = gate()
  const feed = () => eventFeed({}, { name: 'slow', through })
  const first = await connect().subscribe(feed())
  const quick = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 12))
  await quick.heard('event-12')
  const client = connect()
  const joined = await client.subscribe(feed())
  expect(client.socket.bookmarks()).toEqual({ 'operation 1': formatCursor(await store.log.head()) })
  await store.log.append(drafts(13, 15))
  await quick.heard('event-15')
  open()
  await first.heard('event-15')
  await joined.heard('event-15')
  expect(first.told()).toEqual(ids(1, 15))
  expect(joined.told()).toEqual(ids(13, 15))
})

it('shares the awaited result with a subscriber that catches up', async () => {
  const { store, connect } = await openHub()
  const start = await store.log.head()
  const { open, through } = gate()
  const feed = eventFeed({}, { name: 'slow', through })
  const live = await connect().subscribe(feed)
  const quick = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 12))
  await quick.heard('event-12')
  const late = connect()
  const resumed = await late.subscribe(feed, start)
  await resumed.heard('event-9')
  open()
  await Promise.all([live.heard('event-12'), resumed.heard('event-12')])
  expect([live.told(), resumed.told()]).toEqual([ids(1, 12), ids(1, 12)])
  expect(feed.rendered).toEqual(range(1, 12))
})

it('keeps every event of a slow reader of a slow selection', async () => {
  const { store, connect } = await openHub({ limits: { bufferBytes: 600, ringEntries: 8 } })
  const { open, through } = gate()
  const client = connect('STOPS')
  const slow = await client.subscribe(eventFeed({}, { name: 'slow', through }))
  const quick = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 60))
  await quick.heard('event-60')
  open()
  client.reader.setPace('LATE')
  await slow.heard('event-60')
  expect(slow.told()).toEqual(ids(1, 60))
})

it('lets the subscribers of a selection that is slower than the log read it from there', async () => {
  const { store, hub, connect } = await openHub({ limits: { ringEntries: 100 } })
  const { open, through } = gate()
  const slow = await connect().subscribe(eventFeed({}, { name: 'slow', through }))
  const quick = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 1500))
  await quick.heard('event-1500')
  expect(hub.counts().catchingUp).toBe(1)
  open()
  await slow.heard('event-1500')
  expect(slow.told()).toEqual(ids(1, 1500))
})

it('ends the subscribers whose result is refused, and starts afresh with the next', async () => {
  const { store, connect } = await openHub()
  const through = async (result: string) => {
    if (result.includes('"event-2"')) throw new Error('the store hung up')
    return result
  }
  const feed = () => eventFeed({}, { through })
  const ended = await connect().subscribe(feed())
  await store.log.append(drafts(1, 3))
  expect(await ended.end).toMatchObject({ code: 'INTERNAL' })
  expect(ended.told()).toEqual(['event-1'])
  const next = await connect().subscribe(feed())
  await store.log.append([draft(4)])
  await next.heard('event-4')
})
