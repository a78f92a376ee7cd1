// Carries a follower from its cursor to the live end of the log. It reads pages until it has all that was
// announced; the step onto the live list is synchronous, so nothing falls between.

import type { Entry } from '../../event-log/entry.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { type Following, pageEntries, tell } from '../following.ts'

export type Followers = {
  /** Tells all live followers; `entries` go on where the last call ended. */
  announce(entries: readonly Entry[]): void
  follow: EventLog['follow']
}

/** @param head the offset of the last entry before the first announcement */
export function createFollowers(
  { read, head }: Pick<EventLog, 'read' | 'head'>,
  announced: number,
): Followers {
  const live = new Set<Following>()

  async function catchUp(following: Following, firstPage: readonly Entry[]): Promise<void> {
    let page = firstPage
    for (;;) {
      tell(following, page)
      if (!following.open) return
      // Announced at most what was read: the next announcement goes on from here, or overlaps.
      if (following.at.offset >= announced) return void live.add(following)
      page = await read(following.at, pageEntries)
    }
  }

  /** Retention overtook it, and it goes on from the head; or the store is gone and nothing more will come. */
  async function lost(following: Following): Promise<void> {
    try {
      const now = await head()
      if (!following.open) return
      following.at = now
      following.follower.restarted(now)
      catchUp(following, []).catch(() => lost(following))
    } catch {
      following.open = false
    }
  }

  return {
    announce(entries) {
      announced = entries.at(-1)?.position.offset ?? announced
      for (const following of live) tell(following, entries)
    },
    async follow(after, follower) {
      const following: Following = { follower, at: after, open: true }
      const firstPage = await read(after, pageEntries)
      catchUp(following, firstPage).catch(() => lost(following))
      return {
        async close() {
          following.open = false
          live.delete(following)
        },
      }
    },
  }
}
