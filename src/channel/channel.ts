// The seam to a channel: it carries notifications to the endpoints of its URI schemes.
//
// An attempt is one try and says what came of it; it never throws and ends within its destination's time.
// Order, repeats, counting and giving up are the dispatcher's; a channel remembers nothing of an endpoint
// between attempts but its connections. Addresses that must not be called are refused at `check` and again
// at every attempt. Secrets, custom headers and what an endpoint answers stay out of logs and errors.

import type { Event } from '../event/event.ts'

/** One event on its way to one endpoint. */
export type Notification = {
  /** `msg_…`, the same for every attempt, on every gateway and in replays: what receivers dedupe by. */
  readonly id: string
  readonly event: Event
  /** The cursor of the event as text. */
  readonly cursor: string
}

/** Where a channel takes notifications. Everything secret in it is in the clear. */
export type Destination = {
  readonly endpointId: string
  /** As `check` gave it back. */
  readonly uri: string
  /** Keys to sign with, the newest first; several while a rotation overlaps. */
  readonly secrets: readonly Uint8Array[]
  /** Custom headers, by lower-case name; for channels that have headers. */
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Where one POST ends it for the receiver (RFC 8058); null where the gateway has no public address. */
  readonly unsubscribeUrl: string | null
  /** Its last attempt failed: it may not take the room of those that work. */
  readonly isSuspect: boolean
}

/** What came of an attempt. */
export type Outcome =
  | { readonly kind: 'DELIVERED' }
  /** These notifications are not taken; others may be. */
  | { readonly kind: 'REFUSED' }
  /** The endpoint cannot take anything now; `retryAfterMs` where it said for how long. */
  | { readonly kind: 'FAILED'; readonly retryAfterMs: number | null }
  /** The endpoint says that it is gone for good. */
  | { readonly kind: 'GONE' }

export type Attempted = {
  readonly outcome: Outcome
  /** The status in the channel's own terms (HTTP 503, SMTP 451, SMPP 88); null where none came. */
  readonly status: number | null
  /** Why it failed, or the beginning of the answer; at most 500 characters. */
  readonly detail: string | null
  readonly latencyMs: number
}

/** What proves that an address belongs to whoever subscribes it. */
export type Challenge =
  | { readonly kind: 'CODE'; readonly code: string }
  | { readonly kind: 'LINK'; readonly url: string }

export type Channel = {
  /** For people, metrics and `Endpoint.channel`: `http`, `email`, `sms`, `amqp`. */
  readonly name: string
  /** The URI schemes it serves, with the colon. */
  readonly schemes: readonly string[]
  /** The most notifications in one attempt: 1, or more where one message can tell of several. */
  readonly most: number
  /** Whether an event waits for others to go with it, as long as its endpoint's `digestSeconds` say. */
  readonly gathers: boolean
  /** How many of them it tells in full; the rest are counted ("and 37 more"), which is a recorded gap. */
  readonly listed: number
  /** Attempts that one address may get in a window; null: as many as come. What waits is told at once, later. */
  readonly rate: { readonly attempts: number; readonly windowMs: number } | null
  /** Whether an endpoint must be confirmed before its first notification, and how; null: need not. */
  readonly confirmedBy: Challenge['kind'] | null
  /**
   * A URI that may become an endpoint, in its one spelling.
   * @throws HeliographError BAD_INPUT naming `field`, with what would be right
   */
  check(uri: string, field: string): Promise<string>
  /** Whether somebody of this role (`ADMIN`, `TENANT`) may use a URI that `check` gave back; left out: anybody may. */
  readonly mayUse?: (uri: string, role: string) => boolean
  /** One try to deliver them all; `signal` gives it up. */
  attempt(
    destination: Destination,
    notifications: readonly Notification[],
    signal: AbortSignal,
  ): Promise<Attempted>
  /** Sends a challenge; only called where `confirmedBy` is not null. */
  challenge(destination: Destination, challenge: Challenge, signal: AbortSignal): Promise<Attempted>
  /** Lets go of connections; attempts under way have ended before. */
  close(): Promise<void>
}
