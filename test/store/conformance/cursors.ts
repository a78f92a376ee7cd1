// A cursor that cannot be continued exactly is refused, never passed over in silence.

import { describe, expect, it } from 'vitest'
import { type Cursor, parseEpoch } from '../../../src/event/position.ts'
import type { EventLog } from '../../../src/event-log/event-log.ts'
import type { Engine, Opened } from '../../support/engine.ts'
import { drafts } from './drafts.ts'
import { offsetsOf, openStore, range } from './open-store.ts'

const expired = { code: 'CURSOR_EXPIRED' }

/** A log of 10 entries, of which 1 to 6 are trimmed, and the cursor of each. */
async function openTrimmed(engine: Engine): Promise<Opened & { cursors: Cursor[] }> {
  const opened = await openStore(engine, { maxEntries: 4 })
  const start = await opened.store.log.head()
  const receipts = await opened.store.log.append(drafts(1, 10))
  await opened.store.trim()
  return Object.assign(opened, { cursors: [start, ...receipts.map(({ cursor }) => cursor)] })
}

async function expectExpired(log: EventLog, cursor: Cursor): Promise<void> {
  await expect(log.read(cursor, 10)).rejects.toMatchObject(expired)
  await expect(log.readBackwards(cursor, 10)).rejects.toMatchObject(expired)
  await expect(log.follow(cursor, { entries() {}, restarted() {} })).rejects.toMatchObject(expired)
}

export function describeCursors(engine: Engine): void {
  describe('cursors', () => {
    it('a cursor of another epoch is refused as expired', async () => {
      const { store } = await openStore(engine)
      await store.log.append(drafts(1, 3))
      const epoch = parseEpoch('00000000deadbeef')
      await expectExpired(store.log, { ...(await store.log.head()), epoch })
      await expectExpired(store.log, { epoch, offset: 0, mark: 0 })
    })

    it('a cursor with another mark is refused as expired, at the head too', async () => {
      const { store } = await openStore(engine)
      const receipts = await store.log.append(drafts(1, 3))
      for (const { cursor } of receipts) await expectExpired(store.log, { ...cursor, mark: cursor.mark ^ 1 })
      await expectExpired(store.log, { ...(await store.log.tail()), mark: 1 })
    })

    it('a cursor ahead of the head is refused as expired', async () => {
      const { store } = await openStore(engine)
      const empty = await store.log.head()
      await expectExpired(store.log, { ...empty, offset: 1 })
      await store.log.append(drafts(1, 3))
      await expectExpired(store.log, { ...(await store.log.head()), offset: 4 })
      await expectExpired(store.log, { ...(await store.log.head()), offset: 2 ** 40 })
    })

    it('a cursor whose entry is trimmed is refused as expired, and so is the start', async () => {
      const { store, cursors } = await openTrimmed(engine)
      for (const cursor of cursors.slice(0, 6)) await expectExpired(store.log, cursor)
    })

    it('the tail can be read and gives all there is', async () => {
      const { store, cursors } = await openTrimmed(engine)
      const tail = await store.log.tail()
      expect(tail).toEqual(cursors[6])
      expect(offsetsOf(await store.log.read(tail, 100))).toEqual(range(7, 10))
    })

    it('the tail with another mark is refused as expired', async () => {
      const { store } = await openTrimmed(engine)
      const tail = await store.log.tail()
      await expectExpired(store.log, { ...tail, mark: tail.mark ^ 1 })
    })

    it('every cursor of a held entry continues, before and after a reopening', async () => {
      const opened = await openTrimmed(engine)
      const check = async (log: EventLog) => {
        for (const cursor of opened.cursors.slice(6)) {
          expect(offsetsOf(await log.read(cursor, 100))).toEqual(range(cursor.offset + 1, 10))
        }
      }
      await check(opened.store.log)
      await check((await opened.reopen()).log)
    })

    it('the start continues while entry 1 is held', async () => {
      const { store } = await openStore(engine)
      const start = await store.log.head()
      await store.log.append(drafts(1, 3))
      await store.trim()
      expect(await store.log.tail()).toEqual(start)
      expect(offsetsOf(await store.log.read(start, 100))).toEqual([1, 2, 3])
    })
  })
}
