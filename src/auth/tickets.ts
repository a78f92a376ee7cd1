// Stream tickets: what a browser's EventSource shows, which can send no header and repeats its address for
// ever. A ticket is made for a credential; its first use must come soon and binds it to one operation, and
// from then on it lets in whoever repeats that operation, until the credential ends. What is kept of it is
// its hash, so that the store betrays none.
//
// One holder has a bounded number of them: of unused ones no more are made; of used ones those that were
// used longest ago give way.

import { createHash, randomBytes } from 'node:crypto'
import { HeliographError } from '../errors.ts'
import { type Credential, type Credentials, holderOf, type Reference } from './credential.ts'

/** A ticket as the store keeps it before its first use. */
export type NewTicket = {
  /** SHA-256 of the ticket, hexadecimal. */
  readonly hash: string
  readonly holder: string
  /** Finds the credential again; JSON text. */
  readonly reference: string
  /** When the first use must have come, in milliseconds since 1970. */
  readonly firstUseUntilMs: number
  /** When the credential ends by itself; null for never. */
  readonly endsAtMs: number | null
}

export type TicketUse = {
  readonly hash: string
  /** Tells the operation from any other. */
  readonly operation: string
}

/** What a use comes to; UNKNOWN is also what was never used in time, has ended, or gave way. */
export type Binding =
  | { readonly kind: 'BOUND'; readonly reference: string }
  | { readonly kind: 'UNKNOWN' }
  | { readonly kind: 'OTHER_OPERATION' }

/** What the store is told of the moment, and holds to. */
export type TicketLimits = {
  readonly nowMs: number
  /** The most tickets of one holder: those not used yet for `put`, those in use for `bind`. */
  readonly most: number
}

/** Where tickets are kept, for all gateways of one log. Each call is one step, of which no other sees half. */
export type TicketStore = {
  /** Keeps a new ticket; false where its holder has as many unused ones as it may. */
  put(ticket: NewTicket, limits: TicketLimits): Promise<boolean>
  /**
   * The first use binds the ticket to its operation, later ones must be the same. It then lasts for
   * `idleMs` after each use, but not beyond its credential.
   */
  bind(use: TicketUse, limits: TicketLimits & { readonly idleMs: number }): Promise<Binding>
}

/** A ticket as its holder gets it, this once. */
export type StreamTicket = {
  readonly ticket: string
  /** When its first use must have come, in milliseconds since 1970. */
  readonly expiresAtMs: number
}

export type Tickets = {
  /** @throws HeliographError TOO_MANY_TICKETS */
  create(credential: Credential): Promise<StreamTicket>
  /**
   * The credential the ticket was made for; watching it keeps the ticket in use.
   * @param operation all that was sent of it, as text
   * @throws HeliographError UNAUTHENTICATED for a ticket that does not count, FORBIDDEN for another operation
   */
  check(ticket: string, operation: string): Promise<Credential>
}

const firstUseMs = 60_000
const mostUnused = 1_000
const mostUsed = 10_000
const idleMs = 30 * 86_400_000
const renewEveryMs = 86_400_000
const form = /^st_[\w-]{43}$/

/** @param recall finds credentials again by their references */
export function createTickets(store: TicketStore, recall: Credentials['recall']): Tickets {
  const bind = (use: TicketUse) => store.bind(use, { nowMs: Date.now(), most: mostUsed, idleMs })

  /** A stream may stay open for longer than an unused ticket is kept. */
  const renewing = (credential: Credential, use: TicketUse): Credential => ({
    ...credential,
    watch(ended) {
      const stopWatching = credential.watch(ended)
      // What fails now is tried again; what has given way is not brought back.
      const timer = setInterval(() => bind(use).catch(() => {}), renewEveryMs)
      timer.unref()
      return () => {
        clearInterval(timer)
        stopWatching()
      }
    },
  })

  return {
    async create({ reference, expiresAtMs: endsAtMs }) {
      const nowMs = Date.now()
      const ticket = `st_${randomBytes(32).toString('base64url')}`
      const expiresAtMs = Math.min(nowMs + firstUseMs, endsAtMs ?? Number.POSITIVE_INFINITY)
      const kept = await store.put(
        {
          hash: sha256(ticket),
          holder: holderOf(reference),
          reference: JSON.stringify(reference),
          firstUseUntilMs: expiresAtMs,
          endsAtMs,
        },
        { nowMs, most: mostUnused },
      )
      if (!kept) throw tooMany()
      return { ticket, expiresAtMs }
    },
    async check(ticket, operation) {
      if (!form.test(ticket)) throw unknown()
      const use = { hash: sha256(ticket), operation: sha256(operation) }
      const binding = await bind(use)
      if (binding.kind === 'UNKNOWN') throw unknown()
      if (binding.kind === 'OTHER_OPERATION') throw otherOperation()
      return renewing(await recall(JSON.parse(binding.reference) as Reference), use)
    },
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function unknown(): HeliographError {
  return new HeliographError(
    'UNAUTHENTICATED',
    `the ticket is not known here, or no longer: make one with createStreamTicket and use it within ${firstUseMs / 1_000} seconds`,
    { field: 'ticket' },
  )
}

function otherOperation(): HeliographError {
  return new HeliographError(
    'FORBIDDEN',
    'the ticket is bound to the query, operationName and variables of its first use: make another for another operation',
    { field: 'ticket' },
  )
}

function tooMany(): HeliographError {
  return new HeliographError(
    'TOO_MANY_TICKETS',
    `${mostUnused} tickets wait for their first use, which is the most: make one only when it is used at once`,
    { retryAfterSeconds: firstUseMs / 1_000 },
  )
}
