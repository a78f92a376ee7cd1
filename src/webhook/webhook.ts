// A webhook as it is kept: what its owner set (Webhook, its endpoints) and, apart from it, how far each
// endpoint has come (Progress), which the dispatcher moves.

import type { Timestamp } from '../event/event.ts'
import type { EventFilter } from '../event/filter.ts'
import type { Cursor } from '../event/position.ts'

/** `wh_` and 128 random bits. */
export type WebhookId = string & { readonly brand: 'WebhookId' }
/** `ep_` and 128 random bits. */
export type EndpointId = string & { readonly brand: 'EndpointId' }

/** Text that only a holder of the key with this id can read (AES-256-GCM). */
export type Sealed = { readonly keyId: string; readonly box: string }

export type Webhook = {
  readonly id: WebhookId
  readonly name: string | null
  readonly owner: Owner
  readonly filter: EventFilter
  /** 1 to 20. */
  readonly endpoints: readonly Endpoint[]
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
  /** 1 at creation, one more with each change. */
  readonly version: number
}

/** Whoever made it: by a lasting name, for as long as that name may come in. */
export type Owner = {
  readonly name: string
  /** The accounts it saw at creation; null for all. What it may see now bounds it further. */
  readonly accounts: readonly string[] | null
}

export type Delivery = 'RETRY' | 'FORGET'

export type Endpoint = {
  readonly id: EndpointId
  readonly uri: string
  readonly delivery: Delivery
  /** Attempts under way at once; above 1 the order holds per resource only. */
  readonly concurrency: number
  readonly timeoutSeconds: number
  /** How long a channel with digests gathers events. */
  readonly digestSeconds: number
  /** Asks for permission by the handshake of CloudEvents before the first notification. */
  readonly handshake: boolean
  /** The newest first; one that was rotated out signs until its time. */
  readonly secrets: readonly { readonly sealed: Sealed; readonly until: Timestamp | null }[]
  /** A JSON object of custom headers; null for none. */
  readonly headers: Sealed | null
  readonly createdAt: Timestamp
}

export type Progress = {
  /** One more with each write; who writes names the version it read. */
  readonly version: number
  readonly state: EndpointState
  /** Everything up to here is done with. */
  readonly cursor: Cursor
  readonly failures: Failures
  /** When the endpoint may be tried next after a failure; null: at once. */
  readonly retryAt: Timestamp | null
  readonly delivered: number
  readonly givenUp: number
  /** Oldest first; the last 20. */
  readonly gaps: readonly Gap[]
}

export type EndpointState =
  | { readonly kind: 'ENABLED' }
  | { readonly kind: 'UNCONFIRMED'; readonly proof: Proof | null }
  | { readonly kind: 'DISABLED'; readonly reason: DisabledReason; readonly at: Timestamp }
  | { readonly kind: 'PAUSED'; readonly reason: PausedReason; readonly at: Timestamp }

export type DisabledReason = 'BY_OWNER' | 'UNSUBSCRIBED' | 'FAILED_TOO_OFTEN' | 'GONE'
export type PausedReason = 'OWNER_GONE' | 'OWNER_NOT_SEEN' | 'SECRET_UNREADABLE' | 'CHANNEL_NOT_CONFIGURED'

/** What a challenge waits for: the hash of a code or of a link's token. */
export type Proof = {
  readonly sha256: string
  readonly expiresAt: Timestamp
  readonly triesLeft: number
}

/** Failures in a row. */
export type Failures = {
  readonly count: number
  /** Of the first in the row; null where there are none. */
  readonly since: Timestamp | null
  /** The part of the way to being disabled that was warned of: 0, 0.5 or 0.9. */
  readonly warned: number
}

/** Events that were not attempted, and why. */
export type Gap = {
  readonly reason: 'RETENTION' | 'SKIPPED' | 'RATE_LIMIT'
  readonly from: Cursor
  readonly to: Cursor
  /** How many entries of the log that is; not all of them would have matched. */
  readonly entries: number
  readonly at: Timestamp
}

/** One try, as it is kept for people to see. */
export type Attempt = {
  readonly at: Timestamp
  readonly webhookId: string
  /** Cursors of the events it was about. */
  readonly events: readonly string[]
  readonly outcome: 'DELIVERED' | 'FAILED' | 'REFUSED' | 'GIVEN_UP' | 'GONE'
  readonly status: number | null
  readonly detail: string | null
  readonly latencyMs: number
}
