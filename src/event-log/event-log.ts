// The seam to the log. One sequence of entries, offsets dense from 1; readers bring their own cursor.
//
// Order: `append` logs the drafts of one call in their order, one call wholly before or after another, and
// calls in the order they were made; where one fails by the store, so do those made before that was known.
// Atomicity: an entry and its change in the state become visible together, before any follower hears.
// Durability: an `append` that resolved is kept (SQLite: fsynced; Redis: as its own setting says).
// Duplicates: a draft whose source + eventId is in the dedupe window is not logged again; its receipt
// names the first one's place.
// Loss: none in silence. A cursor that cannot be continued exactly throws CURSOR_EXPIRED: another epoch,
// its entry trimmed, its mark different, or ahead of the head.
// Failure: when the store cannot be reached, every call throws STORE_UNAVAILABLE and nothing hangs.

import type { Draft } from '../event/draft.ts'
import type { Timestamp } from '../event/event.ts'
import type { Cursor } from '../event/position.ts'
import type { Entry } from './entry.ts'

export type Receipt = { readonly kind: 'LOGGED' | 'DUPLICATE'; readonly cursor: Cursor }

export type Follower = {
  /** New entries, contiguous with the last call's, in order. Must not throw. */
  entries(entries: readonly Entry[]): void
  /** The log lost entries the follower has seen: a new epoch began, `head` is where it stands now. */
  restarted(head: Cursor): void
}

export type EventLog = {
  /** Receipts stand in the order of the drafts. */
  append(drafts: readonly Draft[]): Promise<Receipt[]>
  /** The entries after a cursor, oldest first, at most `limit`; starts at exactly `after.offset` + 1. */
  read(after: Cursor, limit: number): Promise<Entry[]>
  /** The entries before a cursor (exclusive; null: from the head, inclusive), newest first. */
  readBackwards(before: Cursor | null, limit: number): Promise<Entry[]>
  /** The entries at these offsets; null for those not held. */
  at(offsets: readonly number[]): Promise<(Entry | null)[]>
  /** Where the log stands, asked of the store. */
  head(): Promise<Cursor>
  /** A cursor just before the oldest retained entry: reading after it gives all there is. */
  tail(): Promise<Cursor>
  /**
   * The time since when nothing is forgotten: an event received then or later is still known, and logged
   * again it is a duplicate. Moves on with the clock and with every append.
   */
  knownSince(): Promise<Timestamp>
  /**
   * Calls `follower` for every entry after `after`, for as long as it follows; misses none, doubles none.
   * `close` returns once no further call will come.
   */
  follow(after: Cursor, follower: Follower): Promise<{ close(): Promise<void> }>
}
