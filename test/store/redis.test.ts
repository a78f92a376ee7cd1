import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openRedisStore } from '../../src/store/redis/redis-store.ts'
import { roomyRetention } from '../support/engine.ts'
import { startRedis } from '../support/redis.ts'
import { redisEngine } from '../support/redis-engine.ts'
import { describeEventLog } from './conformance/event-log.ts'
import { describeResources } from './conformance/resources.ts'
import { describeTickets } from './conformance/tickets.ts'
import { describeWebhooks } from './conformance/webhooks.ts'

describeEventLog(redisEngine)
describeResources(redisEngine)
describeTickets(redisEngine)
describeWebhooks(redisEngine)

test('everything about a ticket in Redis ends by itself', async () => {
  const redis = await startRedis()
  const store = await openRedisStore({
    url: redis.url,
    retention: roomyRetention,
    logger: pino({ level: 'silent' }),
  })
  onTestFinished(async () => {
    await store.close()
    await redis.stop()
  })
  const lifetimes = async () => {
    const names = await redis.client().keys('{heliograph}:ticket*')
    return Promise.all(names.toSorted().map((name) => redis.client().pttl(name)))
  }
  const nowMs = Date.now()
  const ticket = { hash: 'a', holder: 'b', reference: '{}', firstUseUntilMs: nowMs + 60_000, endsAtMs: null }
  await store.tickets.put(ticket, { nowMs, most: 1 })
  const unused = await lifetimes()
  expect(unused).toHaveLength(2)
  for (const ms of unused) expect(ms).toSatisfy((left: number) => left > 0 && left <= 60_000)
  await store.tickets.bind({ hash: 'a', operation: 'one' }, { nowMs, most: 1, idleMs: 3_600_000 })
  const used = await lifetimes()
  expect(used).toHaveLength(2)
  for (const ms of used) expect(ms).toSatisfy((left: number) => left > 60_000 && left <= 3_600_000)
})
