// What follows from an attempt: an attempt in, a verdict out, and nothing is done here.
//
//   DELIVERED   on to the next event; the failures in a row are over
//   FAILED      RETRY: the endpoint rests, then the same event again     FORGET: on
//   REFUSED     RETRY: the same event again, three attempts in a minute, then given up     FORGET: on
//   GONE        disabled at once
//
// Failed and refused attempts count as failures in a row. So many of them, over so long a time, disable the
// endpoint; half of the way there and nine tenths of it are warned of, once each.

import type { Outcome } from '../channel/channel.ts'
import type { Timestamp } from '../event/event.ts'
import { type Rests, restAfterFailure, restAfterRefusal } from './retry.ts'
import type { Delivery, DisabledReason, Failures } from './webhook.ts'

/** The first two must both be reached before an endpoint is disabled. */
export type FailureLimits = {
  /** In a row; default 20. */
  readonly failures: number
  /** From the first of the row; default 24 hours. */
  readonly periodMs: number
  readonly rests: Rests
}

/** An attempt as it is judged. */
export type Judged = {
  readonly delivery: Delivery
  readonly outcome: Outcome
  /** Attempts of this event in a row that ended like this one, this one included. */
  readonly tries: number
  readonly at: Timestamp
  /** From 0 to 1: spreads those that failed together. */
  readonly random: number
}

export type Next =
  | { readonly kind: 'ON' }
  | { readonly kind: 'AGAIN'; readonly afterMs: number }
  | { readonly kind: 'GIVE_UP' }
  | { readonly kind: 'DISABLE'; readonly reason: DisabledReason }

export type Verdict = {
  readonly failures: Failures
  readonly next: Next
  /** The part of the way to being disabled that is now to be warned of: 0.5 or 0.9; null: nothing to say. */
  readonly warning: number | null
}

export const noFailures: Failures = { count: 0, since: null, warned: 0 }

const warnings = [0.9, 0.5]

/** @param before the failures in a row before the attempt */
export function judge(before: Failures, judged: Judged, limits: FailureLimits): Verdict {
  const { outcome, at } = judged
  if (outcome.kind === 'DELIVERED') return { failures: noFailures, next: { kind: 'ON' }, warning: null }
  const counted = { ...before, count: before.count + 1, since: before.since ?? at }
  if (outcome.kind === 'GONE') return verdict(counted, { kind: 'DISABLE', reason: 'GONE' })
  const way = wayToDisabled(counted, at, limits)
  if (way >= 1) return verdict(counted, { kind: 'DISABLE', reason: 'FAILED_TOO_OFTEN' })
  const warning = warnings.find((part) => way >= part && part > before.warned) ?? null
  const failures = warning === null ? counted : { ...counted, warned: warning }
  return { failures, next: nextOf(judged, counted.count, limits.rests), warning }
}

/** How far a row of failures has come: 0 to 1, and 1 disables. Both limits count, the slower one decides. */
export function wayToDisabled({ count, since }: Failures, at: Timestamp, limits: FailureLimits): number {
  if (since === null) return 0
  const lasted = Date.parse(at) - Date.parse(since)
  return Math.min(1, count / limits.failures, limits.periodMs === 0 ? 1 : lasted / limits.periodMs)
}

function nextOf({ delivery, outcome, tries, random }: Judged, failures: number, rests: Rests): Next {
  if (delivery === 'FORGET') return { kind: 'ON' }
  if (outcome.kind === 'FAILED') {
    return { kind: 'AGAIN', afterMs: restAfterFailure(failures, outcome.retryAfterMs, random, rests) }
  }
  const afterMs = restAfterRefusal(tries, random, rests)
  return afterMs === null ? { kind: 'GIVE_UP' } : { kind: 'AGAIN', afterMs }
}

function verdict(failures: Failures, next: Next): Verdict {
  return { failures, next, warning: null }
}
