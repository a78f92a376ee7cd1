// The end of something long-lived that work depends on, such as a connection. `Promise.race` with one promise
// for the end would keep a trace of everything that was ever raced with it.

export type Ending = {
  /** Settles as `work` does, or rejects when it ends first. Keeps nothing of work that is done. */
  during<T>(work: Promise<T>): Promise<T>
  /** The first reason counts. */
  end(reason: unknown): void
}

/** Nothing has ended yet. */
export function createEnding(): Ending {
  const waiting = new Set<(reason: unknown) => void>()
  let over: { readonly reason: unknown } | null = null
  return {
    async during(work) {
      const { promise, reject } = Promise.withResolvers<never>()
      waiting.add(reject)
      if (over !== null) reject(over.reason)
      try {
        return await Promise.race([work, promise])
      } finally {
        waiting.delete(reject)
      }
    },
    end(reason) {
      over ??= { reason }
      for (const reject of waiting) reject(over.reason)
    },
  }
}
