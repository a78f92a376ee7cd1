// Order, places, atomicity and what is kept.

import { describe, expect, it } from 'vitest'
import { markOf } from '../../../src/event/event.ts'
import type { Engine } from '../../support/engine.ts'
import { draft, drafts, observation } from './drafts.ts'
import { offsetsOf, openStore, range, readAll, startReader, stopClock } from './open-store.ts'

export function describeAppend(engine: Engine): void {
  describe('append', () => {
    it('logs the drafts of one call in their order, from offset 1', async () => {
      const { store } = await openStore(engine)
      const receipts = await store.log.append(drafts(1, 20))
      const entries = await readAll(store.log)
      expect(entries.map((entry) => entry.event.eventId)).toEqual(
        drafts(1, 20).map(({ event }) => event.eventId),
      )
      expect(offsetsOf(entries)).toEqual(range(1, 20))
      expect(receipts.map(({ kind }) => kind)).toEqual(entries.map(() => 'LOGGED'))
      expect(receipts.map(({ cursor }) => cursor)).toEqual(
        entries.map(({ position, event }) => ({ ...position, mark: markOf(event) })),
      )
    })

    it('keeps an event as it came, with owner and time', async () => {
      stopClock()
      const { store } = await openStore(engine)
      const observed = observation('Volume/v1', {
        owner: 'alice',
        zone: 'z1',
        attributes: { text: 'Grüße 🙂 \u0000' },
      })
      observed.event.data = { text: 'Grüße 🙂 \u0000 \u2028', deep: [1, { two: null }], big: 123456789012 }
      await store.log.append([observed])
      const [entry] = await store.log.at([1])
      expect(entry?.event).toMatchObject({
        ...observed.event,
        owner: 'alice',
        related: [{ kind: 'Zone', uid: 'z1' }],
        receivedAt: '2026-05-14T10:00:00.000Z',
      })
      expect(entry?.change?.after.attributes).toMatchObject({ text: 'Grüße 🙂 \u0000' })
    })

    it('takes no drafts as nothing to do', async () => {
      const { store } = await openStore(engine)
      expect(await store.log.append([])).toEqual([])
      expect((await store.log.head()).offset).toBe(0)
    })

    it('gives dense offsets to concurrent calls, each wholly before or after another', async () => {
      const { store } = await openStore(engine)
      const sizes = [1, 7, 2, 30, 1, 1, 12, 5, 600, 3]
      const calls = sizes.map((size, call) =>
        store.log.append(range(1, size).map((n) => draft(`${call}-${n}`))),
      )
      const receipts = await Promise.all(calls)
      for (const [call, ofCall] of receipts.entries()) {
        const offsets = ofCall.map(({ cursor }) => cursor.offset)
        const first = offsets[0] ?? 0
        expect(offsets).toEqual(range(first, first + (sizes[call] ?? 0) - 1))
      }
      const total = sizes.reduce((sum, size) => sum + size, 0)
      expect(offsetsOf(await readAll(store.log))).toEqual(range(1, total))
    })

    it('shows an entry and its change everywhere once it has resolved', async () => {
      const { store } = await openStore(engine)
      const ref = { kind: 'Volume', uid: 'v1' }
      for (const state of ['Creating', 'Ready', 'Destroy']) {
        const [receipt] = await store.log.append([observation('Volume/v1', { state })])
        const [head, entries, [found], listed, history] = await Promise.all([
          store.log.head(),
          readAll(store.log),
          store.resources.get([ref]),
          store.resources.list({ filter: {}, visibility: { kind: 'ALL' } }, { first: 10, after: null }),
          store.resources.history(ref, null, 1),
        ])
        expect(head).toEqual(receipt?.cursor)
        expect(entries.at(-1)?.change?.after.states.state?.value).toBe(state)
        expect(found?.states.state?.value).toBe(state)
        expect(listed.resources).toEqual([found])
        expect(history).toEqual([head.offset])
      }
    })

    it('shows an entry and its change to whoever hears of it', async () => {
      const { store } = await openStore(engine)
      const seen: Promise<[number, number | undefined]>[] = []
      await store.log.follow(await store.log.head(), {
        entries(told) {
          const last = told.at(-1)?.position.offset ?? 0
          seen.push(
            store.resources.get([{ kind: 'Volume', uid: 'v1' }]).then(([found]) => [last, found?.version]),
          )
        },
        restarted() {},
      })
      const reader = await startReader(store.log, await store.log.head())
      for (const n of range(1, 10)) await store.log.append([observation('Volume/v1', { name: `name ${n}` })])
      await reader.reached(10)
      for (const [told, version] of await Promise.all(seen)) expect(version).toBeGreaterThanOrEqual(told)
    })

    it('folds a later draft of a call onto what the earlier one left', async () => {
      const { store } = await openStore(engine)
      await store.log.append(
        ['Creating', 'Ready'].map((state) => observation('Volume/v1', { state, owner: 'alice' })),
      )
      const [, second] = await readAll(store.log)
      expect(second?.change?.before?.states.state?.value).toBe('Creating')
      expect(second?.change?.after.states.state?.value).toBe('Ready')
    })

    it('gives a change the offset of its entry as version', async () => {
      const { store } = await openStore(engine)
      await store.log.append([draft(1), observation('Volume/v1', { state: 'Ready' }), draft(2)])
      const [entry] = await store.log.at([2])
      expect(entry?.change?.after.version).toBe(2)
      const [found] = await store.resources.get([{ kind: 'Volume', uid: 'v1' }])
      expect(found).toEqual(entry?.change?.after)
    })

    it('never lets receivedAt run backwards', async () => {
      const setClock = stopClock()
      const opened = await openStore(engine)
      await opened.store.log.append([draft(1)])
      setClock(-60_000)
      await opened.store.log.append([draft(2)])
      const { log } = await opened.reopen()
      await log.append([draft(3)])
      const times = (await readAll(log)).map(({ event }) => event.receivedAt)
      expect(times).toEqual(times.map(() => '2026-05-14T10:00:00.000Z'))
    })

    it('has everything again when it is reopened', async () => {
      const opened = await openStore(engine)
      await opened.store.log.append([
        ...drafts(1, 5),
        observation('Volume/v1', { state: 'Ready', owner: 'alice' }),
      ])
      const read = async () => ({
        head: await opened.store.log.head(),
        tail: await opened.store.log.tail(),
        entries: await readAll(opened.store.log),
        resources: await opened.store.resources.get([{ kind: 'Volume', uid: 'v1' }]),
        history: await opened.store.resources.history({ kind: 'Volume', uid: 'v1' }, null, 10),
      })
      const before = await read()
      await opened.reopen()
      expect(await read()).toEqual(before)
      const [receipt] = await opened.store.log.append([draft(6)])
      expect(receipt?.cursor).toMatchObject({ epoch: before.head.epoch, offset: 7 })
    })

    it('finishes the appends under way before it closes, and refuses later ones', async () => {
      const opened = await openStore(engine)
      const { log } = opened.store
      const underWay = range(1, 20).map((n) => log.append([draft(n)]))
      await opened.store.close()
      const receipts = (await Promise.all(underWay)).flat()
      expect(receipts).toHaveLength(20)
      await expect(log.append([draft(21)])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      await expect(log.head()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      const reopened = await opened.reopen()
      expect(offsetsOf(await readAll(reopened.log))).toEqual(range(1, 20))
    })
  })
}
