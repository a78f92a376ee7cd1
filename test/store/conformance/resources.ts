// What the seam to the state promises, for every engine.

import { describe, expect, it } from 'vitest'
import type { Engine } from '../../support/engine.ts'
import { deletion, draft, observation } from './drafts.ts'
import { describeList } from './list.ts'
import { openStore, range } from './open-store.ts'
import { describePages } from './pages.ts'

/** Declares the tests of an engine's state. */
export function describeResources(engine: Engine): void {
  describe(`the state of ${engine.name}`, () => {
    describeGet(engine)
    describeHistory(engine)
    describeList(engine)
    describePages(engine)
  })
}

function describeGet(engine: Engine): void {
  describe('get', () => {
    it('answers in the order of the refs, null for the unknown', async () => {
      const { store } = await openStore(engine)
      await store.log.append([
        observation('Volume/v1', { name: 'one' }),
        observation('Host/h1', { name: 'two' }),
      ])
      const found = await store.resources.get([
        { kind: 'Host', uid: 'h1' },
        { kind: 'Volume', uid: 'h1' },
        { kind: 'Volume', uid: 'v1' },
      ])
      expect(found.map((resource) => resource?.name ?? null)).toEqual(['two', null, 'one'])
      expect(await store.resources.get([])).toEqual([])
    })

    it('the version is the offset of the entry that last changed it, not of the last about it', async () => {
      const { store } = await openStore(engine)
      const observed = observation('Volume/v1', { state: 'Ready' })
      await store.log.append([draft(1), observed])
      // Told again in other words: an event that changes nothing.
      const again = { ...observed, event: { ...observed.event, eventId: 'again' } }
      await store.log.append([{ ...again, report: null }])
      expect(await store.resources.get([{ kind: 'Volume', uid: 'v1' }])).toMatchObject([{ version: 2 }])
      expect((await store.log.at([3]))[0]?.change).toBeNull()
    })

    it('a tombstone keeps the last state', async () => {
      const { store } = await openStore(engine)
      await store.log.append([
        observation('Volume/v1', { state: 'Ready', name: 'one' }),
        deletion('Volume/v1'),
      ])
      const [found] = await store.resources.get([{ kind: 'Volume', uid: 'v1' }])
      expect(found).toMatchObject({ name: 'one', states: { state: { value: 'Ready' } }, version: 2 })
      expect(found?.deletedAt).not.toBeNull()
    })

    it('a router is found as the virtual machine of its uid, and moved by events about that', async () => {
      const { store } = await openStore(engine)
      await store.log.append([observation('Router/r1', { state: 'Running' })])
      await store.log.append([observation('VirtualMachine/r1', { state: 'Stopped' })])
      const found = await store.resources.get([
        { kind: 'Router', uid: 'r1' },
        { kind: 'VirtualMachine', uid: 'r1' },
      ])
      expect(found[0]).toMatchObject({ kind: 'Router', states: { state: { value: 'Stopped' } }, version: 2 })
      expect(found[1]).toEqual(found[0])
      expect((await store.log.at([2]))[0]?.event.resource).toEqual({ kind: 'Router', uid: 'r1' })
    })

    it('a virtual machine that turns out to be a router changes its kind in one change', async () => {
      const { store } = await openStore(engine)
      await store.log.append([observation('VirtualMachine/r1', { state: 'Running' })])
      await store.log.append([observation('Router/r1', { state: 'Running' })])
      const [entry] = await store.log.at([2])
      expect(entry?.change).toMatchObject({
        before: { kind: 'VirtualMachine' },
        after: { kind: 'Router', version: 2 },
      })
      const listed = async (kinds: string[]) => {
        const page = { first: 10, after: null }
        const { resources } = await store.resources.list(
          { filter: { kinds }, visibility: { kind: 'ALL' } },
          page,
        )
        return resources.length
      }
      expect(await listed(['VirtualMachine'])).toBe(0)
      expect(await listed(['Router'])).toBe(1)
    })
  })
}

function describeHistory(engine: Engine): void {
  describe('history', () => {
    it('gives the offsets of all entries about a resource, newest first, page by page', async () => {
      const { store } = await openStore(engine)
      const ref = { kind: 'Volume', uid: 'v1' }
      for (const n of range(1, 7)) {
        await store.log.append([
          observation('Volume/v1', { name: `name ${n}` }),
          observation('Volume/v2'),
          draft(n),
        ])
      }
      const first = await store.resources.history(ref, null, 3)
      expect(first).toEqual([19, 16, 13])
      expect(await store.resources.history(ref, 13, 3)).toEqual([10, 7, 4])
      expect(await store.resources.history(ref, 4, 3)).toEqual([1])
      expect(await store.resources.history(ref, 1, 3)).toEqual([])
      // From the place of an entry about something else, or ahead of the log.
      expect(await store.resources.history(ref, 15, 3)).toEqual([13, 10, 7])
      expect(await store.resources.history(ref, 99, 2)).toEqual([19, 16])
    })

    it('holds entries that changed nothing, and is empty for an unknown resource', async () => {
      const { store } = await openStore(engine)
      const ref = { kind: 'Volume', uid: 'v1' }
      const seen = observation('Volume/v1', { state: 'Ready' })
      await store.log.append([seen, { ...seen, report: null, event: { ...seen.event, eventId: 'again' } }])
      expect(await store.resources.history(ref, null, 10)).toEqual([2, 1])
      expect(await store.resources.history({ kind: 'Volume', uid: 'v2' }, null, 10)).toEqual([])
    })

    it('is one for the kinds of an instance', async () => {
      const { store } = await openStore(engine)
      await store.log.append([observation('VirtualMachine/r1'), observation('Router/r1')])
      expect(await store.resources.history({ kind: 'VirtualMachine', uid: 'r1' }, null, 10)).toEqual([2, 1])
      expect(await store.resources.history({ kind: 'Router', uid: 'r1' }, null, 10)).toEqual([2, 1])
    })
  })
}
