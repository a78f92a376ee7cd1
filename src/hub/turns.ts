// Hands out turns of the event loop, one each: however many readers catch up at once, live entries and
// new connections wait for one page of one of them at most.

export type Turns = {
  /** Resolves in a turn of the event loop that nobody else is given. */
  next(): Promise<void>
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = []

  function give(): void {
    waiting.shift()?.()
    // Immediates queued while immediates run wait for the next turn: input and output come between.
    if (waiting.length > 0) setImmediate(give)
  }

  return {
    next() {
      return new Promise((resolve) => {
        waiting.push(resolve)
        if (waiting.length === 1) setImmediate(give)
      })
    },
  }
}
