// The bytes of one socket: frames are gathered and written at once, and never more than its budget
// waits unsent. A full buffer is not an error: whoever finds no room leaves and comes back later.

import { HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { Connection, Encoding } from './feed.ts'
import type { Outbox } from './outbox.ts'

/** Over this many budgets, what the transport itself wrote has run away, and the socket ends. */
const overflowBudgets = 4

/** What all buffers share; each has only a few fields of its own, for there are ten thousand. */
type Parts = {
  readonly bufferBytes: number
  readonly outbox: Outbox
  readonly logger: Pick<Logger, 'error'>
}

/** Whose buffer it is: closed once the buffer has ended the connection. */
type Keeper = { close(): void }

export class SendBuffer {
  readonly encoding: Encoding
  readonly #connection: Connection
  readonly #keeper: Keeper
  readonly #parts: Parts
  #gathered = ''
  #frames = 0
  /** Bytes that may still be gathered; known since the first frame after a write. */
  #room = 0
  #lastWriteBytes = 0
  #drain: PromiseWithResolvers<void> | null = null
  #closed = false

  constructor(connection: Connection, encoding: Encoding, keeper: Keeper, parts: Parts) {
    this.#connection = connection
    this.encoding = encoding
    this.#keeper = keeper
    this.#parts = parts
  }

  /** Whether more than `reserveBytes` of the budget are free; the frame that is added then may exceed it. */
  hasRoom(reserveBytes = 0): boolean {
    // Nothing drains within a turn, so the connection is asked once per write and not once per frame.
    if (this.#gathered === '') this.#room = this.#freeBytes()
    else if (this.#room <= reserveBytes) {
      // Gathered by us is not unsent by the reader: only what the socket does not take at once counts.
      this.flush()
      this.#room = this.#freeBytes()
    }
    return this.#room > reserveBytes && !this.#closed
  }

  /** Adds a frame, after `hasRoom` said yes. */
  add(frame: string): void {
    if (this.#gathered === '') this.#parts.outbox.add(this)
    this.#gathered += frame
    this.#room -= frame.length
    this.#frames += 1
  }

  /** Writes what is gathered, now. */
  flush(): void {
    if (this.#closed) return
    if (this.#gathered !== '') this.#write()
    this.#checkOverflow()
  }

  /** Resolves when everything is sent, or the buffer closed. */
  untilDrained(): Promise<void> {
    this.flush()
    if (this.#closed || this.#connection.unsentBytes() === 0) return Promise.resolve()
    if (this.#drain === null) {
      this.#drain = Promise.withResolvers<void>()
      this.#connection.onDrain(() => this.#drained())
    }
    return this.#drain.promise
  }

  /** Drops what is gathered and lets go of whoever waits for the drain. */
  close(): void {
    this.#closed = true
    this.#gathered = ''
    this.#drained()
  }

  #freeBytes(): number {
    return this.#parts.bufferBytes - this.#connection.unsentBytes()
  }

  #write(): void {
    const bytes = this.#gathered
    this.#gathered = ''
    this.#lastWriteBytes = bytes.length
    this.#parts.outbox.delivered(this.encoding.name, this.#frames)
    this.#frames = 0
    try {
      this.#connection.write(bytes)
    } catch (error) {
      // Frames are lost, so going on would be a silent gap; and one socket must not stop the fan-out.
      this.#parts.logger.error({ err: error }, 'a connection refused a write')
      this.#end(
        new HeliographError('INTERNAL', 'The connection refused a write: connect again', { cause: error }),
      )
    }
  }

  #checkOverflow(): void {
    if (this.#closed) return
    // The hub's own share is a budget and one frame at most, however large that frame: it is not held
    // against the reader, or an event larger than the limit would end every socket it is sent to.
    const limit = overflowBudgets * this.#parts.bufferBytes + this.#lastWriteBytes
    if (this.#connection.unsentBytes() <= limit) return
    this.#end(
      new HeliographError('OVERLOADED', 'The reader takes too little of what it asked for: connect again'),
    )
  }

  #end(error: HeliographError): void {
    this.close()
    try {
      this.#connection.overflow(error)
    } catch (fault) {
      this.#parts.logger.error({ err: fault }, 'a connection refused to end')
    }
    this.#keeper.close()
  }

  #drained(): void {
    const drain = this.#drain
    this.#drain = null
    drain?.resolve()
  }
}
