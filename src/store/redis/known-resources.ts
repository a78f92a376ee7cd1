// The resources this gateway has met lately, with their versions: a fold on one of them needs no
// question to Redis. One may be outdated: the append script compares versions, and refuses.

import { markOf } from '../../event/event.ts'
import type { Follower } from '../../event-log/event-log.ts'
import { type Resource, resourceKey } from '../../resource/resource.ts'
import { createRecent } from '../recent.ts'
import { formatVersion, isOwn } from './record.ts'

export type KnownResource = { readonly version: string; readonly resource: Resource | null }

export type KnownResources = {
  get(key: string): KnownResource | undefined
  /** What was set last stays longest. */
  set(key: string, known: KnownResource): void
  delete(key: string): void
  /** Learns from the log. */
  readonly follower: Follower
}

// About 2 kB each; twice as many at most.
const capacity = 5_000

export function createKnownResources(): KnownResources {
  let values = createRecent<KnownResource>(capacity)

  return {
    get: (key) => values.get(key),
    set: (key, known) => values.set(key, known),
    delete: (key) => values.delete(key),
    follower: {
      entries(entries) {
        for (const entry of entries) {
          // What this gateway appended itself is known with the script's reply.
          if (isOwn(entry)) continue
          const { position, event, change } = entry
          if (!change) continue
          const key = resourceKey(change.ref)
          const known = values.get(key)
          if (known && Number.parseInt(known.version, 10) >= position.offset) continue
          values.set(key, { version: formatVersion(position.offset, markOf(event)), resource: change.after })
        }
      },
      restarted: () => {
        values = createRecent(capacity)
      },
    },
  }
}
