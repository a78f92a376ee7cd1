// Tells for how many rounds a peer has given no sign of life: no message, no pong, no byte taken.

import type { Socket } from 'node:net'

export class Liveness {
  readonly #socket: Socket
  #heardSince = true
  #silent = 0
  #takenBefore = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Something came from the peer. */
  heard(): void {
    this.#heardSince = true
  }

  /** Ends a round. @returns how many rounds in a row, this one included, were silent */
  silentRounds(): number {
    const { bytesWritten, writableLength } = this.#socket
    const taken = bytesWritten - writableLength
    const reads = writableLength > 0 && taken > this.#takenBefore
    this.#takenBefore = taken
    this.#silent = this.#heardSince || reads ? 0 : this.#silent + 1
    this.#heardSince = false
    return this.#silent
  }
}
