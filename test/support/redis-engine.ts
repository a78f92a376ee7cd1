// The Redis engine for the conformance suites: every store gets a private redis-server.

import { pino } from 'pino'
import { openRedisStore } from '../../src/store/redis/redis-store.ts'
import { type Engine, openOn } from './engine.ts'
import { startRedis } from './redis.ts'

const logger = pino({ level: 'silent' })

export const redisEngine: Engine = {
  name: 'redis',
  async open(changes = {}) {
    const { url, stop } = await startRedis()
    return openOn((retention) => openRedisStore({ url, retention, logger }), changes, stop)
  },
}
