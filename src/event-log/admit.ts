// Turns a draft into what is logged: folds its report into the current resource, completes the event
// from what is known of that resource, and stamps its owner. Pure, and the same on every engine, so
// that live, replayed and stored events agree.

import type { Draft } from '../event/draft.ts'
import { type Event, type ResourceRef, resourceId, type Timestamp } from '../event/event.ts'
import { relationsOf } from '../resource/catalog.ts'
import { fold } from '../resource/fold.ts'
import { factsOf, type Resource } from '../resource/resource.ts'
import type { Entry } from './entry.ts'

/** An entry that has no place yet; `change.after.version` is 0 until the store gives it one. */
export type Admitted = Omit<Entry, 'position'>

/**
 * @param current the resource stored under the draft's resource key, null where it has none or none is known
 * @param receivedAt the time of the append
 */
export function admit(draft: Draft, current: Resource | null, receivedAt: Timestamp): Admitted {
  const arrived = { ...draft.event, receivedAt }
  const folded = fold(current, arrived, draft.report)
  const known = folded.next ?? current
  const event: Event = {
    ...arrived,
    resource: arrived.resource && { kind: known?.kind ?? arrived.resource.kind, uid: arrived.resource.uid },
    related: relatedOf(arrived.resource, arrived.related, known),
    owner: ownerOf(draft, known),
    zone: arrived.zone ?? known?.zone ?? null,
    transition: folded.transition,
  }
  const change = folded.next && {
    ref: { kind: folded.next.kind, uid: folded.next.uid },
    before: current && factsOf(current),
    after: folded.next,
  }
  return { event, change }
}

/** The resource's owner, else whom the sender names as owner, else who acted. */
function ownerOf({ event, report }: Draft, known: Resource | null): string | null {
  const named = report?.account?.as === 'OWNER' ? report.account.account : null
  return known?.owner ?? named ?? event.actor?.account ?? null
}

/** What the event names and what its resource is known to belong to, each once, without the resource. */
function relatedOf(
  self: ResourceRef | null,
  named: readonly ResourceRef[],
  known: Resource | null,
): ResourceRef[] {
  const byId = new Map<string, ResourceRef>()
  for (const ref of named) byId.set(resourceId(ref), ref)
  if (known) for (const ref of relationsOf(known)) byId.set(resourceId(ref), ref)
  if (self) byId.delete(resourceId(self))
  if (known) byId.delete(resourceId(known))
  return [...byId.values()]
}
