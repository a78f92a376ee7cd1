// One live GraphQL subscription: where it stands in the log and which socket it writes to.
//
//   state pages ──SYNCED──→ behind ──joins at the tip──→ live
//   after a cursor ──────────↗  ↖──no room on its socket──┘        close or end: from anywhere

import type { HeliographError } from '../errors.ts'
import type { Cursor } from '../event/position.ts'
import type { Notice } from './feed.ts'
import type { SendBuffer } from './send-buffer.ts'
import type { SentState } from './sent-state.ts'

/** Whom a subscriber belongs to; objects and not functions, for a function per subscriber costs 100 bytes. */
export type Keeper = {
  /** It left the live path at its position and must catch up. */
  fellBehind(subscriber: Subscriber): void
  /** The hub ends it. */
  end(subscriber: Subscriber, error: HeliographError): void
  /** Its client ends it, or is gone. */
  drop(subscriber: Subscriber): void
}

/** Told at most once, when the hub ends an operation; never after its `close`. */
export type Listener = { ended(error: HeliographError): void }

export class Subscriber {
  readonly operationId: string
  readonly buffer: SendBuffer
  /**
   * Everything up to here is passed. While live this is where it joined or last fell behind; how far it
   * has come since is what its audience has passed, so that an entry touches nobody it does not match.
   */
  position: Cursor
  /** False until SYNCED: before it there is no cursor. */
  synced = true
  open = true
  /** Whether it is on its audience's live path; the audience's to change. */
  live = false
  /** For its keeper, which tells it. */
  readonly listener: Listener
  readonly #keeper: Keeper
  #sent: SentState | null = null
  #quiet = true

  constructor(
    { operationId, listener }: { readonly operationId: string; readonly listener: Listener },
    buffer: SendBuffer,
    position: Cursor,
    keeper: Keeper,
  ) {
    this.operationId = operationId
    this.listener = listener
    this.buffer = buffer
    this.position = position
    this.#keeper = keeper
  }

  /** Whether this notice is not for it: passed before, or contained in the state it was sent. */
  hasPassed(notice: Notice, offset: number): boolean {
    if (offset <= this.position.offset) return true
    if (this.#sent === null) return false
    const contained = this.#sent.contains(notice, offset)
    this.#forgetState(offset)
    return contained
  }

  /** Frames what its audience shares. */
  send(shared: string): void {
    this.buffer.add(this.buffer.encoding.frame(this.operationId, shared))
    this.#quiet = false
  }

  /** The state was sent, and SYNCED: changes it contains are not for this subscriber. */
  hasBeenSent(state: SentState): void {
    this.synced = true
    this.#sent = state
    this.#forgetState(this.position.offset)
  }

  /** Moves on: everything up to here was sent, or is nothing to it. */
  pass(position: Cursor): void {
    this.position = position
    this.#forgetState(position.offset)
  }

  /** Leaves the live path; everything after `position` is still to come. */
  fallBehind(position: Cursor): void {
    this.position = position
    // Asking its socket for room may have ended the socket.
    if (this.open) this.#keeper.fellBehind(this)
  }

  end(error: HeliographError): void {
    if (this.open) this.#keeper.end(this, error)
  }

  close(): void {
    this.#keeper.drop(this)
  }

  /** Whether nothing was framed since the last call. */
  takeQuiet(): boolean {
    const quiet = this.#quiet
    this.#quiet = true
    return quiet
  }

  /** The memory of the state goes as soon as no change can be contained in it any more. */
  #forgetState(passedOffset: number): void {
    if (this.#sent?.isPast(passedOffset)) this.#sent = null
  }
}
