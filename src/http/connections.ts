// Knows what each HTTP connection of a server is at, so that a stop can end it at the right time: at once
// where nothing was asked yet, after the answer where one is under way. WebSockets are not among them.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Connections = {
  /** Ends every connection once it has nothing under way. */
  end(): void
}

/** How long a caller may go on sending a body that was answered already: it reads the answer then. */
const lingerMs = 2_000

/** Follows the connections of a server from now on. */
export function followConnections(server: Server): Connections {
  const fresh = new Set<Socket>()
  const underWay = new Set<ServerResponse>()
  server.on('connection', (socket: Socket) => {
    fresh.add(socket)
    socket.once('close', () => fresh.delete(socket))
  })
  server.on('upgrade', (_request, socket: Socket) => fresh.delete(socket))
  server.on('request', (request, response) => {
    fresh.delete(request.socket)
    underWay.add(response)
    response.once('close', () => underWay.delete(response))
    response.once('finish', () => boundRest(request))
  })
  return {
    end() {
      // A browser opens connections ahead of any request.
      for (const socket of fresh) socket.destroy()
      for (const response of underWay) endAfter(response)
    },
  }
}

/** Takes what is still sent of a body that was answered already, for a while. */
function boundRest(request: IncomingMessage): void {
  if (request.complete) return
  const linger = setTimeout(() => request.socket.destroy(), lingerMs)
  request.once('close', () => clearTimeout(linger))
  request.unpipe()
  request.resume()
}

function endAfter(response: ServerResponse): void {
  response.shouldKeepAlive = false
  response.once('close', () => response.req.socket.destroySoon())
}
