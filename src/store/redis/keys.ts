// The names of everything in Redis, all with one hash tag so that a cluster keeps them together.
//
// meta        hash: epoch; head, headMark, receivedAt of the last entry; trimmed, trimmedMark of the last
//             trimmed one; forgotten: the offset up to which dedupe records are gone
// log         stream: id `<offset>-0`; fields m (mark), e (the event's JSON), b and a (its resource before and
//             after, where it changed), r (when it was received, in milliseconds, where later than e says)
// state       hash: resource key → its JSON
// versions    hash: resource key → `<offset>-<mark>` of the entry that last changed it
// tombstones  sorted set: resource key by the offset of that entry
// dedupe      hash: digest of source and eventId → `<offset>|<received ms>|<mark>`
// order       list: the digests of all entries after `forgotten`, in log order
// indexes     sorted sets in lexicographic order: `<value>\0<resource key>`, so that any of them gives pages
//             in the order of resource keys
// history:…   sorted set per resource: offsets of the entries about it
// ticket:…    hash per stream ticket, by its own hash: holder (digest), reference, operation once it is bound,
//             expires, ends (ms); expires by itself
// tickets:…   sorted sets per holder: the hashes of its tickets that are unused (by when they expire) and used
//             (by their last use); expire by themselves
// webhooks    hash: id → JSON of what its owner set
// webhook-ids sorted set: the ids, all with one score, for pages in their order
// owned       hash: name of an owner → how many webhooks it has
// endpoints   hash: id of an endpoint → `<version> <JSON of how far it has come>`
// attempts:…  list per endpoint: JSON of its attempts, newest first
// revision    of the webhooks
// leases      hash: shard → `<generation> <when it ends, in milliseconds> <holder>`; no holder where it was given up
// holders     sorted set: who claims leases, by when it counts as gone (ms)
// owners      hash: name of an owner → `<when its newest token was seen> <JSON of its accounts>`
// allowance:… list per key (digest): when it was counted (ms), newest first; expires by itself

import { hash } from 'node:crypto'

const tag = '{heliograph}'

export const keys = {
  meta: `${tag}:meta`,
  log: `${tag}:log`,
  state: `${tag}:state`,
  versions: `${tag}:versions`,
  tombstones: `${tag}:tombstones`,
  dedupe: `${tag}:dedupe`,
  order: `${tag}:order`,
  webhooks: `${tag}:webhooks`,
  webhookIds: `${tag}:webhook-ids`,
  owned: `${tag}:owned`,
  endpoints: `${tag}:endpoints`,
  revision: `${tag}:revision`,
  leases: `${tag}:leases`,
  holders: `${tag}:holders`,
  owners: `${tag}:owners`,
} as const

export const indexes = ['all', 'kind', 'uid', 'owner', 'name', 'link'] as const
export type Index = (typeof indexes)[number]

/** The sorted set of an index. */
export function indexKey(index: Index): string {
  return `${tag}:by:${index}`
}

/** The sorted set of the offsets about one resource. */
export function historyKey(resourceKey: string): string {
  return `${tag}:history:${resourceKey}`
}

/** The hash of a stream ticket. */
export function ticketKey(hash: string): string {
  return `${tag}:ticket:${hash}`
}

/** The sorted set of a holder's tickets. */
export function ticketsKey(which: 'unused' | 'used', holder: string): string {
  return `${tag}:tickets:${which}:${holder}`
}

/** The list of an endpoint's attempts. */
export function attemptsKey(endpoint: string): string {
  return `${tag}:attempts:${endpoint}`
}

/** The list of what was counted under a key. */
export function allowanceKey(key: string): string {
  return `${tag}:allowance:${digestOf(key)}`
}

/** Where appends are announced; channels know no databases, so the name holds its number. */
export function channelOf(database: number): string {
  return `${tag}:entries:${database}`
}

/** Stands for a dedupe key, a holder or an allowance's key: 128 bits are enough to tell them apart. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22)
}
