// Reading forwards, backwards and by offset.

import { describe, expect, it } from 'vitest'
import { cursorOf, type Entry } from '../../../src/event-log/entry.ts'
import type { Engine } from '../../support/engine.ts'
import { drafts, observation } from './drafts.ts'
import { offsetsOf, openStore, range, valuesOf } from './open-store.ts'

export function describeReading(engine: Engine): void {
  describe('reading', () => {
    it('an empty log has head and tail at 0 and nothing to read', async () => {
      const { store } = await openStore(engine)
      const head = await store.log.head()
      expect(head).toMatchObject({ offset: 0, mark: 0 })
      expect(await store.log.tail()).toEqual(head)
      expect(await store.log.read(head, 10)).toEqual([])
      expect(await store.log.readBackwards(null, 10)).toEqual([])
      expect(await store.log.at([0, 1])).toEqual([null, null])
    })

    it('starts at exactly the offset after the cursor and gives at most the limit', async () => {
      const { store } = await openStore(engine)
      const receipts = await store.log.append(drafts(1, 10))
      const cursor = receipts[3]?.cursor ?? (await store.log.head())
      expect(offsetsOf(await store.log.read(cursor, 3))).toEqual([5, 6, 7])
      expect(offsetsOf(await store.log.read(cursor, 100))).toEqual(range(5, 10))
      expect(await store.log.read(await store.log.head(), 100)).toEqual([])
    })

    it('reads backwards from the head inclusive, or from a cursor exclusive', async () => {
      const { store } = await openStore(engine)
      const receipts = await store.log.append(drafts(1, 10))
      expect(offsetsOf(await store.log.readBackwards(null, 3))).toEqual([10, 9, 8])
      const cursor = receipts[3]?.cursor ?? (await store.log.head())
      expect(offsetsOf(await store.log.readBackwards(cursor, 2))).toEqual([3, 2])
      expect(offsetsOf(await store.log.readBackwards(cursor, 100))).toEqual([3, 2, 1])
      expect(await store.log.readBackwards(await store.log.tail(), 100)).toEqual([])
    })

    it('gives the same entries forwards, backwards, by offset and to a follower', async () => {
      const { store } = await openStore(engine)
      const start = await store.log.head()
      const told: Entry[] = []
      await store.log.follow(start, { entries: (entries) => void told.push(...entries), restarted() {} })
      await store.log.append([...drafts(1, 4), observation('Volume/v1', { name: 'é "quoted"' })])
      const entries = valuesOf(await store.log.read(start, 10))
      expect(entries.map((entry) => entry?.event.eventId).slice(0, 2)).toEqual(['event-1', 'event-2'])
      expect(valuesOf((await store.log.readBackwards(null, 10)).toReversed())).toEqual(entries)
      expect(valuesOf(await store.log.at(range(1, 5)))).toEqual(entries)
      await expect.poll(() => valuesOf(told)).toEqual(entries)
    })

    it('tells an event from its change whatever its data looks like', async () => {
      const { store } = await openStore(engine)
      const data = { change: null, nested: { event: {}, change: { ref: '"change":' } } }
      const base = observation('Volume/v1', { state: 'Ready' })
      await store.log.append([{ ...base, event: { ...base.event, data } }])
      const [entry] = await store.log.read(await store.log.tail(), 1)
      expect(entry?.event.data).toEqual(data)
      expect(entry?.change?.after).toMatchObject({ uid: 'v1', version: 1 })
    })

    it('gives null for offsets it does not hold, in the order asked', async () => {
      const { store } = await openStore(engine)
      await store.log.append(drafts(1, 3))
      const found = await store.log.at([3, 99, 1, 3])
      expect(found.map((entry) => entry?.position.offset ?? null)).toEqual([3, null, 1, 3])
      expect(await store.log.at([])).toEqual([])
    })

    it('the cursor of an entry is the receipt of its append', async () => {
      const { store } = await openStore(engine)
      const receipts = await store.log.append(drafts(1, 3))
      const entries = await store.log.at([1, 2, 3])
      expect(entries.map((entry) => entry && cursorOf(entry))).toEqual(receipts.map(({ cursor }) => cursor))
    })
  })
}
