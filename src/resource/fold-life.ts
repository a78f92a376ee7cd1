// Whether a resource lives: what makes it a tombstone, and what brings it back.

import type { Timestamp } from '../event/event.ts'
import {
  type Arrived,
  creates,
  deletes,
  isGone,
  isLeaving,
  observed,
  type StateClaim,
} from './catalog-events.ts'
import type { Resource } from './resource.ts'

export type Life = {
  readonly known: Resource
  readonly event: Arrived
  /** The reported time; null where arrival order decides. */
  readonly at: Timestamp | null
  /** The main state the event tells of, and the main state after it. */
  readonly told: StateClaim | null
  readonly state: string | null
}

/** When it was deleted, after the event; null while it lives. */
export function foldDeletedAt(life: Life): Timestamp | null {
  const { known, event, at } = life
  if (known.deletedAt !== null)
    return at !== null && isBack(life, at, known.deletedAt) ? null : known.deletedAt
  const time = at ?? event.receivedAt
  const isDeleted = deletes(event, known.kind) && !hasOutlived(known, time)
  return isDeleted || hasReachedEnd(life) ? time : null
}

/** Within one second a creation follows the deletion: an instance given to another account is both. */
function isBack({ known, event, told, state }: Life, at: Timestamp, deletedAt: Timestamp): boolean {
  if (deletes(event, known.kind)) return false
  if (creates(event, known.kind)) return at >= deletedAt
  const isSeen = event.type === observed || told?.field === 'state'
  return isSeen && at > deletedAt && !(state !== null && isLeaving(known.kind, state))
}

/** It was reported in a state of the living since: the deletion is an older one. */
function hasOutlived({ kind, states }: Resource, time: Timestamp): boolean {
  return states.state !== undefined && states.state.at > time && !isLeaving(kind, states.state.value)
}

function hasReachedEnd({ known, state }: Life): boolean {
  return state !== null && state !== known.states.state?.value && isGone(known.kind, state)
}
