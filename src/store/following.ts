// One follower of the log on its way: where it is, and telling it what is new to it. How it is brought to
// the live end is the engine's.

import type { Cursor } from '../event/position.ts'
import { cursorOf, type Entry } from '../event-log/entry.ts'
import type { Follower } from '../event-log/event-log.ts'

export type Following = { readonly follower: Follower; at: Cursor; open: boolean }

/** Entries of a page that is read for a follower. */
export const pageEntries = 500

/**
 * Tells an open follower those of the entries that it has not seen, and moves it to the newest.
 * @param entries contiguous; they begin at most one behind where the follower is
 */
export function tell(following: Following, entries: readonly Entry[]): void {
  const newest = entries.at(-1)
  if (!newest || !following.open || newest.position.offset <= following.at.offset) return
  const seen = following.at.offset - (newest.position.offset - entries.length)
  following.at = cursorOf(newest)
  following.follower.entries(seen > 0 ? entries.slice(seen) : entries)
}
