// The iterator that graphql-ws is given for a subscription whose results the hub writes itself: it never
// yields. `return` settles the pending `next` (a parked async generator would not, and graphql-ws would
// then wait for ever), `fail` ends it with an error, which graphql-ws tells the client.

export type ParkedIterator = AsyncGenerator<never, void, void> & {
  /** Ends the iteration with an error; nothing after it ended. */
  fail(error: unknown): void
}

/** @param ended called once, when the iteration ends in whatever way */
export function createParkedIterator(ended: () => void): ParkedIterator {
  const { promise, resolve, reject } = Promise.withResolvers<IteratorReturnResult<void>>()
  // Nobody may be waiting when it fails; the failure is then told to whoever asks next.
  promise.catch(() => {})
  let open = true
  const finish = (settle: () => void) => {
    if (!open) return
    open = false
    settle()
    ended()
  }
  const done = { done: true, value: undefined } as const
  const iterator: ParkedIterator = {
    next: () => promise,
    async return() {
      finish(() => resolve(done))
      return done
    },
    async throw(error) {
      finish(() => reject(error))
      throw error
    },
    fail: (error) => finish(() => reject(error)),
    [Symbol.asyncIterator]: () => iterator,
    [Symbol.asyncDispose]: async () => finish(() => resolve(done)),
  }
  return iterator
}
