// The door of WebSockets: who may come in.

import type { IncomingMessage } from 'node:http'
import type { Credential } from '../auth/credential.ts'
import type { Gate, Visitor } from '../auth/gate.ts'
import { HeliographError } from '../errors.ts'
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
