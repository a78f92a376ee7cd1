// The queue of one endpoint at the end of a real log: live, overrun, reading by itself, moved and cut off.

import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Cursor } from '../../src/event/position.ts'
import { createEndpointQueue, type EndpointQueue, type QueueParts } from '../../src/webhook/endpoint-queue.ts'
import { type LogTail, openLogTail } from '../../src/webhook/log-tail.ts'
import { drafts } from '../store/conformance/drafts.ts'
import type { Opened } from '../support/engine.ts'
import { sqliteEngine } from '../support/store.ts'

let opened: Opened
let tail: LogTail
let appended = 0
const closing: (() => void)[] = []

beforeAll(async () => {
  opened = await sqliteEngine.open()
  tail = await openLogTail(opened.store.log)
})
afterEach(() => {
  for (const close of closing.splice(0)) close()
})
afterAll(async () => {
  await tail.close()
  await opened.stop()
})

/** Appends so many events; resolves to the offset of the last. */
async function append(count: number): Promise<number> {
  const receipts = await opened.store.log.append(drafts(appended + 1, appended + count))
  appended += count
  return receipts.at(-1)?.cursor.offset ?? 0
}

/** A queue that wants every even entry; `filled` resolves whoever waits for something new. */
function openQueue(parts: Partial<QueueParts> = {}) {
  const waiting = new Set<() => void>()
  const expired: Cursor[] = []
  const queue: EndpointQueue = createEndpointQueue({
    pages: tail.pages,
    tip: tail.tip,
    start: tail.tip(),
    wants: ({ position }) => position.offset % 2 === 0,
    room: 10,
    gatherMs: 0,
    filled: () => {
      for (const wake of waiting) wake()
    },
    expired: (from) => {
      expired.push(from)
      for (const wake of waiting) wake()
    },
    ...parts,
  })
  const leave = tail.add('REST', { offer: queue.offer, restarted: queue.moveTo })
  closing.push(leave, queue.close)
  queue.fill()
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!holds()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  return { queue, expired, until }
}

const offsets = ({ pending }: EndpointQueue) => pending.map(({ placed }) => placed.cursor.offset)

/** The offsets of the wanted entries after one and up to another. */
function wanted(after: number, to: number): number[] {
  return Array.from({ length: to - after }, (_, i) => after + 1 + i).filter((offset) => offset % 2 === 0)
}

describe('a queue', () => {
  it('has what is wanted of what comes, and is done to just before the oldest', async () => {
    const { queue, until } = openQueue()
    const start = tail.tip().offset
    const last = await append(9)
    await until(() => queue.pending.length === wanted(start, last).length)
    expect(offsets(queue)).toEqual(wanted(start, last))
    expect(queue.doneTo().offset).toBe((offsets(queue)[0] ?? 0) - 1)
    queue.settle(queue.pending)
    expect(queue.doneTo()).toEqual(tail.tip())
  })

  it('never holds more than it has room for, and gets all of it in order however far it is behind', async () => {
    const plan = fc.record({
      room: fc.integer({ min: 1, max: 12 }),
      bursts: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
      settled: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ room, bursts, settled }) => {
        const start = tail.tip().offset
        const { queue, until } = openQueue({ room })
        const got: number[] = []
        let done = start
        const take = (count: number) => {
          const some = queue.pending.slice(0, count)
          got.push(...some.map(({ placed }) => placed.cursor.offset))
          queue.settle(some)
          expect(queue.doneTo().offset).toBeGreaterThanOrEqual(done)
          done = queue.doneTo().offset
        }
        let last = start
        for (const [i, burst] of bursts.entries()) {
          last = await append(burst)
          expect(queue.pending.length).toBeLessThanOrEqual(room)
          take(settled[i % settled.length] ?? 1)
        }
        const all = wanted(start, last)
        while (got.length < all.length) {
          await until(() => queue.pending.length > 0)
          expect(queue.pending.length).toBeLessThanOrEqual(room)
          take(1)
        }
        expect(got).toEqual(all)
      }),
      { numRuns: 30 },
    )
  })

  it('that begins further back reads up to the end, and then hears what comes', async () => {
    const from = tail.tip()
    const middle = await append(700)
    const { queue, until } = openQueue({ start: from, room: 1_000 })
    await until(() => offsets(queue).at(-1) === wanted(from.offset, middle).at(-1))
    const last = await append(4)
    await until(() => offsets(queue).at(-1) === wanted(from.offset, last).at(-1))
    expect(offsets(queue)).toEqual(wanted(from.offset, last))
  })

  it('that is moved back has everything since again, and that is moved forward nothing before', async () => {
    const from = tail.tip()
    const { queue, until } = openQueue({ room: 1_000 })
    const last = await append(10)
    await until(() => queue.pending.length === wanted(from.offset, last).length)
    const all = offsets(queue)
    queue.settle(queue.pending)
    queue.moveTo(from)
    await until(() => queue.pending.length === all.length)
    expect(offsets(queue)).toEqual(all)
    queue.moveTo(tail.tip())
    expect(queue.pending).toEqual([])
    expect(queue.doneTo()).toEqual(tail.tip())
  })

  it('lets an entry wait for others where it gathers', async () => {
    const { queue, until } = openQueue({ gatherMs: 60_000, wants: () => true })
    await append(1)
    await until(() => queue.pending.length === 1)
    const [one] = queue.pending
    const receivedAt = Date.parse(one?.placed.entry.event.receivedAt ?? '')
    expect(one?.notBeforeMs).toBe(receivedAt + 60_000)
  })
})

describe('a queue whose place the log no longer holds', () => {
  it('says so, and goes on where it is told to', async () => {
    const store = await sqliteEngine.open({ maxEntries: 5 })
    const { log } = store.store
    const own = await openLogTail(log)
    const start = own.tip()
    await log.append(drafts(1, 20))
    await store.store.trim()
    const { queue, expired, until } = openQueue({
      pages: own.pages,
      tip: own.tip,
      start,
      wants: () => true,
    })
    await until(() => expired.length > 0)
    expect(expired).toEqual([start])
    queue.moveTo(await log.tail())
    await until(() => queue.pending.length === 5)
    expect(offsets(queue)).toEqual([16, 17, 18, 19, 20])
    await own.close()
    await store.stop()
  })
})
