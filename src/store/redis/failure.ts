// What a failure of Redis means to the caller. Errors of the client carry the command and its arguments,
// passwords included: only their message goes on.

import { asHeliographError, HeliographError } from '../../errors.ts'

// Replies that say "not now": a replica, still loading, out of memory, no disk, a script that runs too long.
const passing =
  /^(READONLY|LOADING|MASTERDOWN|OOM|MISCONF|BUSY|NOREPLICAS|CLUSTERDOWN|TRYAGAIN)\b|max number of clients/

/** The error of a store that cannot be reached or cannot serve just now. */
export function unavailable(host: string, reason: string): HeliographError {
  return new HeliographError('STORE_UNAVAILABLE', `Redis at ${host} cannot serve just now: ${reason}`, {
    retryAfterSeconds: 1,
  })
}

/** The error a caller gets for what the client threw. */
export function toHeliographError(error: unknown, host: string): HeliographError {
  const known = asHeliographError(error)
  if (known) return known
  const message = messageOf(error)
  if (isReply(error) && !passing.test(message))
    return new HeliographError('INTERNAL', `Redis refused: ${message}`)
  return unavailable(host, message)
}

/** Whether the connection did not answer in time: it may be dead without knowing. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out'
}

/** Whether the other side has become a replica: Sentinel knows the primary. */
export function isDemoted(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('READONLY')
}

/** The message; of a transaction that was refused, why its first command was. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const causes: unknown = 'previousErrors' in error ? error.previousErrors : null
  return Array.isArray(causes) && causes[0] instanceof Error ? causes[0].message : error.message
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
}
