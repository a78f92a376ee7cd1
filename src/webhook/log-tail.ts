// The dispatcher's place at the end of the log: one follower, which offers each entry to those it may
// concern.

import { type Filing, FilterIndex, termsOfEvent } from '../event/filter-index.ts'
import type { Cursor } from '../event/position.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { createPages, type Pages } from '../event-log/pages.ts'
import { type Placed, place } from '../event-log/placed.ts'

/** Somebody who takes entries of the log. */
export type Taker = {
  /** A new entry that may concern it; `before` is the tip before it. */
  offer(placed: Placed, before: Cursor): void
  /** The log began anew at `head`. */
  restarted(head: Cursor): void
}

export type LogTail = {
  /** The last entry that was offered. */
  tip(): Cursor
  /** For those who are behind. */
  readonly pages: Pick<Pages, 'after'>
  /** Offers what falls under `filing` from now on. @returns ends it */
  add(filing: Filing, taker: Taker): () => void
  close(): Promise<void>
}

/** Entries read at once by those who are behind. */
const pageEntries = 500

/** Follows the log from its head. */
export async function openLogTail(log: Pick<EventLog, 'head' | 'read' | 'follow'>): Promise<LogTail> {
  const index = new FilterIndex<Taker>()
  const takers = new Set<Taker>()
  const pages = createPages(log, pageEntries)
  let tip = await log.head()
  const following = await log.follow(tip, {
    entries(entries) {
      for (const entry of entries) {
        const before = tip
        const placed = place(entry)
        // First of all the tip: who catches up to it from here on has passed this entry.
        tip = placed.cursor
        if (index.isEmpty) continue
        for (const taker of index.candidates(termsOfEvent(entry.event, index.isFiled)))
          taker.offer(placed, before)
      }
    },
    restarted(head) {
      tip = head
      pages.clear()
      for (const taker of takers) taker.restarted(head)
    },
  })
  return {
    tip: () => tip,
    pages,
    add(filing, taker) {
      index.add(filing, taker)
      takers.add(taker)
      return () => {
        index.delete(filing, taker)
        takers.delete(taker)
      }
    },
    close: () => following.close(),
  }
}
