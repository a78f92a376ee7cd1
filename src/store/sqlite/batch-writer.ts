// Reads what a batch must know, and writes what it decided. Runs inside the writer's transactions.

import type { DatabaseSync } from 'node:sqlite'
import type { Batch, Known, Planned } from '../batch.ts'
import { openDedupeRecords } from './dedupe-records.ts'
import type { EntryRow } from './messages.ts'
import { openResourceRows } from './resource-rows.ts'

export type BatchWriter = {
  /** What is stored now. */
  known(): Known
  /** Writes a batch in the open transaction; its rows are the new entries. */
  write(batch: Batch): EntryRow[]
  /** The transaction of the last `write` was committed. */
  committed(batch: Batch): void
  /** These resources, and the dedupe records up to this offset, were removed. */
  removed(what: { readonly resourceKeys: readonly string[]; readonly recordsUpTo: number }): void
}

export function openBatchWriter(database: DatabaseSync): BatchWriter {
  const newest = database
    .prepare('SELECT offset, received_at FROM entries ORDER BY offset DESC LIMIT 1')
    .get()
  const addEntry = database.prepare(
    'INSERT INTO entries (offset, mark, received_at, previous, json) VALUES (?, ?, ?, ?, ?)',
  )
  const records = openDedupeRecords(database)
  const resources = openResourceRows(database)
  let head = Number(newest?.offset ?? 0)
  let receivedAtMs = Number(newest?.received_at ?? 0)

  function writeEntry(
    entry: Planned,
    afterJson: string | null,
    newestEntries: Map<string, number>,
  ): EntryRow {
    const { offset, mark, key } = entry
    const previous = key === null ? null : (newestEntries.get(key) ?? resources.get(key)?.newestEntry ?? null)
    if (key !== null) newestEntries.set(key, offset)
    const json = formatAdmitted(entry, afterJson)
    addEntry.run(offset, mark, entry.receivedAtMs, previous, json)
    return [offset, mark, json]
  }

  return {
    known: () => ({
      head,
      receivedAtMs,
      resource: (key) => resources.get(key)?.resource ?? null,
      earlier: records.earlier,
    }),
    write(batch) {
      const newestEntries = new Map<string, number>()
      const afterJsons = new Map<string, string>()
      const rows = batch.entries.map((entry) => {
        const after = entry.admitted.change?.after
        const json = after ? JSON.stringify(after) : null
        if (entry.key !== null && json !== null) afterJsons.set(entry.key, json)
        return writeEntry(entry, json, newestEntries)
      })
      records.write(batch.entries)
      for (const [key, offset] of newestEntries) {
        const planned = batch.resources.get(key)
        const json = afterJsons.get(key)
        if (planned && json !== undefined) resources.change(key, planned, json, offset)
        else resources.touch(key, offset)
      }
      return rows
    },
    committed(batch) {
      const last = batch.entries.at(-1)
      if (last) ({ offset: head, receivedAtMs } = last)
      records.committed(batch.entries)
      for (const { key, offset } of batch.entries) {
        const resource =
          key === null ? undefined : (batch.resources.get(key)?.after ?? resources.get(key)?.resource)
        if (key !== null && resource) resources.committed(key, { resource, newestEntry: offset })
      }
    },
    removed({ resourceKeys, recordsUpTo }) {
      for (const key of resourceKeys) resources.removed(key)
      records.removed(recordsUpTo)
    },
  }
}

/** `{ event, change }`; a changed resource is made JSON once, for its entry and for its row. */
function formatAdmitted({ admitted: { event, change } }: Planned, afterJson: string | null): string {
  if (!change) return `{"event":${JSON.stringify(event)},"change":null}`
  const { ref, before } = change
  const opening = JSON.stringify({ ref, before }).slice(0, -1)
  return `{"event":${JSON.stringify(event)},"change":${opening},"after":${afterJson}}}`
}
