import { pino } from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openRedisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { shards, type Webhooks } from '../../src/webhook/webhooks.ts'
import { roomyRetention } from '../support/engine.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import {
  attempts,
  begun,
  claimAll,
  claimOne,
  endpointId,
  longMs,
  progress,
  update,
  webhook,
  webhookId,
} from './conformance/webhook-drafts.ts'

async function redisForTest(options: Parameters<typeof startRedis>[0] = {}): Promise<TestRedis> {
  const redis = await startRedis(options)
  onTestFinished(() => redis.stop())
  return redis
}

async function storeForTest(redis: TestRedis): Promise<Store> {
  const store = await openRedisStore({
    url: redis.url,
    retention: roomyRetention,
    logger: pino({ level: 'silent' }),
  })
  onTestFinished(() => store.close())
  return store
}

async function keysOf(redis: TestRedis): Promise<string[]> {
  return (await redis.client().keys('*')).toSorted()
}

it('every key is under the hash tag, and deleting a webhook leaves what was there before it', async () => {
  const redis = await redisForTest()
  const { webhooks } = await storeForTest(redis)
  const lease = await claimOne(webhooks, 'one')
  // The revision and the leases stay.
  await webhooks.create(webhook('v'), begun('v'))
  await webhooks.delete(webhookId('v'))
  const before = await keysOf(redis)
  await webhooks.create(webhook('w', ['a', 'b']), begun('a', 'b'))
  await webhooks.save('one', [update(lease, 'a', 2, attempts(1, 130)), update(lease, 'b', 2, attempts(1, 2))])
  expect(await redis.client().llen('{heliograph}:attempts:ep_a')).toBe(100)
  for (const key of await keysOf(redis)) expect(key).toMatch(/^\{heliograph\}:/)
  await webhooks.delete(webhookId('w'))
  expect(await keysOf(redis)).toEqual(before)
})

it('an allowance is as long as its limit at most, and ends by itself', async () => {
  const redis = await redisForTest()
  const { webhooks } = await storeForTest(redis)
  const before = await keysOf(redis)
  for (let n = 0; n < 5; n += 1) await webhooks.allow('mailto:alice@example.org', 3, 60_000)
  const [key = ''] = (await keysOf(redis)).filter((name) => !before.includes(name))
  expect(key).not.toContain('alice')
  expect(await redis.client().llen(key)).toBe(3)
  const left = await redis.client().pttl(key)
  expect(left).toSatisfy((ms: number) => ms > 0 && ms <= 60_000)
})

it('holders that claim no more are forgotten', async () => {
  const redis = await redisForTest()
  const { webhooks } = await storeForTest(redis)
  for (let n = 0; n < 50; n += 1) await webhooks.claim(`short ${n}`, 1)
  await vi.waitFor(async () => {
    await webhooks.claim('one', longMs)
    expect(await redis.client().zrange('{heliograph}:holders', '0', '-1')).toEqual(['one'])
  })
})

it('two gateways share one set of webhooks and leases', async () => {
  const redis = await redisForTest()
  const [one, two] = (await Promise.all([storeForTest(redis), storeForTest(redis)])).map(
    (store) => store.webhooks,
  ) as [Webhooks, Webhooks]
  await one.create(webhook('a'), begun('a'))
  expect(await two.list(null, 9)).toEqual([webhook('a')])
  const all = await claimAll(one, 'one')
  await two.claim('two', longMs)
  const { surplus } = await one.claim('one', longMs)
  await one.release('one', all.slice(-surplus))
  const { leases } = await two.claim('two', longMs)
  expect(leases).toHaveLength(shards / 2)
  const [lease] = leases
  const old = all.find(({ shard }) => shard === lease?.shard)
  if (lease === undefined || old === undefined) throw new Error('the claim gave nothing')
  expect(await one.save('one', [update(old, 'a', 2)])).toEqual([false])
  expect(await two.save('two', [update(lease, 'a', 2)])).toEqual([true])
})

it('while Redis is away every call is refused at once, and afterwards it goes on where it was', async () => {
  const redis = await redisForTest({ appendOnly: true })
  const { webhooks } = await storeForTest(redis)
  await webhooks.create(webhook('a'), begun('a'))
  const lease = await claimOne(webhooks, 'one')
  await webhooks.save('one', [update(lease, 'a', 2, attempts(1, 3))])
  await redis.kill()
  const calls: (() => Promise<unknown>)[] = [
    () => webhooks.create(webhook('b'), begun('b')),
    () => webhooks.get(webhookId('a')),
    () => webhooks.list(null, 1),
    () => webhooks.count('token:alice'),
    () => webhooks.replace({ ...webhook('a'), version: 2 }, begun()),
    () => webhooks.delete(webhookId('a')),
    () => webhooks.revision(),
    () => webhooks.progress([endpointId('a')]),
    () => webhooks.setProgress(endpointId('a'), progress(3)),
    () => webhooks.save('one', [update(lease, 'a', 3)]),
    () => webhooks.attempts(endpointId('a'), 1),
    () => webhooks.claim('one', longMs),
    () => webhooks.release('one', null),
    () => webhooks.sawOwner('jwt:carol', { accounts: null, seenAt: '2026-05-14T10:00:00.000Z' }),
    () => webhooks.seenOwner('jwt:carol'),
    () => webhooks.allow('key', 1, 1_000),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  await redis.start()
  // The restarted Redis knows no script either.
  await vi.waitFor(() => webhooks.get(webhookId('a')), { timeout: 20_000 })
  expect(await webhooks.save('one', [update(lease, 'a', 3, attempts(4, 4))])).toEqual([true])
  expect(await webhooks.attempts(endpointId('a'), 9)).toEqual(attempts(1, 4).toReversed())
})

it('a Redis that stalls hangs no call', async () => {
  const redis = await redisForTest()
  const { webhooks } = await storeForTest(redis)
  await webhooks.create(webhook('a'), begun('a'))
  const lease = await claimOne(webhooks, 'one')
  redis.pause()
  const calls = [
    webhooks.save('one', [update(lease, 'a', 2)]),
    webhooks.claim('one', longMs),
    webhooks.list(null, 9),
  ]
  const results = await Promise.allSettled(calls)
  redis.resume()
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } })
  }
})

it('data that was put back to an older copy comes to no revision that was there before', async () => {
  const redis = await redisForTest({ appendOnly: true })
  const { webhooks } = await storeForTest(redis)
  await webhooks.create(webhook('a'), begun('a'))
  const copy = await redis.copyData()
  await webhooks.create(webhook('b'), begun('b'))
  const seen = await webhooks.revision()
  await redis.kill()
  await copy.restore()
  await redis.start()
  await vi.waitFor(() => webhooks.create(webhook('c'), begun('c')), { timeout: 20_000 })
  expect(await webhooks.revision()).toBeGreaterThan(seen)
})
