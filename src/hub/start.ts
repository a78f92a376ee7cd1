// Where a subscriber begins, checked: a cursor that cannot be continued exactly is refused here, before
// the subscription exists. What the ring can vouch for needs no store, so a reconnect storm costs none.

import { HeliographError } from '../errors.ts'
import type { Cursor } from '../event/position.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Pages } from '../event-log/pages.ts'
import type { Feed } from './feed.ts'
import type { Ring } from './ring.ts'

type Parts = {
  readonly log: Pick<EventLog, 'head'>
  readonly ring: Ring
  readonly pages: Pages
  readonly stopped: AbortSignal
}

export type Start = {
  /**
   * The position to start from; a promise only where the store must be asked.
   * @throws HeliographError CURSOR_EXPIRED, STORE_UNAVAILABLE; SHUTTING_DOWN
   */
  positionFor(feed: Feed, after: Cursor | null): Cursor | Promise<Cursor>
  /** To be called again once a promised position has come, right before it is followed. */
  assertFollowable(position: Cursor): void
}

export function createStart({ log, ring, pages, stopped }: Parts): Start {
  async function checkInLog(after: Cursor): Promise<Cursor> {
    // Asked of the store and not of the tip: another gateway may have given out a cursor that is ahead
    // of this one. The page it reads is the first one the subscriber will need.
    await pages.after(after)
    return after
  }

  return {
    positionFor(feed, after) {
      // The head is asked before the state is read: only changes after it may be missing in the state.
      if (after === null) return feed.state === null ? ring.tip : log.head()
      return ring.holds(after) ? after : checkInLog(after)
    },
    assertFollowable(position) {
      if (stopped.aborted) throw new HeliographError('SHUTTING_DOWN', 'The gateway stops: connect again')
      // The store knows the log began anew and the follower is about to be told, or was told while the
      // cursor was being checked. Asked again, the cursor is judged by the new log.
      if (position.epoch !== ring.tip.epoch) {
        throw new HeliographError('STORE_UNAVAILABLE', 'The log has just begun anew: subscribe again')
      }
    },
  }
}
