// Knows what each HTTP connection of a server is at. So a stop can end it at the right time: at once where
// nothing was asked yet, after the answer where one is under way; a connection over the limit is told so;
// and one whose client stopped asking, sending or reading ends. WebSockets are not among them.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HeliographError } from '../errors.ts'
import { countOf, each, type Few, withOne, withoutOne } from '../event/few.ts'
import type { Metrics } from '../observe/metrics.ts'
import { discardRest } from './rest-of-body.ts'

export type Connections = {
  /** Why a request is not served, whatever it asks: its connection is one too many, or asks too much at once. */
  refusal(request: IncomingMessage): HeliographError | null
  /** Whether the beginning of an answer is on a connection. */
  hasAnswer(socket: unknown): boolean
  /** Ends every connection once it has nothing under way. */
  end(): void
}

/** Connections over the limit that are still told of it; what comes beyond is dropped unheard. */
const toldOverLimit = 100
/** Requests that a client may send on one connection before it has the answers. */
const mostAhead = 100

/**
 * Follows the connections of a server from now on.
 * @param limit connections of any kind, WebSockets among them
 */
export function followConnections(
  server: Server,
  limit: number,
  metrics: Pick<Metrics, 'refused'>,
): Connections {
  /** The answers under way on each; none before anything was asked. */
  const answers = new Map<Socket, Few<ServerResponse>>()
  const underWay = (socket: Socket): Few<ServerResponse> => answers.get(socket) ?? null
  const fresh = new Set<Socket>()
  const tooMany = new WeakSet<Socket>()
  let open = 0

  // Shared by all: functions of their own would take 700 bytes of an idle connection.
  function gone(this: Socket): void {
    open -= 1
    fresh.delete(this)
    answers.delete(this)
  }
  function answered(this: ServerResponse): void {
    const { socket } = this.req
    if (answers.has(socket)) answers.set(socket, withoutOne(underWay(socket), this))
  }
  function discard(this: ServerResponse): void {
    discardRest(this.req)
  }

  server.maxConnections = limit + toldOverLimit
  server.on('drop', () => metrics.refused('gateway_connections'))
  server.on('connection', (socket: Socket) => {
    open += 1
    if (open > limit) tooMany.add(socket)
    fresh.add(socket)
    answers.set(socket, null)
    socket.on('close', gone)
  })
  server.on('upgrade', (_request, socket: Socket) => fresh.delete(socket))
  server.on('request', (request, response) => {
    const { socket } = request
    fresh.delete(socket)
    if (answers.has(socket)) answers.set(socket, withOne(underWay(socket), response))
    if (tooMany.has(socket)) response.shouldKeepAlive = false
    response.on('close', answered).on('finish', discard)
  })
  server.on('timeout', (socket) => endIfIdle(socket, countOf(underWay(socket))))
  return {
    refusal({ socket }) {
      if (tooMany.has(socket)) {
        metrics.refused('gateway_connections')
        return overloaded(`the gateway has ${limit} connections, which is the most: come back later`)
      }
      if (countOf(underWay(socket)) <= mostAhead) return null
      return overloaded(`${mostAhead} requests on this connection are not answered yet: wait for the answers`)
    },
    hasAnswer: (socket) => [...each(underWay(socket as Socket))].some(({ headersSent }) => headersSent),
    end() {
      // A browser opens connections ahead of any request.
      for (const socket of fresh) socket.destroy()
      for (const few of answers.values()) for (const response of each(few)) endAfter(response)
    },
  }
}

/** For a while nothing came and nothing left: fine where something is still being worked on. */
function endIfIdle(socket: Socket, underWay: number): void {
  const isUnread = socket.writableLength > 0
  if (underWay === 0 || isUnread) socket.destroy()
}

function endAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false
  response.once('close', () => response.req.socket.destroySoon())
}

function overloaded(message: string): HeliographError {
  return new HeliographError('OVERLOADED', message)
}
