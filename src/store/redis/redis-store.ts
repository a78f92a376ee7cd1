// The Redis engine: one log and one state for several gateways. Durability is Redis's own setting.

import { asHeliographError } from '../../errors.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Retention, Store } from '../store.ts'
import { openConnection } from './connection.ts'
import { openRedisLog } from './redis-log.ts'
import { createRedisResources } from './redis-resources.ts'
import { trimRedis } from './redis-retention.ts'
import { createRedisTickets } from './redis-tickets.ts'
import { createRedisWebhooks } from './redis-webhooks.ts'

type RedisStoreSettings = {
  /** redis://, rediss:// or redis+sentinel://, with credentials where Redis asks for them. */
  readonly url: string
  readonly retention: Retention
  readonly logger: Logger
}

/**
 * Opens the store in a Redis 7.0 or newer that never evicts.
 * @throws HeliographError STORE_UNAVAILABLE where it does not answer within a short while,
 * STORE_UNSUITABLE where it would lose data, BAD_SETTING where the URL is none
 */
export async function openRedisStore({ url, retention, logger }: RedisStoreSettings): Promise<Store> {
  const connection = await openConnection(url, logger)
  const opened = await openRedisLog(connection, retention).catch((error) => {
    connection.close()
    throw error
  })
  let trimming: Promise<number> | null = null

  function trim(): Promise<number> {
    trimming ??= trimRedis(connection.call, retention).finally(() => {
      trimming = null
    })
    return trimming
  }

  const timer = setInterval(() => {
    trim().catch((error) => {
      if (asHeliographError(error)?.code !== 'STORE_UNAVAILABLE')
        logger.error({ err: error }, 'trimming failed')
    })
  }, retention.trimEveryMs)

  return {
    engine: 'redis',
    log: opened.log,
    resources: createRedisResources(connection.call),
    tickets: createRedisTickets(connection.call),
    webhooks: createRedisWebhooks(connection.call),
    health: connection.health,
    trim,
    async close() {
      clearInterval(timer)
      await opened.close()
      await trimming?.catch(() => {})
      connection.close()
    },
  }
}
