// Answers in JSON, and the one form of errors: { "error": { "code", "message", "field"? } }. On the GraphQL
// path an error stands there a second time in GraphQL's own form, for clients that know only that.

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { asHeliographError, HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import { endAfterBody } from './rest-of-body.ts'

/** Seconds after which to come back, where nobody knows better. */
const defaultRetrySeconds = 5

/** Headers that stand on every answer. */
export const commonHeaders: OutgoingHttpHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** Ends the response with `body` as JSON; does nothing where an answer has begun or the caller is gone. */
export function replyJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    ...commonHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  endAfterBody(response, text)
}

/** An error as any door writes it. */
export function formatError(error: HeliographError): { code: string; message: string; field?: string } {
  const { code, message, field } = error
  return field === null ? { code, message } : { code, message, field }
}

/** An error as GraphQL writes it. */
export function formatGraphqlError(error: HeliographError) {
  const { code, message, field } = error
  return { message, extensions: field === null ? { code } : { code, field } }
}

/** The error if it may be shown; any other is logged and masked. */
export function showableError(error: unknown, logger: Logger): HeliographError {
  const known = asHeliographError(error)
  if (known) return known
  logger.error({ err: error }, 'a request failed')
  return new HeliographError('INTERNAL', 'a fault of the gateway; its log has the details', { cause: error })
}

/** Headers that an error of this kind carries. */
export function errorHeaders(error: HeliographError): OutgoingHttpHeaders {
  if (error.code === 'UNAUTHENTICATED') return { 'www-authenticate': 'Bearer realm="heliograph"' }
  if (error.status !== 503 && error.retryAfterSeconds === null) return {}
  return { 'retry-after': String(error.retryAfterSeconds ?? defaultRetrySeconds) }
}

/** Answers with an error. `form` GRAPHQL adds GraphQL's own form beside the common one. */
export function replyError(
  response: ServerResponse,
  error: HeliographError,
  form: 'PLAIN' | 'GRAPHQL' = 'PLAIN',
  headers: OutgoingHttpHeaders = {},
): void {
  const plain = { error: formatError(error) }
  const body = form === 'PLAIN' ? plain : { ...plain, errors: [formatGraphqlError(error)] }
  replyJson(response, error.status, body, { ...errorHeaders(error), ...headers })
}
