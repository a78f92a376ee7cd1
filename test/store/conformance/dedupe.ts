// No duplicates in the log for the same source and eventId within the window.

import { describe, expect, it } from 'vitest'
import type { Engine } from '../../support/engine.ts'
import { draft, drafts } from './drafts.ts'
import { openStore, range, readAll, stopClock } from './open-store.ts'

const dayMs = 24 * 3_600_000

export function describeDedupe(engine: Engine): void {
  describe('duplicates', () => {
    it('an event told twice in one call is logged once, and both receipts name its place', async () => {
      const { store } = await openStore(engine)
      const receipts = await store.log.append([draft(1), draft(2), draft(1)])
      expect(receipts.map(({ kind, cursor }) => [kind, cursor.offset])).toEqual([
        ['LOGGED', 1],
        ['LOGGED', 2],
        ['DUPLICATE', 1],
      ])
      expect(receipts[2]?.cursor).toEqual(receipts[0]?.cursor)
      expect(await readAll(store.log)).toHaveLength(2)
    })

    it('an event told again later is not logged, and its receipt names the first place', async () => {
      const opened = await openStore(engine)
      const [first] = await opened.store.log.append(drafts(1, 10))
      const [again, other] = await opened.store.log.append([draft(1), draft(11)])
      expect(again).toEqual({ kind: 'DUPLICATE', cursor: first?.cursor })
      expect(other).toMatchObject({ kind: 'LOGGED', cursor: { offset: 11 } })
      const { log } = await opened.reopen()
      expect((await log.append([draft(1)]))[0]).toEqual(again)
    })

    it('the same eventId of another source is another event', async () => {
      const { store } = await openStore(engine)
      const other = draft(1)
      other.event.source = 'elsewhere'
      const receipts = await store.log.append([draft(1), other])
      expect(receipts.map(({ kind }) => kind)).toEqual(['LOGGED', 'LOGGED'])
    })

    it('concurrent calls with the same event log it once', async () => {
      const { store } = await openStore(engine)
      const receipts = (
        await Promise.all(drafts(1, 20).map((_, i) => store.log.append([draft(i % 4)])))
      ).flat()
      expect(receipts.filter(({ kind }) => kind === 'LOGGED')).toHaveLength(4)
      expect(await readAll(store.log)).toHaveLength(4)
    })

    it('a call of duplicates alone logs nothing and tells nobody', async () => {
      const { store } = await openStore(engine)
      await store.log.append(drafts(1, 3))
      const told: number[] = []
      await store.log.follow(await store.log.head(), {
        entries: (entries) => void told.push(...entries.map(({ position }) => position.offset)),
        restarted() {},
      })
      await store.log.append(drafts(1, 3))
      await store.log.append([draft(4)])
      await expect.poll(() => told).toEqual([4])
    })

    it('an event is known for the last dedupeEntries entries, and logged again after them', async () => {
      const { store } = await openStore(engine, { dedupeEntries: 3 })
      await store.log.append(drafts(1, 3))
      expect((await store.log.append([draft(1)]))[0]?.kind).toBe('DUPLICATE')
      const receipts = await store.log.append([draft(4), draft(2), draft(1)])
      expect(receipts.map(({ kind }) => kind)).toEqual(['LOGGED', 'DUPLICATE', 'LOGGED'])
      const events = (await readAll(store.log)).map(({ event }) => event.eventId)
      expect(events).toEqual(['event-1', 'event-2', 'event-3', 'event-4', 'event-1'])
    })

    it('an event is known for dedupeMs, and logged again after it', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine, { dedupeMs: 60_000 })
      await store.log.append([draft(1)])
      advance(60_000)
      expect((await store.log.append([draft(1)]))[0]?.kind).toBe('DUPLICATE')
      advance(1)
      expect((await store.log.append([draft(1)]))[0]).toMatchObject({ kind: 'LOGGED', cursor: { offset: 2 } })
    })

    it('an event stays known when its entry is trimmed within the window', async () => {
      const { store } = await openStore(engine, { maxEntries: 2 })
      const [first] = await store.log.append(drafts(1, 10))
      await store.trim()
      expect((await store.log.append([draft(1)]))[0]).toEqual({ kind: 'DUPLICATE', cursor: first?.cursor })
    })

    it('trimming forgets no event within the window, and every event beyond it', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine, { dedupeMs: 1000, dedupeEntries: 5 })
      await store.log.append(drafts(1, 6))
      await store.trim()
      const receipts = await store.log.append([draft(2), draft(1)])
      expect(receipts.map(({ kind }) => kind)).toEqual(['DUPLICATE', 'LOGGED'])
      advance(1001)
      await store.trim()
      expect((await store.log.append([draft(6)]))[0]?.kind).toBe('LOGGED')
    })

    it('the same words within 10 s are one event, and another event after that', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine)
      const tell = async () => (await store.log.append([draft('words', 10_000)]))[0]
      const first = await tell()
      advance(10_000)
      expect(await tell()).toEqual({ kind: 'DUPLICATE', cursor: first?.cursor })
      advance(1)
      const second = await tell()
      expect(second).toMatchObject({ kind: 'LOGGED', cursor: { offset: 2 } })
      const receivedMs = Date.now()
      // From here the 10 s count from the second.
      advance(9_000)
      expect(await tell()).toEqual({ kind: 'DUPLICATE', cursor: second?.cursor })
      const events = (await readAll(store.log)).map(({ event }) => event.eventId)
      expect(events).toEqual(['event-words', `event-words~${receivedMs}`])
    })

    it('nothing is forgotten for dedupeMs, in an empty log as in a full one', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine, { dedupeMs: 60_000 })
      const startMs = Date.now()
      expect(Date.parse(await store.log.knownSince())).toBe(startMs - 60_000)
      await store.log.append(drafts(1, 3))
      advance(90_000)
      expect(Date.parse(await store.log.knownSince())).toBe(startMs + 30_000)
      await store.trim()
      expect(Date.parse(await store.log.knownSince())).toBe(startMs + 30_000)
    })

    it('nothing is forgotten since the last entry that left the dedupeEntries, trimmed or not', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine, { dedupeEntries: 3 })
      const startMs = Date.now()
      for (const n of range(1, 6)) {
        await store.log.append([draft(n)])
        if (n === 3) expect(Date.parse(await store.log.knownSince())).toBe(startMs + 2_000 - dayMs)
        advance(1_000)
      }
      // The entries received at 0, 1 and 2 s are forgotten, those at 3, 4 and 5 s are known.
      expect(Date.parse(await store.log.knownSince())).toBe(startMs + 3_001)
      await store.trim()
      expect(Date.parse(await store.log.knownSince())).toBe(startMs + 3_001)
    })

    it('entries of the same millisecond as one that was forgotten do not count as all known', async () => {
      stopClock()
      const { store } = await openStore(engine, { dedupeEntries: 3 })
      await store.log.append(drafts(1, 6))
      expect(Date.parse(await store.log.knownSince())).toBe(Date.now() + 1)
    })

    it('what a smaller window has forgotten does not count as known in a larger one', async () => {
      const advance = stopClock()
      const opened = await openStore(engine, { dedupeEntries: 2 })
      const startMs = Date.now()
      for (const n of range(1, 5)) {
        await opened.store.log.append([draft(n)])
        advance(1_000)
      }
      await opened.store.trim()
      const { log } = await opened.reopen({ dedupeEntries: 1_000 })
      expect(Date.parse(await log.knownSince())).toBe(startMs + 3_001)
    })

    it('an event logged again does not hide since when the others are known', async () => {
      const advance = stopClock()
      const { store } = await openStore(engine, { dedupeEntries: 4 })
      const startMs = Date.now()
      // The words are logged twice, at 1 s and, as another event, at 5 s.
      for (const n of [1, 'words', 3, 4, 'words'] as const) {
        await store.log.append([n === 'words' ? draft(n, 2_000) : draft(n)])
        advance(1_000)
      }
      const known = Date.parse(await store.log.knownSince())
      expect(known).toBeGreaterThan(startMs)
      expect(known).toBeLessThanOrEqual(startMs + 2_001)
    })
  })
}
