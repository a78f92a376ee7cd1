// A Lua script by its digest: sent whole only where Redis does not know it yet (a restart forgets it).

import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { transact } from './transaction.ts'

/**
 * Runs it with KEYS and ARGV; resolves to the script's reply. A message is published right after it, with
 * nothing in between.
 */
export type Script = (
  redis: Redis,
  keys: readonly string[],
  args: readonly (string | number)[],
  message?: { readonly channel: string; readonly bytes: Buffer },
) => Promise<unknown>

export function createScript(lua: string): Script {
  const digest = createHash('sha1').update(lua).digest('hex')
  return async (redis, keys, args, message) => {
    const send = async (command: 'evalsha' | 'eval', body: string) => {
      if (!message) return redis[command](body, keys.length, ...keys, ...args)
      const [reply] = await transact(redis, (transaction) =>
        transaction[command](body, keys.length, ...keys, ...args).publish(message.channel, message.bytes),
      )
      return reply
    }
    try {
      return await send('evalsha', digest)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await send('eval', lua)
    }
  }
}
