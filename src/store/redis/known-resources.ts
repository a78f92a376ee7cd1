// The resources this gateway has met lately, with their versions: a fold on one of them needs no
// question to Redis. One may be outdated: the append script compares versions, and refuses.

import { markOf } from '../../event/event.ts'
import type { Follower } from '../../event-log/event-log.ts'
import { type Resource, resourceKey } from '../../resource/resource.ts'
import { formatVersion } from './record.ts'

export type KnownResource = { readonly version: string; readonly resource: Resource | null }

export type KnownResources = {
  get(key: string): KnownResource | undefined
  /** What was set last stays longest. */
  set(key: string, known: KnownResource): void
  delete(key: string): void
  /** Learns from the log. */
  readonly follower: Follower
}

// About 2 kB each.
const capacity = 10_000

export function createKnownResources(): KnownResources {
  const values = new Map<string, KnownResource>()

  function set(key: string, known: KnownResource): void {
    values.delete(key)
    values.set(key, known)
    if (values.size <= capacity) return
    const [oldest] = values.keys()
    if (oldest !== undefined) values.delete(oldest)
  }

  return {
    get: (key) => values.get(key),
    set,
    delete: (key) => void values.delete(key),
    follower: {
      entries(entries) {
        for (const { position, event, change } of entries) {
          if (!change) continue
          const key = resourceKey(change.ref)
          const known = values.get(key)
          // What this gateway appended itself is known before it is announced.
          if (known && Number.parseInt(known.version, 10) >= position.offset) continue
          set(key, { version: formatVersion(position.offset, markOf(event)), resource: change.after })
        }
      },
      restarted: () => values.clear(),
    },
  }
}
