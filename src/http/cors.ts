// Pages of other sites that the operator has listed: what a browser must hear to let them ask, and read the
// answers. They show a token as everybody does; cookies play no part.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { commonHeaders } from './json-reply.ts'

const preflightSeconds = 600

/** Lets the page read the answer, whatever it will be. */
export function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', 'retry-after, www-authenticate')
  response.setHeader('vary', 'origin')
}

/** Whether a browser asks beforehand, without the token, what the page may send. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

/** Answers a preflight of an allowed origin. */
export function replyPreflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      ...commonHeaders,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-max-age': String(preflightSeconds),
    })
    .end()
}
