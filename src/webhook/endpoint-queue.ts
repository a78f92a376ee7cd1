// What one endpoint has still to be told: the matching entries after its cursor, in log order, a bounded
// number of them at hand.
//
//   LIVE    everything up to the tip was looked at; new entries are offered
//   BEHIND  it was full, or begins further back: it reads the log by itself until it is at the tip
//
// The step from BEHIND to LIVE is synchronous, so nothing falls between; entries that are not offered to a
// live queue do not concern it.

import { asHeliographError } from '../errors.ts'
import type { Cursor } from '../event/position.ts'
import type { Entry } from '../event-log/entry.ts'
import type { Pages } from '../event-log/pages.ts'
import type { Placed } from '../event-log/placed.ts'

/** An entry that waits for its attempt, or has it. */
export type Pending = {
  readonly placed: Placed
  /** The place before it: everything up to there is done once nothing older waits. */
  readonly before: Cursor
  /** Attempts that ended like the last one, in a row. */
  tries: number
  underWay: boolean
  /** In milliseconds since 1970; 0: at once. */
  notBeforeMs: number
}

export type EndpointQueue = {
  /** Oldest first; those under way are among them. */
  readonly pending: readonly Pending[]
  /** A new entry that may concern it; `before` is the tip before it. */
  offer(placed: Placed, before: Cursor): void
  /** They are done with. */
  settle(done: readonly Pending[]): void
  /** Everything up to here is done with. */
  doneTo(): Cursor
  /** Forgets what waits, and goes on from another place. */
  moveTo(cursor: Cursor): void
  /** Reads on, where there is something to read and room for it. */
  fill(): void
  close(): void
}

export type QueueParts = {
  readonly pages: Pick<Pages, 'after'>
  readonly start: Cursor
  readonly tip: () => Cursor
  readonly wants: (entry: Entry) => boolean
  /** The most that is kept at hand. */
  readonly room: number
  /** How long an entry waits for others to go with it; 0: not at all. */
  readonly gatherMs: number
  /** There may be something new to attempt. */
  readonly filled: () => void
  /** The log no longer holds what comes after this place: whoever is told says where to go on. */
  readonly expired: (from: Cursor) => void
}

/** How long a reader waits before it asks a store again that did not answer. */
const storeRestMs = 1_000

export function createEndpointQueue(parts: QueueParts): EndpointQueue {
  const { pages, tip, wants, room, gatherMs, filled, expired } = parts
  let pending: Pending[] = []
  /** Where reading goes on; null: live. */
  let behind: Cursor | null = parts.start
  let isReading = false
  let isClosed = false
  let timer: NodeJS.Timeout | null = null

  const push = (placed: Placed, before: Cursor) => {
    if (!wants(placed.entry)) return
    const notBeforeMs = gatherMs === 0 ? 0 : Date.parse(placed.entry.event.receivedAt) + gatherMs
    pending.push({ placed, before, tries: 0, underWay: false, notBeforeMs })
  }

  const take = (page: readonly Placed[], from: Cursor): Cursor => {
    let at = from
    for (const placed of page) {
      if (pending.length >= room) break
      push(placed, at)
      at = placed.cursor
    }
    return at
  }

  /** @returns whether there may be more to read */
  const readPage = async (from: Cursor): Promise<boolean> => {
    const { epoch, offset } = tip()
    if (from.epoch === epoch && from.offset >= offset) {
      behind = null
      return false
    }
    const page = await pages.after(from)
    // It was moved meanwhile, or closed.
    if (isClosed || behind !== from) return true
    behind = take(page, from)
    if (pending.length > 0) filled()
    return page.length > 0
  }

  const readOn = async () => {
    try {
      // Whoever settles meanwhile finds it reading, so the room is looked at after each page.
      while (!isClosed && behind !== null && pending.length < room && (await readPage(behind)));
      isReading = false
    } catch (error) {
      isReading = false
      if (isClosed || behind === null) return
      if (asHeliographError(error)?.code === 'CURSOR_EXPIRED') expired(behind)
      else timer = setTimeout(fill, storeRestMs)
    }
  }

  const fill = () => {
    if (isReading || isClosed || behind === null || pending.length > room / 2) return
    isReading = true
    void readOn()
  }

  return {
    get pending() {
      return pending
    },
    offer(placed, before) {
      // Who reads will come to it, or finds at the end that it came.
      if (behind !== null) return fill()
      if (pending.length >= room) {
        behind = before
        return
      }
      push(placed, before)
      if (pending.length > 0) filled()
    },
    settle(done) {
      pending = pending.filter((one) => !done.includes(one))
      fill()
    },
    doneTo: () => pending[0]?.before ?? behind ?? tip(),
    moveTo(cursor) {
      pending = pending.filter((one) => one.underWay)
      behind = cursor
      fill()
    },
    fill,
    close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
