// The state in Redis: a hash of all resources, and indexes from which pages are read.

import { sees } from '../../event/visibility.ts'
import { linksOf } from '../../resource/catalog.ts'
import { formatPageCursor, parsePageCursor } from '../../resource/page-cursor.ts'
import { type Resource, resourceKey } from '../../resource/resource.ts'
import { compileResourceFilter } from '../../resource/resource-filter.ts'
import type { ResourcePage, ResourceQuery, Resources } from '../../resource/resources.ts'
import type { Call } from './connection.ts'
import { linkValue } from './index-members.ts'
import { type Source, streamKeys } from './key-stream.ts'
import { historyKey, keys } from './keys.ts'
import { resourceOf } from './record.ts'
import { transact } from './transaction.ts'

const mostExamined = 50_000
const largestPortion = 1_000
// Beyond this it is cheaper to walk everything than to merge an index range for each account.
const mostOwners = 100

export function createRedisResources(call: Call): Resources {
  async function stored(names: readonly string[]): Promise<(Resource | null)[]> {
    if (names.length === 0) return []
    const [jsons, versions] = await call((redis) =>
      transact(redis, (transaction) =>
        transaction.hmget(keys.state, ...names).hmget(keys.versions, ...names),
      ),
    )
    return (jsons as (string | null)[]).map((json, i) => resourceOf(json, (versions as (string | null)[])[i]))
  }

  return {
    get: (refs) => stored(refs.map(resourceKey)),
    async list(query, { first, after }) {
      const start = after === null ? null : parsePageCursor(after)
      const matches = compileQuery(query)
      const found: { key: string; resource: Resource }[] = []
      const portion = Math.min(largestPortion, Math.max(50, first + 1))
      let examined = 0
      for await (const names of streamKeys(call, sourcesOf(query), start, portion)) {
        const resources = await stored(names)
        for (const [i, key] of names.entries()) {
          const resource = resources[i]
          if (resource && matches(resource)) found.push({ key, resource })
          examined++
          if (found.length > first) return pageOf(found.slice(0, first), found[first - 1]?.key ?? null, true)
          if (examined >= mostExamined) return pageOf(found, key, true)
        }
      }
      return pageOf(found, found.at(-1)?.key ?? null, false)
    },
    async history(ref, before, limit) {
      const newest = before === null ? '+inf' : `(${before}`
      const key = historyKey(resourceKey(ref))
      const offsets = await call((redis) => redis.zrevrangebyscore(key, newest, '-inf', 'LIMIT', 0, limit))
      return offsets.map(Number)
    },
  }
}

function pageOf(
  found: readonly { resource: Resource }[],
  end: string | null,
  hasNextPage: boolean,
): ResourcePage {
  return {
    resources: found.map(({ resource }) => resource),
    endCursor: end === null ? null : formatPageCursor(end),
    hasNextPage,
  }
}

/** Decides on what is stored, whatever index it was found by. */
function compileQuery({ filter, visibility, linkedBy }: ResourceQuery): (resource: Resource) => boolean {
  const wanted = compileResourceFilter(filter)
  return (resource) =>
    sees(visibility, resource) && wanted(resource) && (!linkedBy || holds(resource, linkedBy))
}

function holds(resource: Resource, link: { attribute: string; uid: string }): boolean {
  return linksOf(resource).some(({ attribute, uid }) => attribute === link.attribute && uid === link.uid)
}

/** The narrowest index ranges that hold everything the query can find. */
function sourcesOf({ filter, visibility, linkedBy }: ResourceQuery): Source[] {
  if (linkedBy) return under('link', [linkValue(linkedBy.attribute, linkedBy.uid)])
  if (filter.ids) return under('uid', filter.ids.flatMap(uidsOf))
  if (filter.names) return under('name', filter.names)
  const owners = ownersOf({ filter, visibility })
  if (owners && owners.length <= mostOwners) return under('owner', owners)
  if (filter.kinds) return under('kind', filter.kinds)
  return [{ index: 'all', value: '' }]
}

function under(index: Source['index'], values: readonly string[]): Source[] {
  return [...new Set(values)].map((value) => ({ index, value }))
}

// A global id ends in the uid, after its first slash; a uid may hold slashes itself.
function uidsOf(id: string): string[] {
  return id.includes('/') ? [id, id.slice(id.indexOf('/') + 1)] : [id]
}

function ownersOf({ filter, visibility }: Pick<ResourceQuery, 'filter' | 'visibility'>): string[] | null {
  if (visibility.kind === 'ALL') return filter.accounts ? [...filter.accounts] : null
  const visible = [...visibility.accounts]
  return filter.accounts ? visible.filter((account) => filter.accounts?.includes(account)) : visible
}
