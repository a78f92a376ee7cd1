// An error written onto a bare socket, where there is no response object: an upgrade that is refused, bytes
// that are no request.

import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HeliographError } from '../errors.ts'
import { commonHeaders, errorHeaders, formatError } from './json-reply.ts'

/** How long the caller may take to read it and to hang up. */
const lingerMs = 2_000

/**
 * Answers with the error, and ends the connection.
 * @param status in place of the error's own
 */
export function answerRaw(socket: Duplex, error: HeliographError, status: number = error.status): void {
  const body = `${JSON.stringify({ error: formatError(error) })}\n`
  const headers = {
    ...commonHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...errorHeaders(error),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  // What is still sent is read and thrown away: closing on it would take the answer back.
  socket.resume()
  const linger = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(linger))
}
