// Under what a resource is found: its members of the indexes, and what changes of them with the resource.

import { linksOf } from '../../resource/catalog.ts'
import type { Resource } from '../../resource/resource.ts'
import { type Index, indexes } from './keys.ts'

// A script cannot hand Redis many thousands of arguments at once.
const mostArguments = 1_000

/** ZADD or ZREM with its arguments, scores included. */
export type IndexChange = {
  readonly command: 'ZADD' | 'ZREM'
  readonly index: Index
  readonly args: readonly (string | number)[]
}

type Indexed = Pick<Resource, 'kind' | 'uid' | 'owner' | 'name' | 'attributes'>

/** The member that files a resource key under a value. */
export function memberOf(value: string, key: string): string {
  return `${value}\0${key}`
}

/** Every member of a resource, by index. */
export function membersOf(key: string, resource: Indexed): [Index, string][] {
  const members: [Index, string][] = [
    ['all', key],
    ['kind', memberOf(resource.kind, key)],
    ['uid', memberOf(resource.uid, key)],
  ]
  if (resource.owner !== null) members.push(['owner', memberOf(resource.owner, key)])
  if (resource.name !== null) members.push(['name', memberOf(resource.name, key)])
  for (const { attribute, uid } of linksOf(resource))
    members.push(['link', memberOf(linkValue(attribute, uid), key)])
  return members
}

/** The value under which the link index files whoever holds `uid` in `attribute`. */
export function linkValue(attribute: string, uid: string): string {
  return `${attribute}\0${uid}`
}

export type IndexChanges = {
  /** Takes up what one resource changes. */
  add(key: string, before: Indexed | null, after: Indexed): void
  /** All of it, a command for each index and direction. */
  commands(): IndexChange[]
}

export function createIndexChanges(): IndexChanges {
  const wanted = { ZADD: new Map<Index, string[]>(), ZREM: new Map<Index, string[]>() }

  function note(command: 'ZADD' | 'ZREM', [index, member]: readonly [Index, string]): void {
    const members = wanted[command].get(index)
    if (members) members.push(member)
    else wanted[command].set(index, [member])
  }

  function add(key: string, before: Indexed | null, after: Indexed): void {
    if (before && isFiledAlike(before, after)) return
    const old = before ? membersOf(key, before) : []
    const next = membersOf(key, after)
    for (const member of without(old, next)) note('ZREM', member)
    for (const member of without(next, old)) note('ZADD', member)
  }

  function commands(): IndexChange[] {
    return (['ZADD', 'ZREM'] as const).flatMap((command) =>
      indexes.flatMap((index) => {
        const members = wanted[command].get(index) ?? []
        const args = command === 'ZADD' ? members.flatMap((member) => [0, member]) : members
        return chunked(args).map((part) => ({ command, index, args: part }))
      }),
    )
  }

  return { add, commands }
}

function chunked<T>(items: readonly T[]): T[][] {
  const parts: T[][] = []
  for (let at = 0; at < items.length; at += mostArguments) parts.push(items.slice(at, at + mostArguments))
  return parts
}

function isFiledAlike(before: Indexed, after: Indexed): boolean {
  return (
    before.kind === after.kind &&
    before.owner === after.owner &&
    before.name === after.name &&
    before.attributes === after.attributes
  )
}

function without(members: readonly [Index, string][], others: readonly [Index, string][]): [Index, string][] {
  return members.filter(
    ([index, member]) => !others.some((other) => other[0] === index && other[1] === member),
  )
}
