import { expect, it } from 'vitest'
import { draft, drafts } from '../store/conformance/drafts.ts'
import { range } from '../store/conformance/open-store.ts'
import { eventFeed } from './feeds.ts'
import { openHub } from './open-hub.ts'

const ids = (first: number, last: number) => range(first, last).map((n) => `event-${n}`)

it('lets at most the budget and one frame wait on a reader that takes nothing', async () => {
  const { store, hub, connect } = await openHub({ limits: { bufferBytes: 4096 } })
  const slow = connect('STOPS')
  const operations = [
    await slow.subscribe(eventFeed()),
    await slow.subscribe(eventFeed({ types: ['TEST.*'] })),
  ]
  const other = await connect().subscribe(eventFeed())
  for (const first of [1, 101, 201]) await store.log.append(drafts(first, first + 99))
  await other.heard('event-300')
  expect(slow.reader.mostUnsent).toBeGreaterThan(3500)
  expect(slow.reader.mostUnsent).toBeLessThan(4096 + 300)
  expect(hub.counts().catchingUp).toBe(2)
  expect(slow.reader.overflowed).toBeNull()
  slow.reader.setPace('LATE')
  await Promise.all(operations.map((operation) => operation.heard('event-300')))
  for (const operation of operations) expect(operation.told()).toEqual(ids(1, 300))
})

it('brings a reader that fell behind out of the ring back to the live path, from the log', async () => {
  const { store, hub, metrics, connect } = await openHub({
    limits: { bufferBytes: 2000, ringEntries: 8, pageEntries: 20 },
  })
  const slow = connect('STOPS')
  const operation = await slow.subscribe(eventFeed())
  const other = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 500))
  await other.heard('event-500')
  slow.reader.setPace('TAKES')
  await operation.heard('event-500')
  await slow.reader.until(() => hub.counts().catchingUp === 0)
  await store.log.append([draft(501)])
  await operation.heard('event-501')
  expect(operation.told()).toEqual(ids(1, 501))
  expect(hub.counts().catchingUp).toBe(0)
  expect(await metrics.text()).toContain('heliograph_catch_ups_total 1')
})

it('renders each entry once, though one reader has it live and others when they catch up', async () => {
  const { store, connect } = await openHub({ limits: { bufferBytes: 2000 } })
  const feeds = range(1, 4).map(() => eventFeed())
  const [live, ...slow] = feeds.map((feed, i) => ({ feed, client: connect(i === 0 ? 'TAKES' : 'STOPS') }))
  if (live === undefined) throw new Error('no reader')
  const first = await live.client.subscribe(live.feed)
  const behind = await Promise.all(slow.map(({ client, feed }) => client.subscribe(feed)))
  await store.log.append(drafts(1, 100))
  await first.heard('event-100')
  for (const { client } of slow) client.reader.setPace('TAKES')
  await Promise.all(behind.map((operation) => operation.heard('event-100')))
  expect(feeds.flatMap(({ rendered }) => rendered)).toEqual(range(1, 100))
})

it('leaves half of the budget to live subscribers while a neighbour on the socket catches up', async () => {
  const { store, connect } = await openHub({ limits: { bufferBytes: 10_000 } })
  const start = await store.log.head()
  await store.log.append(drafts(1, 300))
  const client = connect('STOPS')
  const live = await client.subscribe(eventFeed({ types: ['LIVE'] }))
  const behind = await client.subscribe(eventFeed({ types: ['TEST.*'] }), start)
  await client.reader.until(() => client.reader.mostUnsent > 5000)
  expect(client.reader.mostUnsent).toBeLessThan(5300)
  const urgent = draft('urgent')
  await store.log.append([{ ...urgent, event: { ...urgent.event, type: 'LIVE' } }])
  await client.reader.until(() => client.reader.writes.length > 1)
  client.reader.setPace('TAKES')
  expect(live.told()).toEqual(['event-urgent'])
  await behind.heard('event-300')
  expect(behind.told()).toEqual(ids(1, 300))
})

it('sends an event larger than the budget, alone', async () => {
  const { store, connect } = await openHub({ limits: { bufferBytes: 500 } })
  const { reader, subscribe } = connect('LATE')
  const operation = await subscribe(eventFeed())
  const large = draft('large')
  await store.log.append([
    draft(1),
    { ...large, event: { ...large.event, description: 'x'.repeat(20_000) } },
    draft(2),
  ])
  await operation.heard('event-2')
  expect(operation.told()).toEqual(['event-1', 'event-large', 'event-2'])
  expect(reader.overflowed).toBeNull()
})

it('ends a socket on which the transport itself let four budgets wait', async () => {
  const { hub, connect } = await openHub({ limits: { bufferBytes: 1000 } })
  const { reader, socket, subscribe } = connect('STOPS')
  await subscribe(eventFeed())
  reader.writeOwn(4000)
  socket.flush()
  expect(reader.overflowed).toBeNull()
  reader.writeOwn(1)
  socket.flush()
  expect(reader.overflowed).toMatchObject({ code: 'OVERLOADED' })
  expect(hub.counts()).toEqual({ subscribers: 0, audiences: 0, sockets: 0, catchingUp: 0 })
})

it('ends a socket that refuses a write, and serves the others', async () => {
  const { store, hub, connect } = await openHub()
  const broken = connect()
  await broken.subscribe(eventFeed())
  const whole = await connect().subscribe(eventFeed())
  broken.reader.break()
  await store.log.append(drafts(1, 2))
  await whole.heard('event-2')
  expect(broken.reader.overflowed).toMatchObject({ code: 'INTERNAL' })
  expect(hub.counts()).toMatchObject({ subscribers: 1, sockets: 1 })
})

it('does not call a reader slow for a burst that it takes at once', async () => {
  const { store, metrics, connect } = await openHub({ limits: { bufferBytes: 2000 } })
  const operation = await connect().subscribe(eventFeed())
  await store.log.append(drafts(1, 400))
  await operation.heard('event-400')
  expect(await metrics.text()).toContain('heliograph_catch_ups_total 0')
})
