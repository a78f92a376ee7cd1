// The two windows of a store, as arithmetic: how long an event counts as known, and what may go. The
// same on every engine.

import type { Retention } from './store.ts'

/** Where an event was logged before, and when. */
export type Logged = { readonly offset: number; readonly mark: number; readonly receivedAtMs: number }

/**
 * DUPLICATE: the same event, not logged again. REPEAT: the same words, but so much later that it is
 * another event (`dedupeForMs` has passed). NEW: never logged, or so long ago that it counts as that.
 */
export type Verdict = 'NEW' | 'DUPLICATE' | 'REPEAT'

/** Judges a draft by the newest entry with its source and eventId; `head` is the offset of the last entry. */
export function judge(
  earlier: Logged | null,
  draft: { readonly dedupeForMs: number | null },
  now: { readonly head: number; readonly nowMs: number },
  retention: Retention,
): Verdict {
  if (earlier === null) return 'NEW'
  const agoMs = now.nowMs - earlier.receivedAtMs
  if (earlier.offset <= now.head - retention.dedupeEntries || agoMs > retention.dedupeMs) return 'NEW'
  return draft.dedupeForMs !== null && agoMs > draft.dedupeForMs ? 'REPEAT' : 'DUPLICATE'
}

/**
 * Since when (ms) everything received is still known as a duplicate.
 * @param oldest the oldest entry with a record that counts by its offset; null where there is none
 */
export function knownSinceMs(
  oldest: { readonly offset: number; readonly receivedAtMs: number } | null,
  nowMs: number,
  { dedupeMs }: Retention,
): number {
  const byAge = nowMs - dedupeMs
  if (oldest === null || oldest.offset === 1) return byAge
  // The entry before it, which is forgotten, may be of the same millisecond.
  return Math.max(byAge, oldest.receivedAtMs + 1)
}

/** Whether an entry may be trimmed; the newest never is. */
export function isOutdated(
  entry: { readonly offset: number; readonly receivedAtMs: number },
  now: { readonly head: number; readonly nowMs: number },
  retention: Retention,
): boolean {
  if (entry.offset >= now.head) return false
  return (
    entry.offset <= now.head - retention.maxEntries || entry.receivedAtMs < now.nowMs - retention.maxAgeMs
  )
}

/** Whether a dedupe record can no longer make anything a duplicate. */
export function isForgotten(
  record: { readonly offset: number; readonly receivedAtMs: number },
  now: { readonly head: number; readonly nowMs: number },
  retention: Retention,
): boolean {
  return (
    record.offset <= now.head - retention.dedupeEntries ||
    record.receivedAtMs < now.nowMs - retention.dedupeMs
  )
}
