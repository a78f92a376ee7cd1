// Counts under keys in the embedded store, and what owners' newest tokens said. Each function runs within
// a transaction.

import type { DatabaseSync } from 'node:sqlite'
import type { OwnerRow } from './messages.ts'

export type AllowanceRows = {
  allow(key: string, limit: number, windowMs: number): boolean
  sawOwner(name: string, owner: OwnerRow): void
  /** Removes some of the counts that count no more; whether there may be more. */
  removeEnded(nowMs: number): boolean
}

const rowsPerStep = 1000

export function createAllowanceRows(database: DatabaseSync): AllowanceRows {
  const nth = database.prepare('SELECT at FROM allowances WHERE key = ? ORDER BY at DESC LIMIT 1 OFFSET ?')
  const insert = database.prepare('INSERT INTO allowances VALUES (?, ?, ?)')
  const removeOfKey = database.prepare('DELETE FROM allowances WHERE key = ? AND ends_at <= ?')
  const removeSome = database.prepare(
    `DELETE FROM allowances WHERE rowid IN (SELECT rowid FROM allowances WHERE ends_at <= ? LIMIT ${rowsPerStep})`,
  )
  // Tokens of one owner come through several calls at once: an older one is no news.
  const see = database.prepare(
    `INSERT INTO owners VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
      SET seen_at = excluded.seen_at, accounts = excluded.accounts WHERE excluded.seen_at >= seen_at`,
  )

  return {
    allow(key, limit, windowMs) {
      if (limit < 1) return false
      const nowMs = Date.now()
      const last = nth.get(key, limit - 1)
      if (last !== undefined && nowMs - Number(last.at) < windowMs) return false
      removeOfKey.run(key, nowMs)
      insert.run(key, nowMs, nowMs + windowMs)
      return true
    },
    sawOwner: (name, [seenAt, accounts]) => void see.run(name, seenAt, accounts),
    removeEnded: (nowMs) => Number(removeSome.run(nowMs).changes) === rowsPerStep,
  }
}
