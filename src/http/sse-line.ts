// The line of one event stream with a subscription: what the hub writes to, what the heartbeat calls, and
// what gives back all that the stream holds when it ends, whoever ends it.

import type { ServerResponse } from 'node:http'
import type { Release } from '../auth/allowance.ts'
import type { Credential } from '../auth/credential.ts'
import { tokenEnded } from '../auth/gate.ts'
import type { Connection } from '../hub/feed.ts'
import type { Hub, HubSocket, Listener } from '../hub/hub.ts'
import { onceDrained } from './drain.ts'
import type { Beating } from './heartbeat.ts'
import { SseStream, sseEncoding } from './sse-stream.ts'

/** What all lines share. */
export type SseLineParts = {
  readonly hub: Pick<Hub, 'openSocket'>
  /** A line has ended. */
  closed(line: SseLine): void
  /** Tells the reader why the stream ends: for good, or until it comes back. */
  tell(stream: SseStream, error: unknown): void
}

/** One stream has one operation, so its id says nothing. */
export const operationId = 'sse'

/** A class and not closures: there are ten thousand of these, and most of them idle. */
export class SseLine implements Connection, Beating, Listener {
  readonly socket: HubSocket
  readonly #response: ServerResponse
  readonly #parts: SseLineParts
  readonly #stream: SseStream
  readonly #release: Release
  readonly #stopWatching: () => void
  #open = true

  /** Begins the stream, and ends it with the credential. @param release gives back what was counted for it */
  constructor(response: ServerResponse, credential: Credential, release: Release, parts: SseLineParts) {
    this.#response = response
    this.#parts = parts
    this.#release = release
    this.#stream = new SseStream(response)
    this.socket = parts.hub.openSocket(this, sseEncoding)
    this.#stopWatching = credential.watch(() => this.breakOff(tokenEnded().message))
  }

  write(bytes: string): void {
    this.#stream.write(bytes)
  }

  unsentBytes(): number {
    return this.#response.writableLength
  }

  onDrain(drained: () => void): void {
    onceDrained(this.#response.req.socket, drained)
  }

  overflow(): void {
    this.#response.destroy()
  }

  beat(): void {
    this.socket.flush()
    // A reader with bytes on the way hears that the line lives by those.
    if (this.unsentBytes() === 0) this.#stream.beat(this.socket.bookmarks()[operationId])
  }

  /** The operation has ended, and so has the stream. */
  ended(error: unknown): void {
    if (this.#close()) this.#parts.tell(this.#stream, error)
  }

  /** Ends without `complete`: its reader comes back. */
  breakOff(reason: string): void {
    if (this.#close()) this.#stream.breakOff(reason)
  }

  /** Its reader is gone. */
  left(): void {
    this.#close()
  }

  /** Leaves the hub. @returns whether it was still open */
  #close(): boolean {
    if (!this.#open) return false
    this.#open = false
    this.socket.flush()
    this.socket.close()
    this.#stopWatching()
    this.#parts.closed(this)
    this.#release()
    return true
  }
}
