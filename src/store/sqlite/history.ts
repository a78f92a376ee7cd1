// The history of a resource: from its newest entry back along the chain of `previous`.

import type { DatabaseSync } from 'node:sqlite'
import { resourceKey } from '../../resource/resource.ts'
import type { ReaderCalls } from './messages.ts'

/** A function that reads a page of it. */
export function createHistory(database: DatabaseSync): ReaderCalls['history'] {
  const newestAbout = database.prepare('SELECT newest_entry FROM resources WHERE key = ?')
  const entry = database.prepare(`SELECT previous, json ->> '$.event.resource.kind' AS kind,
    json ->> '$.event.resource.uid' AS uid FROM entries WHERE offset = ?`)
  // Lazy: LIMIT ends the walk.
  const chain = database.prepare(`WITH RECURSIVE chain (offset, previous) AS (
      SELECT offset, previous FROM entries WHERE offset = ?
      UNION ALL SELECT e.offset, e.previous FROM chain JOIN entries e ON e.offset = chain.previous
    ) SELECT offset FROM chain WHERE offset < ? LIMIT ?`)

  /** Where the page before ended, the chain goes on; from any other place it is walked from its start. */
  function startOf(key: string, before: number | null): number | null {
    const row = before === null ? undefined : entry.get(before)
    const isAbout = row?.kind != null && resourceKey({ kind: String(row.kind), uid: String(row.uid) }) === key
    if (isAbout) return row.previous === null ? null : Number(row.previous)
    const newest = newestAbout.get(key)
    return newest === undefined ? null : Number(newest.newest_entry)
  }

  return (ref, before, limit) => {
    const start = startOf(resourceKey(ref), before)
    if (start === null) return []
    return chain.all(start, before ?? Number.MAX_SAFE_INTEGER, limit).map((row) => Number(row.offset))
  }
}
