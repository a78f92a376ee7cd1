// The way of an entry through this gateway: into the ring, then to the audiences it concerns. Wholly
// synchronous: what is shared is rendered once, and every frame is gathered when the call returns.

import type { Cursor } from '../event/position.ts'
import type { Entry } from '../event-log/entry.ts'
import type { Follower } from '../event-log/event-log.ts'
import { type Placed, place } from '../event-log/placed.ts'
import { forgetParsed } from '../event-log/stored-entry.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Audiences } from './audiences.ts'
import type { Readers } from './readers.ts'
import type { Ring } from './ring.ts'

const lagEveryMs = 1_000

type Parts = {
  readonly ring: Ring
  readonly audiences: Audiences
  readonly readers: Pick<Readers, 'lag'>
  readonly metrics: Pick<Metrics, 'logHead' | 'lagEntries'>
  readonly restarted: (head: Cursor) => void
}

export function createLivePath({ ring, audiences, readers, metrics, restarted }: Parts): Follower {
  let lagDueAt = 0

  function take(placed: Placed): void {
    const before = ring.tip
    // First of all the tip: a subscriber that joins from here on has passed this entry.
    ring.push(placed)
    for (const audience of audiences.concerned(placed.entry)) audience.take(placed, before)
    forgetParsed(placed.entry)
  }

  function measure(): void {
    metrics.logHead(ring.tip.offset)
    // The lag looks at every reader that is behind: once a second, not once per commit.
    const now = performance.now()
    if (now < lagDueAt) return
    lagDueAt = now + lagEveryMs
    metrics.lagEntries(readers.lag())
  }

  return {
    entries(entries: readonly Entry[]) {
      for (const entry of entries) take(place(entry))
      measure()
    },
    restarted,
  }
}
