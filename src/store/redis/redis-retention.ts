// Lets go of what is old, in small steps, from any number of gateways at once: each step is one script
// that does nothing where another gateway was there first.

import type { Redis } from 'ioredis'
import type { Event } from '../../event/event.ts'
import { resourceKey } from '../../resource/resource.ts'
import { isOutdated } from '../retention.ts'
import type { Retention } from '../store.ts'
import { readResources } from './basis.ts'
import type { Call } from './connection.ts'
import { membersOf } from './index-members.ts'
import { historyKey, indexes, indexKey, keys } from './keys.ts'
import { expectMeta, metaFields } from './meta.ts'
import { readRecord, type StreamItem } from './record.ts'
import { transact } from './transaction.ts'
import { forgetRecords, removeTombstones, trimEntries } from './upkeep-scripts.ts'

const stepEntries = 250
const stepRecords = 500

/** Trims what the retention no longer holds; resolves to how many entries went. */
export async function trimRedis(call: Call, retention: Retention): Promise<number> {
  const trimmed = await repeat(() => call((redis) => trimStep(redis, retention)))
  await repeat(() => call(tombstoneStep))
  await repeat(() => call((redis) => forgetStep(redis, retention)))
  return trimmed
}

/** Until a step finds nothing to do; the sum of all steps. */
async function repeat(step: () => Promise<number>): Promise<number> {
  let sum = 0
  for (;;) {
    const done = await step()
    if (done === 0) return sum
    sum += done
  }
}

async function trimStep(redis: Redis, retention: Retention): Promise<number> {
  const [facts, items] = await transact(redis, (transaction) =>
    transaction.hmget(keys.meta, ...metaFields).xrange(keys.log, '-', '+', 'COUNT', stepEntries),
  )
  const { head, tail } = expectMeta(facts)
  const now = { head: head.offset, nowMs: Date.now() }
  const entries = (items as StreamItem[]).map(readEntry)
  const kept = entries.findIndex((entry) => !isOutdated(entry, now, retention))
  const old = kept === -1 ? entries : entries.slice(0, kept)
  const newest = old.at(-1)
  if (newest === undefined) return 0
  const histories = new Set(old.flatMap(({ key }) => (key === null ? [] : [historyKey(key)])))
  const names = [keys.meta, keys.log, ...histories]
  const done = await trimEntries(redis, names, [head.epoch, tail.offset, newest.offset, newest.mark])
  return done === 1 ? old.length : 0
}

function readEntry(item: StreamItem): {
  offset: number
  mark: number
  receivedAtMs: number
  key: string | null
} {
  const { offset, mark, event: json, receivedAtMs } = readRecord(item)
  const event = JSON.parse(json) as Event
  return {
    offset,
    mark,
    receivedAtMs: receivedAtMs ?? Date.parse(event.receivedAt),
    key: event.resource && resourceKey(event.resource),
  }
}

/** Removes tombstones whose last change is no longer in the log. */
async function tombstoneStep(redis: Redis): Promise<number> {
  const trimmed = await redis.hget(keys.meta, 'trimmed')
  const names = await redis.zrangebyscore(keys.tombstones, '-inf', trimmed ?? 0, 'LIMIT', 0, stepEntries)
  if (names.length === 0) return 0
  const stored = await readResources(redis, names)
  const args = names.flatMap((name) => {
    const { version = '', resource = null } = stored.get(name) ?? {}
    const members = resource ? membersOf(name, resource) : []
    return [
      name,
      version,
      members.length,
      ...members.flatMap(([index, member]) => [indexes.indexOf(index) + 4, member]),
    ]
  })
  return Number(
    await removeTombstones(
      redis,
      [keys.state, keys.versions, keys.tombstones, ...indexes.map(indexKey)],
      args,
    ),
  )
}

async function forgetStep(redis: Redis, retention: Retention): Promise<number> {
  const args = [stepRecords, retention.dedupeEntries, Date.now() - retention.dedupeMs]
  return Number(await forgetRecords(redis, [keys.meta, keys.dedupe, keys.order], args))
}
