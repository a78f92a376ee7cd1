// The open sockets of this gateway.

import type { HeliographError } from '../errors.ts'
import type { Connection, Encoding } from './feed.ts'
import { type HubSocket, Socket, type SocketParts } from './socket.ts'

export type Sockets = {
  open(connection: Connection, encoding: Encoding): HubSocket
  /** Ends every subscriber of every socket with this error; the sockets stay. */
  endAll(error: HeliographError): void
  counts(): { subscribers: number; sockets: number }
  close(): void
}

export function createSockets(parts: Omit<SocketParts, 'closed'>): Sockets {
  const sockets = new Set<Socket>()
  const socketParts: SocketParts = { ...parts, closed: (socket) => sockets.delete(socket) }

  return {
    open(connection, encoding) {
      const socket = new Socket(connection, encoding, socketParts)
      sockets.add(socket)
      return socket
    },
    endAll(error) {
      for (const socket of sockets) socket.endAll(error)
    },
    counts() {
      let subscribers = 0
      for (const socket of sockets) subscribers += socket.subscribers
      return { subscribers, sockets: sockets.size }
    },
    close() {
      for (const socket of sockets) socket.close()
    },
  }
}
