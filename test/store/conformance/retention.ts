// What retention trims, and what it leaves.

import { describe, expect, it } from 'vitest'
import type { Engine } from '../../support/engine.ts'
import { deletion, draft, drafts, observation } from './drafts.ts'
import { offsetsOf, openStore, range, readAll, startReader, stopClock } from './open-store.ts'

export function describeRetention(engine: Engine): void {
  describe('retention', () => {
    it('trims the oldest entries beyond maxEntries, and says how many', async () => {
      const { store } = await openStore(engine, { maxEntries: 3 })
      await store.log.append(drafts(1, 10))
      expect(await store.trim()).toBe(7)
      expect(offsetsOf(await readAll(store.log))).toEqual([8, 9, 10])
      expect(await store.log.at([7, 8])).toMatchObject([null, { position: { offset: 8 } }])
      expect(offsetsOf(await store.log.readBackwards(null, 100))).toEqual([10, 9, 8])
      expect(await store.trim()).toBe(0)
    })

    it('trims entries older than maxAgeMs', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine, { maxAgeMs: 60_000 })
      await store.log.append(drafts(1, 3))
      advance(30_000)
      await store.log.append(drafts(4, 5))
      advance(30_000)
      expect(await store.trim()).toBe(0)
      advance(1)
      expect(await store.trim()).toBe(3)
      expect(offsetsOf(await readAll(store.log))).toEqual([4, 5])
    })

    it('never trims the newest entry', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine, { maxAgeMs: 1000, maxEntries: 2 })
      await store.log.append(drafts(1, 3))
      advance(3_600_000)
      await store.trim()
      expect(offsetsOf(await readAll(store.log))).toEqual([3])
      expect((await store.log.head()).offset).toBe(3)
    })

    it('goes on with the offsets after everything else was trimmed, reopened or not', async () => {
      const opened = await openStore(engine, { maxEntries: 1 })
      await opened.store.log.append(drafts(1, 3))
      await opened.store.trim()
      const { log } = await opened.reopen()
      const [receipt] = await log.append([draft(4)])
      expect(receipt?.cursor.offset).toBe(4)
      expect((await log.tail()).offset).toBe(2)
    })

    it('trims by itself every trimEveryMs', async () => {
      const { store } = await openStore(engine, { maxEntries: 2, trimEveryMs: 20 })
      await store.log.append(drafts(1, 10))
      await expect.poll(async () => (await store.log.tail()).offset, { timeout: 10_000 }).toBe(8)
    })

    it('trims thousands while appends go on', async () => {
      const { store } = await openStore(engine, { maxEntries: 100 })
      for (const first of [1, 1001, 2001, 3001]) await store.log.append(drafts(first, first + 999))
      const trimming = store.trim()
      const appended = await Promise.all(range(4001, 4050).map((n) => store.log.append([draft(n)])))
      expect(appended.flat().map(({ kind }) => kind)).toEqual(range(1, 50).map(() => 'LOGGED'))
      await trimming
      await store.trim()
      expect(offsetsOf(await readAll(store.log))).toEqual(range(3951, 4050))
    })

    it('a follower at the head hears nothing of it', async () => {
      const { store } = await openStore(engine, { maxEntries: 1 })
      await store.log.append(drafts(1, 5))
      const reader = await startReader(store.log, await store.log.head())
      await store.trim()
      await store.log.append([draft(6)])
      await reader.reached(6)
      expect(offsetsOf(reader.entries)).toEqual([6])
    })

    it('trims the history of a resource with its entries, and not the resource', async () => {
      const { store } = await openStore(engine, { maxEntries: 2 })
      const ref = { kind: 'Volume', uid: 'v1' }
      await store.log.append(range(1, 4).map((n) => observation('Volume/v1', { name: `name ${n}` })))
      await store.trim()
      expect(await store.resources.history(ref, null, 10)).toEqual([4, 3])
      await store.log.append(drafts(1, 5))
      await store.trim()
      expect(await store.resources.history(ref, null, 10)).toEqual([])
      expect(await store.resources.get([ref])).toMatchObject([{ name: 'name 4', version: 4 }])
    })

    it('removes a tombstone when the entry that made it is trimmed, and no sooner', async () => {
      const { store } = await openStore(engine, { maxEntries: 2 })
      const ref = { kind: 'Volume', uid: 'v1' }
      const attributes = { virtualmachineid: 'vm1' }
      const listed = async () => {
        const query = { filter: { includeDeleted: true }, visibility: { kind: 'ALL' } as const }
        const linkedBy = { attribute: 'virtualmachineid', uid: 'vm1' }
        const pages = [query, { ...query, linkedBy }, { ...query, filter: { ...query.filter, ids: ['v1'] } }]
        const read = await Promise.all(
          pages.map((page) => store.resources.list(page, { first: 10, after: null })),
        )
        return read.map(({ resources }) => resources.length)
      }
      await store.log.append([
        observation('Volume/v1', { state: 'Ready', owner: 'a', attributes }),
        deletion('Volume/v1'),
      ])
      await store.log.append([draft(1)])
      await store.trim()
      expect(await store.resources.get([ref])).toMatchObject([{ uid: 'v1', version: 2 }])
      expect(await listed()).toEqual([1, 1, 1])
      await store.log.append([draft(2)])
      await store.trim()
      expect(await store.resources.get([ref])).toEqual([null])
      expect(await listed()).toEqual([0, 0, 0])
    })

    it('keeps a resource that was deleted and came back', async () => {
      const { store } = await openStore(engine, { maxEntries: 2 })
      await store.log.append([observation('Volume/v1', { state: 'Ready' }), deletion('Volume/v1')])
      const back = observation('Volume/v1', { state: 'Ready' })
      const at = new Date(Date.now() + 1000).toISOString()
      await store.log.append([{ ...back, report: back.report && { ...back.report, at } }])
      await store.log.append(drafts(1, 4))
      await store.trim()
      expect(await store.resources.get([{ kind: 'Volume', uid: 'v1' }])).toMatchObject([
        { deletedAt: null, version: 3 },
      ])
    })

    it('makes a new resource of an event about one whose tombstone is gone', async () => {
      const { store } = await openStore(engine, { maxEntries: 1 })
      await store.log.append([observation('Volume/v1', { owner: 'alice' }), deletion('Volume/v1'), draft(1)])
      await store.trim()
      await store.log.append([observation('Volume/v1', { state: 'Ready' })])
      const [found] = await store.resources.get([{ kind: 'Volume', uid: 'v1' }])
      expect(found).toMatchObject({ owner: null, deletedAt: null, version: 4 })
      expect((await store.log.at([4]))[0]?.change?.before).toBeNull()
    })
  })
}
