// The door of WebSockets: who may come in, and the answer by hand for who may not, as an upgrade has no
// response object.

import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Credential } from '../auth/credential.ts'
import type { Gate, Visitor } from '../auth/gate.ts'
import { HeliographError } from '../errors.ts'
import { commonHeaders, errorHeaders, formatError } from './json-reply.ts'
import { splitTarget } from './route.ts'
import { misplacedTicket, readTicket } from './ticket.ts'

/** Who opens a WebSocket. */
export type Arrival = {
  readonly visitor: Visitor
  /** Null: the token is still to come, with `connection_init`. */
  readonly credential: Credential | null
}

/**
 * @throws HeliographError FORBIDDEN for a stranger or a token without the right, UNAUTHENTICATED for a wrong
 * token or a stream ticket, NOT_FOUND where no WebSocket is
 */
export async function admitUpgrade(
  request: IncomingMessage,
  socketPath: string,
  gate: Gate,
): Promise<Arrival> {
  const visitor = gate.check(request)
  const { path, query } = splitTarget(request.url ?? '/')
  if (path !== socketPath) {
    throw new HeliographError('NOT_FOUND', `no WebSocket is at ${path}: connect to ${socketPath}`)
  }
  if (readTicket(query) !== null) throw misplacedTicket()
  return { visitor, credential: visitor.isIntroduced ? await visitor.admit('READ') : null }
}

/** Answers with the error, and ends the connection. */
export function refuseUpgrade(socket: Socket, error: HeliographError): void {
  const body = `${JSON.stringify({ error: formatError(error) })}\n`
  const headers = {
    ...commonHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...errorHeaders(error),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroySoon(),
  )
}
