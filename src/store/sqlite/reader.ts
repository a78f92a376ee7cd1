// The worker that reads, beside the one that writes: what it answers is committed, and a long read
// delays no commit.

import type { DatabaseSync } from 'node:sqlite'
import { type Cursor, cursorExpired } from '../../event/position.ts'
import { resourceKey } from '../../resource/resource.ts'
import { knownSinceMs } from '../retention.ts'
import type { Retention } from '../store.ts'
import { createHistory } from './history.ts'
import { createLister } from './lister.ts'
import type { EntryRow, Place, ReaderCalls, ResourceRow } from './messages.ts'
import { openReadOnly, readEpoch } from './schema.ts'
import { snapshot } from './transaction.ts'
import { createWebhookReader } from './webhook-reader.ts'

/** Opens the data that the writer has opened. */
export function openReader(directory: string, retention: Retention): ReaderCalls {
  const database = openReadOnly(directory)
  const places = createPlaces(database)
  const after = database.prepare(
    'SELECT offset, mark, json FROM entries WHERE offset > ? ORDER BY offset LIMIT ?',
  )
  const before = database.prepare(
    'SELECT offset, mark, json FROM entries WHERE offset < ? ORDER BY offset DESC LIMIT ?',
  )
  const one = database.prepare('SELECT offset, mark, json FROM entries WHERE offset = ?')
  const byKey = database.prepare('SELECT version, json FROM resources WHERE key = ?')
  for (const statement of [after, before, one, byKey]) statement.setReturnArrays(true)

  return {
    epoch: () => places.epoch,
    head: () => places.head(),
    tail: () => places.tail(),
    knownSince: createKnownSince(database, retention),
    read: (cursor, limit) =>
      snapshot(database, () => {
        places.check(cursor, 'after')
        return after.all(cursor.offset, limit) as unknown as EntryRow[]
      }),
    readBackwards: (cursor, limit) =>
      snapshot(database, () => {
        if (cursor) places.check(cursor, 'before')
        return before.all(cursor?.offset ?? Number.MAX_SAFE_INTEGER, limit) as unknown as EntryRow[]
      }),
    at: (offsets) =>
      snapshot(database, () =>
        offsets.map((offset) => (one.get(offset) as unknown as EntryRow | undefined) ?? null),
      ),
    get: (refs) =>
      snapshot(database, () =>
        refs.map((ref) => (byKey.get(resourceKey(ref)) as unknown as ResourceRow | undefined) ?? null),
      ),
    list: createLister(database),
    history: createHistory(database),
    ...createWebhookReader(database),
    close: () => database.close(),
  }
}

function createKnownSince(database: DatabaseSync, retention: Retention): (nowMs: number) => number {
  const newest = database.prepare('SELECT offset, received_at FROM dedupe ORDER BY offset DESC LIMIT 1')
  const next = database.prepare(
    'SELECT offset, received_at FROM dedupe WHERE offset > ? ORDER BY offset LIMIT 1',
  )
  return (nowMs) =>
    snapshot(database, () => {
      const last = newest.get()
      const oldest = next.get(Number(last?.offset ?? 0) - retention.dedupeEntries)
      return knownSinceMs(
        oldest ? { offset: Number(oldest.offset), receivedAtMs: Number(oldest.received_at) } : null,
        Math.max(nowMs, Number(last?.received_at ?? 0)),
        retention,
      )
    })
}

function createPlaces(database: DatabaseSync) {
  const epoch = readEpoch(database)
  const newest = database.prepare('SELECT offset, mark FROM entries ORDER BY offset DESC LIMIT 1')
  const trimmed = database.prepare('SELECT trimmed_offset AS offset, trimmed_mark AS mark FROM meta')
  const markAt = database.prepare('SELECT offset, mark FROM entries WHERE offset = ?')
  const head = () => placeOf(newest.get()) ?? { offset: 0, mark: 0 }
  const tail = () => placeOf(trimmed.get()) ?? { offset: 0, mark: 0 }

  /** @throws HeliographError CURSOR_EXPIRED unless the log goes on exactly after it. */
  function check(cursor: Cursor, field: string): void {
    if (cursor.epoch !== epoch) throw cursorExpired('The cursor is of another log', field)
    if (cursor.offset > head().offset) throw cursorExpired('The cursor is ahead of the log', field)
    const last = tail()
    if (cursor.offset < last.offset)
      throw cursorExpired('The log no longer holds the entry of the cursor', field)
    const held = cursor.offset === last.offset ? last : placeOf(markAt.get(cursor.offset))
    if (held?.mark !== cursor.mark) throw cursorExpired('The log holds another event at the cursor', field)
  }

  return { epoch, head, tail, check }
}

function placeOf(row: Record<string, unknown> | undefined): Place | null {
  return row === undefined ? null : { offset: Number(row.offset), mark: Number(row.mark) }
}
