// Several commands of one moment: nothing of another gateway comes between them.

import type { ChainableCommander, Redis } from 'ioredis'

/** The replies in order; throws the first error among them. */
export async function transact(
  redis: Redis,
  add: (transaction: ChainableCommander) => ChainableCommander,
): Promise<unknown[]> {
  return repliesOf(await add(redis.multi()).exec())
}

/** The replies of commands sent in one go, without the promise of one moment. */
export async function sendTogether(
  redis: Redis,
  add: (pipeline: ChainableCommander) => ChainableCommander,
): Promise<unknown[]> {
  return repliesOf(await add(redis.pipeline()).exec())
}

function repliesOf(results: readonly (readonly [Error | null, unknown])[] | null): unknown[] {
  if (results === null) throw new Error('Redis gave the transaction up')
  return results.map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}
