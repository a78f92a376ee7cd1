// What a caller still sends of a body that was answered already: it is read and thrown away, for closing on
// it would take the answer back before it is read.

import type { IncomingMessage, ServerResponse } from 'node:http'

/** How long a caller may go on sending: it reads the answer then. */
const lingerMs = 2_000

/**
 * Ends an answer, but its connection only once the body came to its end or took too long. A text leaves in
 * one write with its headers; bytes would be a second piece.
 */
export function endAfterBody(response: ServerResponse, body: string | Buffer): void {
  const { req: request } = response
  if (request.complete) {
    response.end(body)
    return
  }
  // Whoever asked for `Connection: close` is hung up on as soon as the response ends.
  response.write(body)
  request.once('close', () => response.end())
  discardRest(request)
}

/** Takes the rest of a body for a while; then the connection is cut. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return
  const linger = setTimeout(() => request.socket.destroy(), lingerMs)
  request.once('close', () => clearTimeout(linger))
  request.unpipe()
  request.resume()
}
