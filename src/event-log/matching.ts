// Pages through the log picking what matches. A page examines a bounded number of entries, so that a
// filter which matches nothing costs no more than one that matches often; it then says where it stopped.

import { asHeliographError } from '../errors.ts'
import type { Cursor } from '../event/position.ts'
import { cursorOf, type Entry } from './entry.ts'
import type { EventLog } from './event-log.ts'

/** What paging needs of a log. */
export type ReadableLog = Pick<EventLog, 'read' | 'readBackwards' | 'at' | 'tail'>

export type Matches = (entry: Entry) => boolean

/** From the oldest (`after: null`) onwards, or from the newest (`before: null`) backwards. */
export type MatchingPage =
  | { readonly kind: 'FORWARD'; readonly first: number; readonly after: Cursor | null }
  | { readonly kind: 'BACKWARD'; readonly last: number; readonly before: Cursor | null }

export type MatchedPage = {
  /** Oldest first, whatever the direction. */
  readonly entries: readonly Entry[]
  /** Where a page before this one ends: its `before`. */
  readonly start: Cursor | null
  /** Where the next page goes on: its `after`. The last entry examined, or the last one returned if more is known to follow. */
  readonly end: Cursor | null
  /** True also where the page stopped before it could tell. */
  readonly hasNext: () => Promise<boolean>
  readonly hasPrevious: () => Promise<boolean>
}

/** How many entries one page looks at, at most. */
export const examinedPerPage = 50_000

const chunkAtMost = 1_000

/**
 * Reads one page of what matches. `hasNext` and `hasPrevious` look further only when they are called and
 * the page itself does not tell.
 * @throws HeliographError CURSOR_EXPIRED where the cursor given can no longer be continued
 */
export async function readMatching(
  log: ReadableLog,
  matches: Matches,
  page: MatchingPage,
): Promise<MatchedPage> {
  return page.kind === 'FORWARD' ? readForward(log, matches, page) : readBackward(log, matches, page)
}

async function readForward(
  log: ReadableLog,
  matches: Matches,
  { first, after }: Extract<MatchingPage, { kind: 'FORWARD' }>,
): Promise<MatchedPage> {
  const found = await (after === null
    ? scanFromOldest(log, matches, first + 1)
    : scan(from(log, after), matches, first + 1))
  const entries = found.entries.slice(0, first)
  const more = found.entries.length > first || !found.reachedEnd
  return {
    entries,
    start: firstCursor(entries) ?? after,
    end: (found.entries.length > first ? lastCursor(entries) : found.stoppedAt) ?? after,
    hasNext: async () => more,
    hasPrevious: async () => after !== null && after.offset > 0 && isAnyBefore(log, matches, after),
  }
}

async function readBackward(
  log: ReadableLog,
  matches: Matches,
  { last, before }: Extract<MatchingPage, { kind: 'BACKWARD' }>,
): Promise<MatchedPage> {
  const found = await scan(backFrom(log, before), matches, last + 1)
  const entries = found.entries.slice(0, last).reverse()
  const more = found.entries.length > last || !found.reachedEnd
  return {
    entries,
    start: (found.entries.length > last ? firstCursor(entries) : found.stoppedAt) ?? before,
    end: lastCursor(entries) ?? before,
    hasNext: async () => before !== null && isAnyFrom(log, matches, before),
    hasPrevious: async () => more,
  }
}

/** A reader of successive chunks, empty at the end of the log. */
type Chunks = (limit: number) => Promise<readonly Entry[]>

type Scanned = { readonly entries: Entry[]; readonly stoppedAt: Cursor | null; readonly reachedEnd: boolean }

async function scan(next: Chunks, matches: Matches, wanted: number): Promise<Scanned> {
  const entries: Entry[] = []
  let examined = 0
  let stoppedAt: Cursor | null = null
  for (let limit = Math.min(wanted, chunkAtMost); ; limit = Math.min(limit * 2, chunkAtMost)) {
    const chunk = await next(Math.min(limit, examinedPerPage - examined))
    const last = chunk.at(-1)
    if (last) stoppedAt = cursorOf(last)
    for (const entry of chunk) if (entries.length < wanted && matches(entry)) entries.push(entry)
    examined += chunk.length
    if (chunk.length === 0) return { entries, stoppedAt, reachedEnd: true }
    if (entries.length >= wanted || examined >= examinedPerPage)
      return { entries, stoppedAt, reachedEnd: false }
  }
}

function from(log: ReadableLog, after: Cursor): Chunks {
  let position = after
  return async (limit) => {
    const chunk = await log.read(position, limit)
    const last = chunk.at(-1)
    if (last) position = cursorOf(last)
    return chunk
  }
}

function backFrom(log: ReadableLog, before: Cursor | null): Chunks {
  let position = before
  return async (limit) => {
    if (position !== null && position.offset <= 1) return []
    const chunk = await log.readBackwards(position, limit).catch((error: unknown) => {
      // Retention took what this page read last, and so everything before it.
      if (position !== before && asHeliographError(error)?.code === 'CURSOR_EXPIRED') return []
      throw error
    })
    const last = chunk.at(-1)
    if (last) position = cursorOf(last)
    return chunk
  }
}

/** Retention may take the oldest entries between asking where they are and reading them: asks again. */
async function scanFromOldest(
  log: ReadableLog,
  matches: Matches,
  wanted: number,
  attempts = 5,
): Promise<Scanned> {
  const tail = await log.tail()
  try {
    return await scan(from(log, tail), matches, wanted)
  } catch (error) {
    if (asHeliographError(error)?.code !== 'CURSOR_EXPIRED' || attempts <= 1) throw error
    return scanFromOldest(log, matches, wanted, attempts - 1)
  }
}

/** Whether anything matches at the cursor or before it. */
async function isAnyBefore(log: ReadableLog, matches: Matches, cursor: Cursor): Promise<boolean> {
  if (await isMatchAt(log, matches, cursor)) return true
  const found = await scan(backFrom(log, cursor), matches, 1)
  return found.entries.length > 0 || !found.reachedEnd
}

/** Whether anything matches at the cursor or after it. */
async function isAnyFrom(log: ReadableLog, matches: Matches, cursor: Cursor): Promise<boolean> {
  if (await isMatchAt(log, matches, cursor)) return true
  const found = await scan(from(log, cursor), matches, 1)
  return found.entries.length > 0 || !found.reachedEnd
}

async function isMatchAt(log: ReadableLog, matches: Matches, { offset }: Cursor): Promise<boolean> {
  const [entry] = await log.at([offset])
  return entry !== null && entry !== undefined && matches(entry)
}

function firstCursor(entries: readonly Entry[]): Cursor | null {
  const entry = entries.at(0)
  return entry ? cursorOf(entry) : null
}

function lastCursor(entries: readonly Entry[]): Cursor | null {
  const entry = entries.at(-1)
  return entry ? cursorOf(entry) : null
}
