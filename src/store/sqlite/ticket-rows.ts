// The tickets in the embedded store. What is asked within one turn is one commit: after a restart every
// stream comes back at once.

import type { DatabaseSync } from 'node:sqlite'
import type { Binding, NewTicket, TicketLimits, TicketStore, TicketUse } from '../../auth/tickets.ts'
import type { GroupCommit } from './group-commit.ts'

const rowsPerStep = 1000
// Uses closer together than this are not noted: who comes back at once costs no commit.
const noteUseEveryMs = 3_600_000

export type TicketRows = TicketStore & {
  /** Removes some of what has ended; whether there may be more. */
  removeEnded(nowMs: number): boolean
}

type Row = {
  readonly holder: string
  readonly reference: string
  readonly operation: string | null
  readonly used_at: number
  readonly ends_at: number | null
}

export function createTicketRows(database: DatabaseSync, group: GroupCommit): TicketRows {
  const put = createPut(database)
  const bind = createBind(database)
  const remove = database.prepare(
    `DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets WHERE expires_at <= ? LIMIT ${rowsPerStep})`,
  )
  group.onUndone(bind.forget)

  return {
    put: (ticket, limits) => group.add(() => put(ticket, limits)),
    bind: async (use, limits) => bind.known(use, limits) ?? group.add(() => bind.noted(use, limits)),
    removeEnded(nowMs) {
      bind.forget()
      return Number(remove.run(nowMs).changes) === rowsPerStep
    },
  }
}

function createPut(database: DatabaseSync) {
  const countUnused = database.prepare(
    'SELECT count(*) AS count FROM tickets WHERE holder = ? AND (operation IS NULL) = 1 AND expires_at > ?',
  )
  const insert = database.prepare('INSERT INTO tickets VALUES (?, ?, ?, NULL, ?, ?, ?)')
  return (ticket: NewTicket, { nowMs, most }: TicketLimits): boolean => {
    if (Number(countUnused.get(ticket.holder, nowMs)?.count) >= most) return false
    const { hash, holder, reference, firstUseUntilMs, endsAtMs } = ticket
    insert.run(hash, holder, reference, nowMs, firstUseUntilMs, endsAtMs)
    return true
  }
}

function createBind(database: DatabaseSync) {
  const find = database.prepare(
    'SELECT holder, reference, operation, used_at, ends_at FROM tickets WHERE hash = ? AND expires_at > ?',
  )
  const note = database.prepare(
    'UPDATE tickets SET operation = ?, used_at = ?, expires_at = ? WHERE hash = ?',
  )
  const countUsed = database.prepare(
    'SELECT count(*) AS count FROM tickets WHERE holder = ? AND (operation IS NULL) = 0',
  )
  const removeOldest = database.prepare(
    `DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets
      WHERE holder = ? AND (operation IS NULL) = 0 ORDER BY used_at LIMIT ?)`,
  )
  // By holder, counted once: counting ten thousand for every first use would cost more than the use.
  const inUse = new Map<string, number>()
  const read = (hash: string, nowMs: number) => find.get(hash, nowMs) as Row | undefined

  /** The answer where nothing is to be written; null where the use is to be noted. */
  function known({ hash, operation }: TicketUse, { nowMs }: TicketLimits): Binding | null {
    const row = read(hash, nowMs)
    if (row === undefined) return { kind: 'UNKNOWN' }
    if (row.operation === null) return null
    if (row.operation !== operation) return { kind: 'OTHER_OPERATION' }
    if (nowMs - row.used_at >= noteUseEveryMs) return null
    return { kind: 'BOUND', reference: row.reference }
  }

  function noted(use: TicketUse, limits: Parameters<TicketStore['bind']>[1]): Binding {
    const { hash, operation } = use
    const { nowMs, idleMs, most } = limits
    const row = read(hash, nowMs)
    if (row === undefined) return { kind: 'UNKNOWN' }
    // Another use may have come first in the same commit.
    if (row.operation === null) makeRoom(row.holder, most)
    else if (row.operation !== operation) return { kind: 'OTHER_OPERATION' }
    note.run(operation, nowMs, Math.min(row.ends_at ?? Number.MAX_SAFE_INTEGER, nowMs + idleMs), hash)
    return { kind: 'BOUND', reference: row.reference }
  }

  /** For one more in use. */
  function makeRoom(holder: string, most: number): void {
    const count = (inUse.get(holder) ?? Number(countUsed.get(holder)?.count)) + 1
    if (count > most) removeOldest.run(holder, count - most)
    inUse.set(holder, Math.min(count, most))
  }

  return { known, noted, forget: () => inUse.clear() }
}
