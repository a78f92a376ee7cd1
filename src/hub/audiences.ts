// The audiences of this gateway: one per feed key, found by what an entry is about.

import { FilterIndex, type IsFiled, type Term, termsOfEvent } from '../event/filter-index.ts'
import type { Entry } from '../event-log/entry.ts'
import type { Metrics } from '../observe/metrics.ts'
import { isAnyFiled, termsOfResource } from '../resource/resource-filter.ts'
import { Audience, type AudienceParts } from './audience.ts'
import type { Feed } from './feed.ts'

export type Audiences = {
  /** The audience of this feed, made where there is none; to be given back once. */
  acquire(feed: Feed): Audience
  release(audience: Audience): void
  /** The audiences with live subscribers that this entry may be something to. */
  concerned(entry: Entry): Iterable<Audience>
  count(): number
}

type Parts = Omit<AudienceParts, 'liveChanged'> & { readonly metrics: Pick<Metrics, 'audiences'> }

export function createAudiences({ metrics, ...parts }: Parts): Audiences {
  const byKey = new Map<string, Audience>()
  const index = new FilterIndex<Audience>()

  const audienceParts: AudienceParts = { ...parts, liveChanged }

  // Only audiences somebody is live in are filed: readers that catch up cost the live path nothing.
  function liveChanged(audience: Audience, live: boolean): void {
    if (live) index.add(audience.feed.filing, audience)
    else index.delete(audience.feed.filing, audience)
  }

  return {
    acquire(feed) {
      let audience = byKey.get(feed.key)
      if (audience === undefined) {
        audience = new Audience(feed, audienceParts)
        byKey.set(feed.key, audience)
        metrics.audiences(byKey.size)
      }
      audience.members += 1
      return audience
    },
    release(audience) {
      audience.members -= 1
      if (audience.members > 0) return
      byKey.delete(audience.feed.key)
      metrics.audiences(byKey.size)
    },
    concerned: (entry) => (index.isEmpty ? [] : index.candidates(termsOf(entry, index.isFiled))),
    count: () => byKey.size,
  }
}

/** What the entry is about, before and after: who sees a resource leave must be found as well. */
function termsOf(entry: Entry, isFiled: IsFiled): Term[] {
  const terms = termsOfEvent(entry.event, isFiled)
  // Looking at the change parses it: 3 µs that those who ask for events need not pay.
  if (!isAnyFiled(isFiled)) return terms
  const { change } = entry
  if (change?.before) terms.push(...termsOfResource(change.before, isFiled))
  if (change) terms.push(...termsOfResource(change.after, isFiled))
  return terms
}
