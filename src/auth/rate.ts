// How fast somebody may do a thing, as a bucket: it fills at the rate, holds one burst, and may be
// overdrawn. Whoever owes waits; so a batch larger than the bucket passes as well, and is paid for after.

export type Rate = {
  /** Milliseconds until nothing is owed; 0 where nothing is. */
  owedMs(): number
  /** Takes from the bucket, below nothing where it holds less. */
  take(count: number): void
  /** Whether all that was taken has come back. */
  isFull(): boolean
}

/** @param now a clock in milliseconds that never runs backwards */
export function createRate(perSecond: number, burst: number, now: () => number): Rate {
  let level = burst
  let at = now()
  const fill = () => {
    const since = at
    at = now()
    level = Math.min(burst, level + ((at - since) * perSecond) / 1000)
    return level
  }
  return {
    owedMs: () => Math.ceil(Math.max(0, (-fill() * 1000) / perSecond)),
    take(count) {
      level = fill() - count
    },
    isFull: () => fill() === burst,
  }
}
