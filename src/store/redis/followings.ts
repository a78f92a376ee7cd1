// Everybody who follows the log on this gateway. Who is behind is carried forward by pages; who has come
// to where the gateway stands hears what it hears. The step from one to the other is synchronous, so
// nothing falls between.

import { asHeliographError } from '../../errors.ts'
import type { Cursor } from '../../event/position.ts'
import type { Entry } from '../../event-log/entry.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { type Following, pageEntries, tell } from '../following.ts'
import type { LogReader } from './log-reader.ts'

export type Followings = {
  readonly follow: EventLog['follow']
  /** New entries, contiguous with the last ones; the gateway stands at the last of them now. */
  deliver(entries: readonly Entry[]): void
  /** The gateway stands at `head` now, and what came before it may be missing. */
  restart(head: Cursor): void
  /** Carries on those whose reading failed. */
  resume(): void
}

/** @param standing where the gateway stands in the log */
export function createFollowings(
  reader: Pick<LogReader, 'read' | 'head'>,
  standing: () => Cursor,
): Followings {
  const live = new Set<Following>()
  const stuck = new Set<Following>()

  function isLive({ at }: Following): boolean {
    const { epoch, offset } = standing()
    return at.epoch === epoch && at.offset >= offset
  }

  async function carry(following: Following): Promise<void> {
    while (following.open && !isLive(following)) {
      const page = await reader.read(following.at, pageEntries)
      tell(following, page)
      if (page.length > 0 || isLive(following)) continue
      // Nothing more there, and not where the gateway stands: it is about to notice a new epoch.
      if (following.at.epoch === standing().epoch) return void stuck.add(following)
      break
    }
    if (following.open) live.add(following)
  }

  /** Carries it to the live end, through restarts; where the store cannot be read, another time. */
  async function carryOn(following: Following): Promise<void> {
    try {
      await carry(following)
    } catch (error) {
      const isOvertaken = asHeliographError(error)?.code === 'CURSOR_EXPIRED'
      if (isOvertaken && (await beginAtHead(following))) return carryOn(following)
      stuck.add(following)
    }
  }

  async function beginAtHead(following: Following): Promise<boolean> {
    try {
      following.at = await reader.head()
      if (following.open) following.follower.restarted(following.at)
      return true
    } catch {
      return false
    }
  }

  function resume(): void {
    for (const following of stuck) {
      stuck.delete(following)
      void carryOn(following)
    }
  }

  return {
    async follow(after, follower) {
      const following: Following = { follower, at: after, open: true }
      const page = await reader.read(after, pageEntries)
      tell(following, page)
      void carryOn(following)
      return {
        async close() {
          following.open = false
          live.delete(following)
          stuck.delete(following)
        },
      }
    },
    deliver(entries) {
      const epoch = entries[0]?.position.epoch
      for (const following of live) if (following.at.epoch === epoch) tell(following, entries)
      resume()
    },
    restart(head) {
      for (const following of live) {
        // Who came after the new epoch began has lost nothing.
        if (following.at.epoch === head.epoch && following.at.offset >= head.offset) continue
        following.at = head
        following.follower.restarted(head)
      }
    },
    resume,
  }
}
