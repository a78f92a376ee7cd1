import { expect, it } from 'vitest'
import { formatCursor, parseCursor } from '../../src/event/position.ts'
import { draft, drafts, observation } from '../store/conformance/drafts.ts'
import { eventFeed, resourceFeed } from './feeds.ts'
import { openHub } from './open-hub.ts'

it('gives a quiet operation the tip, and a busy one nothing', async () => {
  const { store, hub, connect } = await openHub()
  const { socket, subscribe } = connect()
  await subscribe(eventFeed({ types: ['NOTHING.LIKE.IT'] }), null, 'quiet')
  const busy = await subscribe(eventFeed(), null, 'busy')
  await store.log.append(drafts(1, 5))
  await busy.heard('event-5')
  expect(socket.bookmarks()).toEqual({ quiet: formatCursor(hub.tip()) })
  const tip = formatCursor(hub.tip())
  expect(socket.bookmarks()).toEqual({ quiet: tip, busy: tip })
})

it('gives a cursor that resumes without a gap or a double', async () => {
  const { store, connect } = await openHub()
  const { socket, subscribe } = connect()
  const quiet = await subscribe(eventFeed({ types: ['RARE'] }), null, 'quiet')
  const other = await subscribe(eventFeed())
  await store.log.append(drafts(1, 5))
  await other.heard('event-5')
  const cursor = parseCursor(socket.bookmarks().quiet ?? '')
  quiet.close()
  const [rare, more] = [draft('rare'), draft('more')]
  await store.log.append([{ ...rare, event: { ...rare.event, type: 'RARE' } }, more])
  const resumed = await subscribe(eventFeed({ types: ['RARE'] }), cursor)
  await resumed.heard('event-rare')
  expect(resumed.told()).toEqual(['event-rare'])
})

it('gives one that catches up its own place, and never more than it was sent', async () => {
  const { store, connect } = await openHub({ limits: { bufferBytes: 600 } })
  const client = connect('STOPS')
  const slow = await client.subscribe(eventFeed())
  const other = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 100))
  await other.heard('event-100')
  expect(client.socket.bookmarks()).toEqual({})
  const bookmark = client.socket.bookmarks()['operation 1']
  client.reader.setPace('TAKES')
  const lastSent = client.reader.messages.filter(({ cursor }) => cursor === bookmark)
  expect(lastSent).toHaveLength(1)
  expect(parseCursor(bookmark ?? '').offset).toBeLessThan(20)
  await slow.heard('event-100')
})

it('writes the frames before the bookmark that passes them', async () => {
  const { store, connect } = await openHub({ limits: { flushIntervalMs: 60_000 } })
  const { reader, socket, subscribe } = connect()
  await subscribe(eventFeed(), null, 'busy')
  await subscribe(eventFeed({ types: ['RARE'] }), null, 'quiet')
  await store.log.append([draft(1)])
  const bookmarks = await new Promise<Record<string, string>>((resolve) => {
    const ask = () => {
      const given = socket.bookmarks()
      if (reader.messages.length > 0) resolve(given)
      else setImmediate(ask)
    }
    ask()
  })
  expect(parseCursor(bookmarks.quiet ?? '').offset).toBe(1)
  expect(reader.messages).toHaveLength(1)
})

it('gives an audience that awaits a result only what it has finished', async () => {
  const { store, connect } = await openHub()
  const { promise, resolve } = Promise.withResolvers<void>()
  const through = (result: string) => (result.includes('"event-2"') ? promise.then(() => result) : result)
  const { socket, subscribe } = connect()
  const slow = await subscribe(eventFeed({}, { name: 'slow', through }), null, 'slow')
  const other = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 4))
  await other.heard('event-4')
  await slow.heard('event-1')
  expect(socket.bookmarks()).toEqual({})
  expect(parseCursor(socket.bookmarks().slow ?? '').offset).toBe(1)
  resolve()
  await slow.heard('event-4')
  socket.bookmarks()
  expect(parseCursor(socket.bookmarks().slow ?? '').offset).toBe(4)
})

it('gives none before SYNCED', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { store, connect } = await openHub()
  await store.log.append([observation('Volume/v1', { state: 'Ready' })])
  const { reader, socket, subscribe } = connect()
  const through = (result: string) => promise.then(() => result)
  const operation = await subscribe(resourceFeed({}, { through }))
  expect(socket.bookmarks()).toEqual({})
  expect(reader.messages.every(({ cursor }) => cursor === null)).toBe(true)
  resolve()
  await operation.heard('SYNCED')
  socket.bookmarks()
  expect(socket.bookmarks()).toEqual({ 'operation 1': formatCursor(await store.log.head()) })
})
