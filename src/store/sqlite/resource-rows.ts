// The rows of the state, as the writer needs them: what is stored under a key, and putting what a batch
// made of it. Busy resources are kept in memory.

import type { DatabaseSync } from 'node:sqlite'
import { type Link, linksOf } from '../../resource/catalog.ts'
import type { Resource } from '../../resource/resource.ts'
import type { PlannedResource } from '../batch.ts'
import { createRecent } from '../recent.ts'

// About 2 kB each; twice as many at most.
const cachedResources = 5_000

/** A resource, and the offset of the newest entry about it. */
export type StoredResource = { readonly resource: Resource; readonly newestEntry: number }

export type ResourceRows = {
  get(key: string): StoredResource | null
  /** Writes what became of a resource, in the open transaction; `json` is that of `planned.after`. */
  change(key: string, planned: PlannedResource, json: string, newestEntry: number): void
  /** An entry about the resource that changed nothing, in the open transaction. */
  touch(key: string, newestEntry: number): void
  /** What the committed transaction stored. */
  committed(key: string, stored: StoredResource): void
  /** The row was removed. */
  removed(key: string): void
}

export function openResourceRows(database: DatabaseSync): ResourceRows {
  const byKey = database.prepare('SELECT json, newest_entry FROM resources WHERE key = ?')
  const insert = database.prepare(`INSERT INTO resources
    (kind, uid, name, owner, zone, states, deleted_at, version, newest_entry, json, key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const update =
    database.prepare(`UPDATE resources SET kind = ?, uid = ?, name = ?, owner = ?, zone = ?, states = ?,
    deleted_at = ?, version = ?, newest_entry = ?, json = ? WHERE key = ?`)
  // Names no indexed column, so SQLite leaves the indexes alone: most changes are of this sort.
  const updateUnindexed = database.prepare(
    'UPDATE resources SET zone = ?, states = ?, version = ?, newest_entry = ?, json = ? WHERE key = ?',
  )
  const touch = database.prepare('UPDATE resources SET newest_entry = ? WHERE key = ?')
  const writeLinks = createLinkWriter(database)
  const recent = createRecent<StoredResource>(cachedResources)

  return {
    get(key) {
      const cached = recent.get(key)
      if (cached) return cached
      const row = byKey.get(key)
      if (row === undefined) return null
      return { resource: JSON.parse(String(row.json)) as Resource, newestEntry: Number(row.newest_entry) }
    },
    change(key, { before, after, version }, json, newestEntry) {
      const { kind, uid, name, owner, zone, deletedAt } = after
      const states = JSON.stringify(after.states)
      if (before && hasSameIndexed(before, after)) {
        updateUnindexed.run(zone, states, version, newestEntry, json, key)
      } else {
        const put = before ? update : insert
        put.run(kind, uid, name, owner, zone, states, deletedAt, version, newestEntry, json, key)
      }
      if (before?.attributes !== after.attributes || before.kind !== after.kind) {
        writeLinks(key, before ? linksOf(before) : [], linksOf(after))
      }
    },
    touch: (key, newestEntry) => void touch.run(newestEntry, key),
    committed: recent.set,
    removed: recent.delete,
  }
}

// A tombstone's version is indexed.
function hasSameIndexed(before: Resource, after: Resource): boolean {
  const isAlive = before.deletedAt === null && after.deletedAt === null
  return isAlive && before.kind === after.kind && before.name === after.name && before.owner === after.owner
}

function createLinkWriter(
  database: DatabaseSync,
): (key: string, before: readonly Link[], after: readonly Link[]) => void {
  const add = database.prepare('INSERT OR IGNORE INTO links (attribute, uid, key) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM links WHERE attribute = ? AND uid = ? AND key = ?')
  return (key, before, after) => {
    for (const link of without(before, after)) remove.run(link.attribute, link.uid, key)
    for (const link of without(after, before)) add.run(link.attribute, link.uid, key)
  }
}

function without(links: readonly Link[], others: readonly Link[]): Link[] {
  return links.filter(
    ({ attribute, uid }) => !others.some((other) => other.attribute === attribute && other.uid === uid),
  )
}
