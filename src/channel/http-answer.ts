// What an HTTP answer means for an endpoint, by Standard Webhooks.

import type { Outcome } from './channel.ts'

const longestRetryAfterMs = 3_600_000

/** @param retryAfter the header's value; @param nowMs what its date counts from */
export function outcomeOf(status: number, retryAfter: string | null, nowMs: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'DELIVERED' }
  if (status === 410) return { kind: 'GONE' }
  if (status >= 500 || status === 408 || status === 429) {
    return { kind: 'FAILED', retryAfterMs: parseRetryAfter(retryAfter, nowMs) }
  }
  return { kind: 'REFUSED' }
}

/** Seconds or an HTTP date as milliseconds from now, an hour at most; null for what is neither. */
export function parseRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null
  // Other texts are dates for Date.parse that are none for HTTP.
  const isDate = /^[A-Z][a-z]{2,8}, ?\d/.test(text)
  const ms = /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : isDate ? Date.parse(text) - nowMs : Number.NaN
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), longestRetryAfterMs)
}

/** Errors of connections, by their code. Messages of Node hold addresses that a tenant need not know. */
const reasons = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EPIPE', 'connection reset'],
  ['UND_ERR_SOCKET', 'connection closed before the answer was complete'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['ETIMEDOUT', 'no connection in time'],
  ['ENOTFOUND', 'the name is not found'],
  ['EAI_AGAIN', 'the name could not be looked up'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate is signed by no known authority'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificate is signed by no known authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate is signed by no known authority'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another name'],
])

/** Why a connection failed, in words that may be shown to whoever made the endpoint. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ADDRESS_REFUSED') return error.message
  // Every address of a name was tried.
  if (error instanceof AggregateError && code !== 'ECONNREFUSED') return reasonOf(error.errors[0])
  return reasons.get(code) ?? (/^[A-Z0-9_]{3,60}$/.test(code) ? `no answer (${code})` : 'no answer')
}

/** Whether `WebHook-Allowed-Origin` allows a sender: by its name in any case, or as `*`. */
export function isGranted(allowed: string | null, sender: string): boolean {
  const name = allowed?.trim().toLowerCase()
  return name === '*' || name === sender.toLowerCase()
}
