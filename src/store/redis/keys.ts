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

/** Where appends are announced; channels know no databases, so the name holds its number. */
export function channelOf(database: number): string {
  return `${tag}:entries:${database}`
}

/** Stands for a dedupe key or a holder: 128 bits are enough to tell them apart. */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22)
}
