// Tells when a socket has handed everything to the operating system. The 'drain' event is silent below
// the stream's own mark, which may be higher than the budget of a connection.

import type { Socket } from 'node:net'

/** Calls back once, when nothing waits any more; never when the socket ends before. */
export function onceDrained(socket: Socket, drained: () => void): void {
  // An empty write is called back after all that was written before it.
  socket.write('', (error) => {
    if (error || socket.destroyed) return
    if (socket.writableLength === 0) drained()
    else onceDrained(socket, drained)
  })
}
