// Knows what each HTTP connection of a server is at. So a stop can end it at the right time: at once where
// nothing was asked yet, after the answer where one is under way; a connection over the limit is told so;
// and one whose client stopped asking, sending or reading ends. WebSockets are not among them.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HeliographError } from '../errors.ts'
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
  const answers = new Map<Socket, Set<ServerResponse>>()
  const fresh = new Set<Socket>()
  const tooMany = new WeakSet<Socket>()
  let open = 0
  server.maxConnections = limit + toldOverLimit
  server.on('drop', () => metrics.refused('gateway_connections'))
  server.on('connection', (socket: Socket) => {
    open += 1
    if (open > limit) tooMany.add(socket)
    fresh.add(socket)
    answers.set(socket, new Set())
    socket.once('close', () => {
      open -= 1
      fresh.delete(socket)
      answers.delete(socket)
    })
  })
  server.on('upgrade', (_request, socket: Socket) => fresh.delete(socket))
  server.on('request', (request, response) => {
    const { socket } = request
    fresh.delete(socket)
    answers.get(socket)?.add(response)
    if (tooMany.has(socket)) response.shouldKeepAlive = false
    response.once('close', () => answers.get(socket)?.delete(response))
    response.once('finish', () => discardRest(request))
  })
  server.on('timeout', (socket) => endIfIdle(socket, answers.get(socket)?.size ?? 0))
  return {
    refusal({ socket }) {
      if (tooMany.has(socket)) {
        metrics.refused('gateway_connections')
        return overloaded(`the gateway has ${limit} connections, which is the most: come back later`)
      }
      if ((answers.get(socket)?.size ?? 0) <= mostAhead) return null
      return overloaded(`${mostAhead} requests on this connection are not answered yet: wait for the answers`)
    },
    hasAnswer: (socket) => [...(answers.get(socket as Socket) ?? [])].some(({ headersSent }) => headersSent),
    end() {
      // A browser opens connections ahead of any request.
      for (const socket of fresh) socket.destroy()
      for (const underWay of answers.values()) for (const response of underWay) endAfter(response)
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
