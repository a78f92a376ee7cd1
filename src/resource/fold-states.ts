// How reports move the states of a resource. A report whose `from` is the current state moves it; else
// the newer time wins and ties go by arrival; an older one moves nothing.

import type { Timestamp } from '../event/event.ts'
import type { StateClaim } from './catalog-events.ts'
import type { Resource, StateValue } from './resource.ts'

export type MovedStates = { readonly states: Resource['states']; readonly hasMoved: boolean }

// The time of a state nobody gave a time for: every report that has one is newer.
const beforeAnyReport: Timestamp = '1970-01-01T00:00:00.000Z'

/**
 * Applies claims one after another.
 * @param at the time of the report; null where it has none, and then arrival order decides
 */
export function moveStates(
  known: Resource,
  claims: readonly StateClaim[],
  at: Timestamp | null,
): MovedStates {
  let states = known.states
  for (const claim of claims) {
    const current = states[claim.field]
    if (current && !wins(claim, current, at, known.lastTransition)) continue
    states = { ...states, [claim.field]: { value: claim.to, at: later(current?.at ?? beforeAnyReport, at) } }
  }
  return { states, hasMoved: states !== known.states }
}

function wins(
  claim: StateClaim,
  current: StateValue,
  at: Timestamp | null,
  last: Resource['lastTransition'],
): boolean {
  if (claim.to === current.value) return false
  if (claim.from === current.value || at === null) return true
  if (at === current.at && last?.at === at && leadsTo(claim, last, current)) return false
  return at >= current.at
}

/** Within one second, what ends where the last move began came before it. */
function leadsTo(
  claim: StateClaim,
  last: NonNullable<Resource['lastTransition']>,
  current: StateValue,
): boolean {
  return last.field === claim.field && last.to === current.value && last.from === claim.to
}

/** The later of two times: the time of a state never runs backwards. */
function later(known: Timestamp, at: Timestamp | null): Timestamp {
  return at !== null && at > known ? at : known
}
