// Waits for a store that cannot be reached: a subscriber that catches up is not ended for it.

import { setTimeout as sleep } from 'node:timers/promises'
import { asHeliographError } from '../errors.ts'

const firstPauseMs = 50
const longestPauseMs = 5_000

/**
 * Asks until the store answers; null once the answer is no longer `wanted`.
 * @throws whatever `ask` throws, but for STORE_UNAVAILABLE; AbortError when `stopped` fires
 */
export async function askPatiently<T>(
  ask: () => Promise<T>,
  wanted: () => boolean,
  stopped: AbortSignal,
): Promise<T | null> {
  for (let pauseMs = firstPauseMs; wanted(); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await ask()
    } catch (error) {
      if (asHeliographError(error)?.code !== 'STORE_UNAVAILABLE') throw error
    }
    // Spread by half, so that a store which returns is not met by everybody at once.
    await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: stopped })
  }
  return null
}
