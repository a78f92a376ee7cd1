// Which source + eventId was logged where. Records lie on disk in the order of the log; memory knows
// where to look.

import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Planned } from '../batch.ts'
import type { Logged } from '../retention.ts'
import { createSeen } from './seen.ts'

const cachedDigests = 20_000

export type DedupeRecords = {
  /** The newest entry logged under a dedupe key. */
  earlier(dedupeKey: string): Logged | null
  /** Writes the records of new entries, in the open transaction. */
  write(entries: readonly Planned[]): void
  /** The transaction of `write` was committed. */
  committed(entries: readonly Planned[]): void
  /** Records up to this offset were removed. */
  removed(upTo: number): void
}

/** Reads all records once: about a second for a million. */
export function openDedupeRecords(database: DatabaseSync): DedupeRecords {
  const byOffset = database.prepare('SELECT mark, received_at, key FROM dedupe WHERE offset = ?')
  const add = database.prepare('INSERT INTO dedupe (offset, mark, received_at, key) VALUES (?, ?, ?, ?)')
  const seen = createSeen()
  // Each key is digested for the look-up, and wanted again for the record; forgotten with the commit, as a
  // large map of texts costs as much as the digests.
  const digests = new Map<string, string>()

  for (const [offset, digest] of readRecords(database)) seen.add(fingerprintOf(digest), offset)

  function digestOf(dedupeKey: string): string {
    const known = digests.get(dedupeKey)
    if (known) return known
    const digest = digestKey(dedupeKey)
    // Where commits fail none is forgotten otherwise.
    if (digests.size >= cachedDigests) digests.clear()
    digests.set(dedupeKey, digest)
    return digest
  }

  return {
    earlier(dedupeKey) {
      const digest = digestOf(dedupeKey)
      for (const offset of seen.find(fingerprintOf(digest))) {
        const row = byOffset.get(offset)
        if (row?.key === digest) {
          return { offset, mark: Number(row.mark), receivedAtMs: Number(row.received_at) }
        }
      }
      return null
    },
    write(entries) {
      for (const { offset, mark, receivedAtMs, dedupeKey } of entries) {
        add.run(offset, mark, receivedAtMs, digestOf(dedupeKey))
      }
    },
    committed(entries) {
      for (const { offset, dedupeKey } of entries) seen.add(fingerprintOf(digestOf(dedupeKey)), offset)
      digests.clear()
    },
    removed: (upTo) => seen.forget(upTo),
  }
}

/** Sources choose their eventIds, so the digest must not be one that can be made to collide. */
function digestKey(dedupeKey: string): string {
  return hash('sha256', dedupeKey, 'hex').slice(0, 32)
}

function fingerprintOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 8), 16)
}

type RecordRow = [offset: number, digestStart: string]

/** All records in their order; read in pages, which is twice as fast as one by one. */
function* readRecords(database: DatabaseSync): Iterable<RecordRow> {
  const page = database.prepare(
    'SELECT offset, substr(key, 1, 8) FROM dedupe WHERE offset > ? ORDER BY offset LIMIT 10000',
  )
  page.setReturnArrays(true)
  for (let after = 0; ; ) {
    const rows = page.all(after) as unknown as RecordRow[]
    yield* rows
    const last = rows.at(-1)
    if (!last) return
    after = last[0]
  }
}
