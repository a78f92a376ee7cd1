// Carries a follower from its cursor to the live end of the log. It reads pages until it has all that was
// announced; the step onto the live list is synchronous, so nothing falls between.

import type { Cursor } from '../../event/position.ts'
import { cursorOf, type Entry } from '../../event-log/entry.ts'
import type { EventLog, Follower } from '../../event-log/event-log.ts'

const pageEntries = 500

type Following = { readonly follower: Follower; after: Cursor; open: boolean }

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

  function deliver(following: Following, entries: readonly Entry[]): void {
    const last = entries.at(-1)
    if (!last || !following.open || last.position.offset <= following.after.offset) return
    const known = following.after.offset - (last.position.offset - entries.length)
    following.after = cursorOf(last)
    following.follower.entries(known > 0 ? entries.slice(known) : entries)
  }

  async function catchUp(following: Following, firstPage: readonly Entry[]): Promise<void> {
    let page = firstPage
    for (;;) {
      deliver(following, page)
      if (!following.open) return
      // Announced at most what was read: the next announcement goes on from here, or overlaps.
      if (following.after.offset >= announced) return void live.add(following)
      page = await read(following.after, pageEntries)
    }
  }

  /** Retention overtook it, and it goes on from the head; or the store is gone and nothing more will come. */
  async function lost(following: Following): Promise<void> {
    try {
      const now = await head()
      if (!following.open) return
      following.after = now
      following.follower.restarted(now)
      catchUp(following, []).catch(() => lost(following))
    } catch {
      following.open = false
    }
  }

  return {
    announce(entries) {
      announced = entries.at(-1)?.position.offset ?? announced
      for (const following of live) deliver(following, entries)
    },
    async follow(after, follower) {
      const following: Following = { follower, after, open: true }
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
