// Removes what retention no longer keeps, one small step at a time, so that appends wait for one step at
// most. Entries, dedupe records and the tombstones whose entry went; the newest entry always stays.

import type { DatabaseSync } from 'node:sqlite'
import { linksOf } from '../../resource/catalog.ts'
import type { Resource } from '../../resource/resource.ts'
import { isForgotten, isOutdated } from '../retention.ts'
import type { Retention } from '../store.ts'
import { transaction } from './transaction.ts'

// About 10 ms.
const rowsPerStep = 1000

/** What one step did. */
export type TrimStep = {
  readonly entries: number
  /** The keys of the tombstones that went. */
  readonly resourceKeys: readonly string[]
  /** The dedupe records up to this offset are gone; 0: none went. */
  readonly recordsUpTo: number
  /** Whether another step may find more. */
  readonly more: boolean
}

type Row = { readonly offset: number; readonly mark: number; readonly receivedAtMs: number }
type Now = { readonly head: number; readonly nowMs: number }

/** A function that takes one step. */
export function createTrimmer(database: DatabaseSync, retention: Retention): (now: Now) => TrimStep {
  const oldestEntries = database.prepare(
    `SELECT offset, mark, received_at FROM entries ORDER BY offset LIMIT ${rowsPerStep}`,
  )
  const oldestRecords = database.prepare(
    `SELECT offset, mark, received_at FROM dedupe ORDER BY offset LIMIT ${rowsPerStep}`,
  )
  const removeEntries = database.prepare('DELETE FROM entries WHERE offset <= ?')
  const noteTrimmed = database.prepare('UPDATE meta SET trimmed_offset = ?, trimmed_mark = ?')
  const removeRecords = database.prepare('DELETE FROM dedupe WHERE offset <= ?')
  const removeTombstones = createTombstoneRemover(database)

  return (now) => {
    const entries = prefix(rowsOf(oldestEntries.all()), (row) => isOutdated(row, now, retention))
    const records = prefix(rowsOf(oldestRecords.all()), (row) => isForgotten(row, now, retention))
    const lastEntry = entries.at(-1)
    const lastRecord = records.at(-1)
    if (!lastEntry && !lastRecord) return { entries: 0, resourceKeys: [], recordsUpTo: 0, more: false }
    const resourceKeys = transaction(database, () => {
      if (lastRecord) removeRecords.run(lastRecord.offset)
      if (!lastEntry) return []
      removeEntries.run(lastEntry.offset)
      noteTrimmed.run(lastEntry.offset, lastEntry.mark)
      return removeTombstones(lastEntry.offset)
    })
    return {
      entries: entries.length,
      resourceKeys,
      recordsUpTo: lastRecord?.offset ?? 0,
      more: Math.max(entries.length, records.length) === rowsPerStep,
    }
  }
}

// Both tables are in the order of offsets, and receivedAt never runs backwards: what may go comes first.
function prefix(rows: readonly Row[], mayGo: (row: Row) => boolean): readonly Row[] {
  const firstKept = rows.findIndex((row) => !mayGo(row))
  return firstKept === -1 ? rows : rows.slice(0, firstKept)
}

function rowsOf(rows: readonly Record<string, unknown>[]): Row[] {
  return rows.map((row) => ({
    offset: Number(row.offset),
    mark: Number(row.mark),
    receivedAtMs: Number(row.received_at),
  }))
}

function createTombstoneRemover(database: DatabaseSync): (upTo: number) => string[] {
  const outdated = database.prepare(
    'SELECT key, json FROM resources WHERE deleted_at IS NOT NULL AND version <= ?',
  )
  const remove = database.prepare('DELETE FROM resources WHERE key = ?')
  const removeLink = database.prepare('DELETE FROM links WHERE attribute = ? AND uid = ? AND key = ?')
  return (upTo) =>
    outdated.all(upTo).map((row) => {
      const key = String(row.key)
      remove.run(key)
      for (const link of linksOf(JSON.parse(String(row.json)) as Resource))
        removeLink.run(link.attribute, link.uid, key)
      return key
    })
}
