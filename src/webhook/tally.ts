// The count of one endpoint: what it has come to since it was last saved. Decisions are failures.ts's, the
// order is the queue's; here they become Progress, attempts and news.

import type { Attempted } from '../channel/channel.ts'
import type { Timestamp } from '../event/event.ts'
import { type Cursor, formatCursor } from '../event/position.ts'
import { noFailures, type Verdict } from './failures.ts'
import type { Attempt, EndpointState, Gap, Progress } from './webhook.ts'
import { keptAttempts } from './webhooks.ts'

/** What others are to hear of an endpoint, as an event of the log. */
export type News =
  /** `way`: the part of the way to being disabled, 0.5 or 0.9. */
  | { readonly kind: 'FAILING'; readonly way: number; readonly detail: string | null }
  | { readonly kind: 'DISABLED'; readonly reason: string; readonly detail: string | null }
  /** `from`: the state it was in. */
  | { readonly kind: 'ENABLED'; readonly from: EndpointState['kind'] }
  | { readonly kind: 'GAP'; readonly gap: Gap }

/** What is to be written, and told before it is written. */
export type Saving = {
  readonly progress: Progress
  readonly attempts: readonly Attempt[]
  readonly news: readonly News[]
}

export type Tally = {
  readonly progress: () => Progress
  /** An attempt at `count` events ended, and this follows from it. */
  attempted(attempt: TalliedAttempt, verdict: Verdict): void
  gap(gap: Gap): void
  /** Everything new up to `cursor`; null where nothing is. */
  take(cursor: Cursor): Saving | null
}

export type TalliedAttempt = {
  readonly at: Timestamp
  readonly webhookId: string
  readonly events: readonly Cursor[]
  readonly attempted: Attempted
}

/** Of each endpoint, the newest. */
export const keptGaps = 20

/** @param start as it was read from the store */
export function createTally(start: Progress): Tally {
  let progress = start
  let attempts: Attempt[] = []
  let news: News[] = []
  let isChanged = false

  const change = (changed: Partial<Progress>) => {
    progress = { ...progress, ...changed }
    isChanged = true
  }

  return {
    progress: () => progress,
    attempted({ at, webhookId, events, attempted }, { failures, next, warning }) {
      const { outcome, status, detail, latencyMs } = attempted
      const count = events.length
      const isGivenUp = next.kind === 'GIVE_UP' || (next.kind === 'ON' && outcome.kind !== 'DELIVERED')
      const state: EndpointState =
        next.kind === 'DISABLE' ? { kind: 'DISABLED', reason: next.reason, at } : progress.state
      change({
        state,
        failures,
        retryAt: next.kind === 'AGAIN' ? new Date(Date.parse(at) + next.afterMs).toISOString() : null,
        delivered: progress.delivered + (outcome.kind === 'DELIVERED' ? count : 0),
        givenUp: progress.givenUp + (isGivenUp ? count : 0),
      })
      attempts.push({
        at,
        webhookId,
        events: events.map(formatCursor),
        outcome: isGivenUp ? 'GIVEN_UP' : outcome.kind,
        status,
        detail,
        latencyMs,
      })
      if (attempts.length > 2 * keptAttempts) attempts = attempts.slice(-keptAttempts)
      if (warning !== null) news.push({ kind: 'FAILING', way: warning, detail })
      if (next.kind === 'DISABLE') news.push({ kind: 'DISABLED', reason: next.reason, detail })
    },
    gap(gap) {
      change({ gaps: [...progress.gaps, gap].slice(-keptGaps) })
      news.push({ kind: 'GAP', gap })
    },
    take(cursor) {
      if (!isChanged && cursor === progress.cursor) return null
      progress = { ...progress, cursor, version: progress.version + 1 }
      const saving = { progress, attempts: attempts.slice(-keptAttempts), news }
      attempts = []
      news = []
      isChanged = false
      return saving
    },
  }
}

/** Progress of an endpoint that begins at a cursor. */
export function beginProgress(cursor: Cursor, state: EndpointState): Progress {
  return {
    version: 1,
    state,
    cursor,
    failures: noFailures,
    retryAt: null,
    delivered: 0,
    givenUp: 0,
    gaps: [],
  }
}
