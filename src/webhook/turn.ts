// Which of the waiting entries an endpoint may be sent now.

import { resourceKey } from '../resource/resource.ts'
import type { Pending } from './endpoint-queue.ts'

export type TurnRules = {
  /** Attempts at once; 1: strictly in order. */
  readonly concurrency: number
  /** The last attempt failed: the oldest alone, until it is through. */
  readonly isSuspect: boolean
  /** The most in one attempt. */
  readonly most: number
  readonly nowMs: number
}

/**
 * What is to be attempted next: nothing, one, or where a channel tells of several at once, all that wait in
 * line. With `concurrency` above 1 an entry waits for those about its own resource only.
 */
export function nextTurn(pending: readonly Pending[], rules: TurnRules): readonly Pending[] {
  const { isSuspect, most, nowMs } = rules
  const underWay = pending.filter((one) => one.underWay).length
  const concurrency = isSuspect || most > 1 ? 1 : rules.concurrency
  if (underWay >= concurrency) return []
  if (concurrency > 1) return firstFree(pending, nowMs)
  const [oldest] = pending
  if (oldest === undefined || oldest.notBeforeMs > nowMs) return []
  return pending.slice(0, most)
}

/** When it may be worth asking again though nothing new has come; null: only then. */
export function nextTurnAt(pending: readonly Pending[]): number | null {
  const times = pending.filter((one) => !one.underWay && one.notBeforeMs > 0).map((one) => one.notBeforeMs)
  return times.length === 0 ? null : Math.min(...times)
}

function firstFree(pending: readonly Pending[], nowMs: number): readonly Pending[] {
  const held = new Set<string>()
  for (const one of pending) {
    const lane = laneOf(one)
    if (!one.underWay && one.notBeforeMs <= nowMs && !held.has(lane)) return [one]
    held.add(lane)
  }
  return []
}

/** What is ordered among itself: the events of one resource; those of none are one lane too. */
function laneOf({ placed }: Pending): string {
  const { resource } = placed.entry.event
  return resource === null ? '' : resourceKey(resource)
}
