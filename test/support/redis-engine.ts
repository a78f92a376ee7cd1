// The Redis engine for the conformance suites: every store gets a private redis-server.

import { pino } from 'pino'
import { openRedisStore } from '../../src/store/redis/redis-store.ts'
import type { Retention } from '../../src/store/store.ts'
import { type Engine, roomyRetention } from './engine.ts'
import { startRedis } from './redis.ts'

export const redisEngine: Engine = {
  name: 'redis',
  async open(changes: Partial<Retention> = {}) {
    const redis = await startRedis()
    let retention = { ...roomyRetention, ...changes }
    const open = () => openRedisStore({ url: redis.url, retention, logger: pino({ level: 'silent' }) })
    let store = await open()
    return {
      get store() {
        return store
      },
      async reopen(changes = {}) {
        retention = { ...retention, ...changes }
        await store.close()
        store = await open()
        return store
      },
      async stop() {
        await store.close()
        await redis.stop()
      },
    }
  },
}
