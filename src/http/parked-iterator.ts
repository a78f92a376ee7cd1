// The iterator that graphql-ws is given for a subscription whose results the hub writes itself: it never
// yields. `return` settles the pending `next` (a parked async generator would not, and graphql-ws would
// then wait for ever), `ended` ends it with an error, which graphql-ws tells the client.

import type { Listener } from '../hub/hub.ts'

/** What an iteration is about; `close` is called once, when the iteration ends in whatever way. */
export type Running = { close(): void }

type Done = IteratorReturnResult<void>

const done: Done = { done: true, value: undefined }

/** A class and not closures: there may be a hundred thousand, and as closures each takes 600 bytes more. */
export class ParkedIterator implements AsyncGenerator<never, void, void>, Listener {
  readonly #running: Running
  /** How it ended; null while it has not. */
  #outcome: (() => Promise<Done>) | null = null
  #next: Promise<Done> | null = null
  #settle: ((outcome: Promise<Done>) => void) | null = null

  constructor(running: Running) {
    this.#running = running
  }

  /** Pends until it ends. Made when asked for, so that no failure is left with nobody to hear it. */
  next(): Promise<Done> {
    if (this.#outcome !== null) return this.#outcome()
    this.#next ??= new Promise((settle) => {
      this.#settle = settle
    })
    return this.#next
  }

  async return(): Promise<Done> {
    this.#end(async () => done)
    return done
  }

  async throw(error: unknown): Promise<never> {
    this.ended(error)
    throw error
  }

  /** Ends the iteration with an error; nothing after it ended. */
  ended(error: unknown): void {
    this.#end(() => Promise.reject(error))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #end(outcome: () => Promise<Done>): void {
    if (this.#outcome !== null) return
    this.#outcome = outcome
    this.#settle?.(outcome())
    this.#running.close()
  }
}
