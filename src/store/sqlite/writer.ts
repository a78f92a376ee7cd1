// The worker that writes. Group commit: everything that was asked while the last commit ran goes into
// the next one; each append is answered after its commit, and its entries are announced before that.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Draft } from '../../event/draft.ts'
import { type Batch, createBatch, type Placement } from '../batch.ts'
import type { Retention } from '../store.ts'
import { createAllowanceRows } from './allowance-rows.ts'
import { openBatchWriter } from './batch-writer.ts'
import { parseDrafts } from './draft-text.ts'
import { createGroupCommit } from './group-commit.ts'
import { createLeaseRows } from './lease-rows.ts'
import { lockDirectory } from './lock.ts'
import type { EntryRow, PlacementRow, WriterCalls } from './messages.ts'
import { makeDirectory, openDatabase } from './schema.ts'
import { createTicketRows } from './ticket-rows.ts'
import { transaction } from './transaction.ts'
import { createTrimmer } from './trimmer.ts'
import { createWebhookRows } from './webhook-rows.ts'

// Bounds how long an append waits for the commit before its own.
const draftsPerCommit = 5000

type Waiting = {
  readonly number: number
  readonly drafts: readonly Draft[]
  readonly nowMs: number
  resolve(rows: PlacementRow[]): void
  reject(error: unknown): void
}

/**
 * Opens the data in a directory for this process alone.
 * @param announce hears of every commit, before whoever appended
 * @throws HeliographError STORE_IN_USE, STORE_UNSUITABLE, BAD_SETTING
 */
export function openWriter(
  directory: string,
  retention: Retention,
  announce: (rows: readonly EntryRow[]) => void,
): WriterCalls {
  makeDirectory(directory)
  const lock = lockDirectory(directory)
  const database = openDatabase(directory)
  const batchWriter = openBatchWriter(database)
  const trimStep = createTrimmer(database, retention)
  const group = createGroupCommit(database)
  const tickets = createTicketRows(database, group)
  const leases = createLeaseRows(database)
  const webhooks = createWebhookRows(database, leases)
  const allowances = createAllowanceRows(database)
  group.onUndone(leases.forget)
  const noteProbe = database.prepare('UPDATE meta SET probes = probes + 1')
  let queue: Waiting[] = []
  /** The last append that a commit failed for; whoever had not heard of it fails with it. */
  let failed: { readonly number: number; readonly error: unknown } | null = null

  // A turn later, so that every message that has arrived by then is in the queue.
  function scheduleCommit(): void {
    setImmediate(() => {
      const group = takeGroup()
      if (group.length > 0) commit(group)
      if (queue.length > 0) scheduleCommit()
    })
  }

  function takeGroup(): Waiting[] {
    let drafts = 0
    const beyond = queue.findIndex((waiting, i) => {
      drafts += waiting.drafts.length
      return i > 0 && drafts > draftsPerCommit
    })
    const group = beyond === -1 ? queue : queue.slice(0, beyond)
    queue = beyond === -1 ? [] : queue.slice(beyond)
    return group
  }

  function commit(group: readonly Waiting[]): void {
    const { batch, placed } = plan(group)
    try {
      if (batch.entries.length > 0) {
        const rows = transaction(database, () => batchWriter.write(batch))
        batchWriter.committed(batch)
        announce(rows)
      }
    } catch (error) {
      fail([...placed.keys(), ...queue], error)
      return
    }
    for (const [waiting, placements] of placed) waiting.resolve(placements.map(rowOf))
  }

  function fail(group: readonly Waiting[], error: unknown): void {
    queue = []
    failed = { number: group.at(-1)?.number ?? 0, error }
    for (const waiting of group) waiting.reject(error)
  }

  // An append that cannot be planned is refused alone; the others are planned as if it had not been.
  function plan(group: readonly Waiting[]): { batch: Batch; placed: Map<Waiting, Placement[]> } {
    const batch = createBatch(batchWriter.known(), retention)
    const placed = new Map<Waiting, Placement[]>()
    for (const waiting of group) {
      try {
        placed.set(waiting, batch.add(waiting.drafts, waiting.nowMs))
      } catch (error) {
        waiting.reject(error)
        return plan(group.filter((other) => other !== waiting))
      }
    }
    return { batch, placed }
  }

  async function trim(nowMs: number): Promise<number> {
    let trimmed = 0
    for (let more = true; more; ) {
      const step = trimStep({ head: batchWriter.known().head, nowMs })
      batchWriter.removed(step)
      trimmed += step.entries
      more = step.more
      await nextTurn()
    }
    while (tickets.removeEnded(nowMs)) await nextTurn()
    while (allowances.removeEnded(nowMs)) await nextTurn()
    return trimmed
  }

  return {
    append(drafts, nowMs, { number, heard }) {
      return new Promise((resolve, reject) => {
        if (failed !== null && heard < failed.number) return reject(failed.error)
        queue.push({ number, drafts: parseDrafts(drafts), nowMs, resolve, reject })
        if (queue.length === 1) scheduleCommit()
      })
    },
    trim,
    putTicket: tickets.put,
    bindTicket: tickets.bind,
    createWebhook: (...args) => group.add(() => webhooks.create(...args)),
    replaceWebhook: (...args) => group.add(() => webhooks.replace(...args)),
    deleteWebhook: (id) => group.add(() => webhooks.delete(id)),
    setProgress: (progress) => group.add(() => webhooks.setProgress(progress)),
    save: (...args) => group.add(() => webhooks.save(...args)),
    claim: (...args) => group.add(() => leases.claim(...args)),
    release: (...args) => group.add(() => leases.release(...args)),
    sawOwner: (...args) => group.add(() => allowances.sawOwner(...args)),
    allow: (...args) => group.add(() => allowances.allow(...args)),
    probe() {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)')
      transaction(database, () => noteProbe.run())
    },
    async close() {
      while (queue.length > 0 || group.isBusy()) await nextTurn()
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
      lock.release()
    },
  }
}

function rowOf({ kind, offset, mark }: Placement): PlacementRow {
  return [kind === 'DUPLICATE' ? 1 : 0, offset, mark]
}
