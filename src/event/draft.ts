// A message after decoding and before the log: the event as far as the message tells it, and what it
// reports of its resource. The fold turns the report into a change; the report itself is never stored.

import type { Event, Json, Timestamp } from './event.ts'

export type Draft = {
  /** `owner` is stamped at append; `related`, `zone` and `transition` are completed there. */
  event: Omit<Event, 'owner' | 'receivedAt'>
  report: Report | null
  /** How long an equal `source` + `eventId` counts as the same event; null: the log's whole window. */
  dedupeForMs: number | null
}

export type Report = {
  /** The source's own time of what it reports; null where it gave none, and then arrival order decides. */
  at: Timestamp | null
  /** The main state, as reported: a transition where `from` is known, else an observation. */
  state: { from: string | null; to: string } | null
  name: string | null
  /**
   * Fields of the resource, unfiltered. CATALOGUE: only the catalogue's own fields of the kind may be
   * kept (results of jobs hold secrets); ALL: everything but what looks like a secret.
   */
  attributes: { [name: string]: Json }
  attributesKept: 'CATALOGUE' | 'ALL'
  /** What the message's account says about the owner of the resource. */
  account: AccountClaim | null
}

/**
 * OWNER: the sender names the owner. PRESUMED: good until somebody names the owner (whoever created
 * it). ACTOR: who acted, which says nothing of the owner.
 */
export type AccountClaim = { account: string; as: 'OWNER' | 'PRESUMED' | 'ACTOR' }

/** What decoding one message gives. IGNORED messages are counted, not logged. */
export type Decoded =
  | { kind: 'DRAFT'; draft: Draft }
  | { kind: 'IGNORED'; reason: 'BEFORE_TRANSITION' | 'TEST' }
