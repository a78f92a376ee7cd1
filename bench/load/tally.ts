// Counts the results that subscribers get, and lets whoever drives them wait for so many.

export type Tally = {
  count(): number
  add(results: number): void
  /** Resolves when so many have come in all; one waits at a time. @throws Error with the number that has, where that takes too long */
  until(count: number): Promise<void>
}

const longestWaitMs = 120_000

export function createTally(): Tally {
  let count = 0
  let awaited = Number.POSITIVE_INFINITY
  let wake = () => {}
  return {
    count: () => count,
    add(results) {
      count += results
      if (count >= awaited) wake()
    },
    until(wanted) {
      if (count >= wanted) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const giveUp = setTimeout(
          () => reject(new Error(`of ${wanted} results ${count} came within ${longestWaitMs / 1_000} s`)),
          longestWaitMs,
        )
        awaited = wanted
        wake = () => {
          clearTimeout(giveUp)
          awaited = Number.POSITIVE_INFINITY
          resolve()
        }
      })
    },
  }
}
