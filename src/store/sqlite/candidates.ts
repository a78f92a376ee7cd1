// Which rows a page of resources can come from: one SQL statement that yields a superset of the matches
// in the order of keys, from the narrowest index that the query allows.
//
// With a few values it is one index range for each, merged by SQLite without sorting; with many it sorts
// their keys. All of it reads no further than the block that is asked for, save the sorting.

import { parseResourceId, type ResourceRef } from '../../event/event.ts'
import { resourceKey } from '../../resource/resource.ts'
import type { ResourceQuery } from '../../resource/resources.ts'

export type Candidates = {
  readonly sql: string
  /** What to bind for the block of `limit` rows after a key. */
  values(after: string, limit: number): (string | number)[]
}

const columns = 'r.key, r.kind, r.uid, r.name, r.owner, r.zone, r.states, r.deleted_at'
// SQLite merges one more level for each.
const mergedValues = 24

/** The candidates of a query. */
export function candidatesOf({ filter, visibility, linkedBy }: ResourceQuery): Candidates {
  // First, as nothing but the table of links knows them.
  if (linkedBy) return linked(linkedBy)
  if (filter.ids) return withIds(filter.ids)
  if (filter.names) return withColumn('name', filter.names)
  const owners = ownersOf(filter.accounts, visibility)
  if (owners) return withColumn('owner', owners)
  if (filter.kinds) return withColumn('kind', filter.kinds)
  return everything
}

const everything: Candidates = {
  sql: `SELECT ${columns} FROM resources r WHERE r.key > ? ORDER BY r.key LIMIT ?`,
  values: (after, limit) => [after, limit],
}

function ownersOf(
  accounts: readonly string[] | undefined,
  visibility: ResourceQuery['visibility'],
): string[] | null {
  if (visibility.kind === 'ALL') return accounts ? [...accounts] : null
  const seen = [...visibility.accounts]
  return accounts ? seen.filter((account) => accounts.includes(account)) : seen
}

function withColumn(column: 'name' | 'owner' | 'kind', wanted: readonly string[]): Candidates {
  const values = [...new Set(wanted)]
  if (values.length === 0) return nothing
  if (values.length > mergedValues) return sorted(column, values)
  const range = `SELECT ${columns} FROM resources r WHERE r.${column} = ? AND r.key > ?`
  return {
    sql: `${values.map(() => range).join(' UNION ALL ')} ORDER BY 1 LIMIT ?`,
    values: (after, limit) => [...values.flatMap((value) => [value, after]), limit],
  }
}

const nothing: Candidates = {
  sql: `${everything.sql.replace('?', '? AND FALSE')}`,
  values: everything.values,
}

function sorted(column: string, values: readonly string[]): Candidates {
  const list = JSON.stringify(values)
  return {
    sql: `SELECT ${columns} FROM resources r
      WHERE r.${column} IN (SELECT value FROM json_each(?)) AND r.key > ? ORDER BY r.key LIMIT ?`,
    values: (after, limit) => [list, after, limit],
  }
}

/** An id is global or the cloud's own; a uid may look like a global id, so every one is tried as both. */
function withIds(ids: readonly string[]): Candidates {
  const refs = ids.map(parseResourceId).filter((ref): ref is ResourceRef => ref !== null)
  const keys = JSON.stringify(refs.map(resourceKey))
  const uids = JSON.stringify(ids)
  return {
    sql: `SELECT ${columns} FROM resources r WHERE r.key > ?1 AND r.key IN (
        SELECT value FROM json_each(?2) UNION
        SELECT key FROM resources WHERE uid IN (SELECT value FROM json_each(?3))
      ) ORDER BY r.key LIMIT ?4`,
    values: (after, limit) => [after, keys, uids, limit],
  }
}

function linked({ attribute, uid }: { readonly attribute: string; readonly uid: string }): Candidates {
  return {
    sql: `SELECT ${columns} FROM links l CROSS JOIN resources r ON r.key = l.key
      WHERE l.attribute = ? AND l.uid = ? AND l.key > ? ORDER BY l.key LIMIT ?`,
    values: (after, limit) => [attribute, uid, after, limit],
  }
}
