// What Redis may do to a gateway: cut it off, stall, restart, come back with less than it had. Nobody
// who follows may miss an entry, get one twice, or not be told that the log lost some.

import fc from 'fast-check'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { HeliographError } from '../../src/errors.ts'
import { type Cursor, formatCursor, parseCursor } from '../../src/event/position.ts'
import { cursorOf, type Entry } from '../../src/event-log/entry.ts'
import type { EventLog } from '../../src/event-log/event-log.ts'
import { openRedisStore } from '../../src/store/redis/redis-store.ts'
import type { Store } from '../../src/store/store.ts'
import { roomyRetention } from '../support/engine.ts'
import { type Gate, openGate } from '../support/gate.ts'
import { startRedis, startSentinel, type TestRedis } from '../support/redis.ts'
import { draft, drafts, observation } from './conformance/drafts.ts'
import { valuesOf } from './conformance/open-store.ts'

async function redisForTest(options: Parameters<typeof startRedis>[0] = {}): Promise<TestRedis> {
  const redis = await startRedis(options)
  onTestFinished(() => redis.stop())
  return redis
}

async function gateForTest(redis: TestRedis): Promise<Gate> {
  const gate = await openGate(redis.port)
  onTestFinished(() => gate.stop())
  return gate
}

async function storeForTest(url: string): Promise<Store> {
  const store = await openRedisStore({ url, retention: roomyRetention, logger: pino({ level: 'silent' }) })
  onTestFinished(() => store.close())
  return store
}

type Recorder = {
  readonly entries: Entry[]
  readonly restarts: Cursor[]
  /** Resolves once the entry at this offset was delivered. */
  reached(offset: number): Promise<void>
  /** Resolves once the follower was told that the log lost entries. */
  restarted(): Promise<Cursor>
}

/** Follows a log, from its head where no cursor is given. */
async function record(log: EventLog, after?: Cursor): Promise<Recorder> {
  const entries: Entry[] = []
  const restarts: Cursor[] = []
  const checks = new Set<() => void>()
  const check = () => {
    for (const each of checks) each()
  }
  await log.follow(after ?? (await log.head()), {
    entries(more) {
      entries.push(...more)
      check()
    },
    restarted(head) {
      restarts.push(head)
      check()
    },
  })
  const when = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return
        checks.delete(look)
        resolve()
      }
      checks.add(look)
      look()
    })
  return {
    entries,
    restarts,
    reached: (offset) => when(() => (entries.at(-1)?.position.offset ?? 0) >= offset),
    async restarted() {
      await when(() => restarts.length > 0)
      return restarts.at(-1) as Cursor
    },
  }
}

function offsetsOf({ entries }: Recorder): number[] {
  return entries.map(({ position }) => position.offset)
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, i) => i + 1)
}

/** Appends as a client does who was told to come again: until it is taken. */
async function appendUntilTaken(store: Store, wanted: ReturnType<typeof drafts>): Promise<void> {
  await vi.waitFor(() => store.log.append(wanted), { timeout: 25_000, interval: 20 })
}

async function expectUnavailable(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HeliographError)
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', retryAfterSeconds: 1 })
}

describe('lost announcements', () => {
  it('of a killed subscriber connection are made up for: every entry once, in order', async () => {
    const redis = await redisForTest()
    const store = await storeForTest(redis.url)
    const recorder = await record(store.log)
    for (let first = 1; first <= 400; first += 10) {
      await Promise.all([
        appendUntilTaken(store, drafts(first, first + 9)),
        first % 50 === 1 ? redis.killClients('pubsub') : null,
      ])
    }
    await recorder.reached(400)
    expect(offsetsOf(recorder)).toEqual(upTo(400))
    expect(recorder.restarts).toEqual([])
  })

  it('while the gateway was cut off are made up for when it is back', async () => {
    const redis = await redisForTest()
    const gate = await gateForTest(redis)
    const [far, near] = [await storeForTest(gate.url), await storeForTest(redis.url)]
    const recorder = await record(far.log)
    await near.log.append(drafts(1, 10))
    await recorder.reached(10)
    await gate.shut()
    await near.log.append(drafts(11, 1500))
    await gate.open()
    const backAt = performance.now()
    await recorder.reached(1500)
    expect(performance.now() - backAt).toBeLessThan(2_500)
    expect(offsetsOf(recorder)).toEqual(upTo(1500))
  })

  it('that nothing tells of are noticed after a second of silence', async () => {
    const redis = await redisForTest()
    const gate = await gateForTest(redis)
    const [far, near] = [await storeForTest(gate.url), await storeForTest(redis.url)]
    const recorder = await record(far.log)
    await near.log.append(drafts(1, 10))
    await recorder.reached(10)
    gate.muteSubscribers()
    const appendedAt = performance.now()
    await near.log.append(drafts(11, 20))
    await recorder.reached(20)
    expect(performance.now() - appendedAt).toBeLessThan(2_500)
    // The mute connection is given up, and announcements come again.
    await vi.waitFor(async () => expect(await subscriptions(redis)).toBe(2), { timeout: 10_000 })
    await near.log.append(drafts(21, 30))
    await recorder.reached(30)
    expect(offsetsOf(recorder)).toEqual(upTo(30))
  })
})

async function subscriptions(redis: TestRedis): Promise<number> {
  const list = String(await redis.client().call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
  return list.split('\n').filter((line) => line.includes('sub=1')).length
}

describe('a Redis that stalls', () => {
  it('refuses every call in a short while, and nothing is missing or doubled when it goes on', async () => {
    const redis = await redisForTest()
    const store = await storeForTest(redis.url)
    const recorder = await record(store.log)
    await store.log.append(drafts(1, 50))
    redis.pause()
    const pausedAt = performance.now()
    await expectUnavailable(store.log.append(drafts(51, 60)))
    await expectUnavailable(store.log.head())
    await expectUnavailable(store.resources.get([{ kind: 'Volume', uid: 'v1' }]))
    expect(performance.now() - pausedAt).toBeLessThan(5_000)
    expect(store.health().ready).toBe(false)
    redis.resume()
    await appendUntilTaken(store, drafts(51, 60))
    await appendUntilTaken(store, drafts(61, 100))
    await recorder.reached(100)
    expect(offsetsOf(recorder)).toEqual(upTo(100))
    expect(recorder.restarts).toEqual([])
    expect(store.health().ready).toBe(true)
  })
})

describe('a Redis that restarts', () => {
  it('with its append-only file loses and doubles nothing', async () => {
    const redis = await redisForTest({ appendOnly: true })
    const store = await storeForTest(redis.url)
    const recorder = await record(store.log)
    for (let round = 0; round < 3; round++) {
      await appendUntilTaken(store, drafts(round * 100 + 1, round * 100 + 60))
      await Promise.all([
        redis.restart(),
        appendUntilTaken(store, drafts(round * 100 + 61, round * 100 + 100)),
      ])
    }
    await recorder.reached(300)
    expect(offsetsOf(recorder)).toEqual(upTo(300))
    expect(recorder.restarts).toEqual([])
    await vi.waitFor(async () => expect((await store.log.head()).offset).toBe(300))
  })

  it('from an earlier copy begins a new epoch: lost cursors expire, followers are told', async () => {
    const redis = await redisForTest({ appendOnly: true })
    const gate = await gateForTest(redis)
    const cutOff = await storeForTest(gate.url)
    const recorder = await record(cutOff.log)
    await cutOff.log.append(drafts(1, 50))
    const copy = await redis.copyData()
    const receipts = await cutOff.log.append(drafts(51, 100))
    await recorder.reached(100)

    await gate.shut()
    await redis.halt()
    await copy.restore()
    await redis.start()
    // A gateway that knows nothing of the lost entries appends past where they stood.
    const fresh = await storeForTest(redis.url)
    await fresh.log.append(drafts(1_000, 1_200))
    expect((await fresh.log.head()).offset).toBe(251)
    await expectAllExpired(fresh, receipts)

    await gate.open()
    const head = await recorder.restarted()
    expect(head.epoch).not.toBe(receipts[0]?.cursor.epoch)
    expect(head.offset).toBe(251)
    expect(offsetsOf(recorder)).toEqual(upTo(100))
    await vi.waitFor(() => expect(cutOff.health().ready).toBe(true))
    await expectAllExpired(cutOff, receipts)
    await cutOff.log.append(drafts(2_000, 2_009))
    await recorder.reached(261)
    expect(offsetsOf(recorder).slice(100)).toEqual(upTo(261).slice(251))
  })

  it('behind what a live gateway saw tells the followers of every gateway', async () => {
    const redis = await redisForTest({ appendOnly: true })
    const stores = [await storeForTest(redis.url), await storeForTest(redis.url)]
    const recorders = await Promise.all(stores.map(({ log }) => record(log)))
    await stores[0]?.log.append(drafts(1, 50))
    const copy = await redis.copyData()
    await stores[0]?.log.append(drafts(51, 100))
    await Promise.all(recorders.map((recorder) => recorder.reached(100)))
    await redis.halt()
    await copy.restore()
    await redis.start()
    const heads = await Promise.all(recorders.map((recorder) => recorder.restarted()))
    expect(heads[0]).toEqual(heads[1])
    expect(heads[0]?.offset).toBe(50)
    expect(recorders.map(({ restarts }) => restarts.length)).toEqual([1, 1])
  })

  it('with nothing left begins a new log', async () => {
    const redis = await redisForTest()
    const store = await storeForTest(redis.url)
    const recorder = await record(store.log)
    await store.log.append(drafts(1, 10))
    await recorder.reached(10)
    await redis.client().flushall()
    const head = await recorder.restarted()
    expect(head.offset).toBe(0)
    await appendUntilTaken(store, drafts(11, 12))
    await vi.waitFor(() => expect(offsetsOf(recorder)).toEqual([...upTo(10), 1, 2]))
  })
})

async function expectAllExpired(store: Store, receipts: readonly { cursor: Cursor }[]): Promise<void> {
  for (const { cursor } of receipts) {
    await expect(store.log.read(cursor, 10)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
  }
  const [first] = receipts
  if (!first) throw new Error('no receipt')
  const follow = store.log.follow(first.cursor, { entries: () => {}, restarted: () => {} })
  await expect(follow).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
}

describe('a Redis that is gone', () => {
  it('is answered with STORE_UNAVAILABLE at once, and the store recovers by itself', async () => {
    const redis = await redisForTest({ appendOnly: true })
    const store = await storeForTest(redis.url)
    const recorder = await record(store.log)
    await store.log.append(drafts(1, 5))
    const head = await store.log.head()
    await redis.kill()
    await vi.waitFor(() => expect(store.health().ready).toBe(false))
    const goneAt = performance.now()
    await expectUnavailable(store.log.append(drafts(6, 7)))
    await expectUnavailable(store.log.read(head, 10))
    await expectUnavailable(store.log.readBackwards(null, 10))
    await expectUnavailable(store.log.at([1]))
    await expectUnavailable(store.log.head())
    await expectUnavailable(store.log.tail())
    await expectUnavailable(store.log.knownSince())
    await expectUnavailable(
      store.resources.list({ filter: {}, visibility: { kind: 'ALL' } }, { first: 1, after: null }),
    )
    await expectUnavailable(store.resources.history({ kind: 'Volume', uid: 'v1' }, null, 1))
    await expectUnavailable(store.trim())
    expect(performance.now() - goneAt).toBeLessThan(500)
    await redis.start()
    await vi.waitFor(() => expect(store.health().ready).toBe(true), { timeout: 5_000 })
    await store.log.append(drafts(6, 10))
    await recorder.reached(10)
    expect(offsetsOf(recorder)).toEqual(upTo(10))
  })

  it('at the start fails with the host and without the password', async () => {
    const redis = await startRedis()
    await redis.stop()
    const url = `redis://somebody:secret@127.0.0.1:${redis.port}`
    const opening = openRedisStore({ url, retention: roomyRetention, logger: pino({ level: 'silent' }) })
    const error = (await opening.catch((reason: unknown) => reason)) as HeliographError
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(error.message).toContain(`127.0.0.1:${redis.port}`)
    expect(error.message).toContain('HELIOGRAPH_REDIS_URL')
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('secret')
  })
})

describe('a Redis that is out of memory', () => {
  it('takes no part of an append, and all of it once there is room', async () => {
    const redis = await redisForTest()
    const store = await storeForTest(redis.url)
    const recorder = await record(store.log)
    await store.log.append(drafts(1, 5))
    await redis.client().config('SET', 'maxmemory', '1')
    await expectUnavailable(store.log.append([...drafts(6, 9), observation('Volume/v1', { name: 'one' })]))
    expect((await store.log.head()).offset).toBe(5)
    await redis.client().config('SET', 'maxmemory', '0')
    expect(await store.resources.get([{ kind: 'Volume', uid: 'v1' }])).toEqual([null])
    await store.log.append(drafts(6, 10))
    await recorder.reached(10)
    expect(offsetsOf(recorder)).toEqual(upTo(10))
  })
})

describe('appends one behind the other', () => {
  it('are not kept where the one before them failed', async () => {
    const redis = await redisForTest()
    const store = await storeForTest(redis.url)
    await store.log.append(drafts(1, 5))
    await redis.client().config('SET', 'maxmemory', '1')
    const first = store.log.append(drafts(6, 9))
    const second = store.log.append(drafts(10, 12))
    const room = first.catch(() => redis.client().config('SET', 'maxmemory', '0'))
    await expectUnavailable(first)
    await expectUnavailable(second)
    await room
    expect((await store.log.head()).offset).toBe(5)
    await store.log.append(drafts(6, 12))
    expect((await store.log.head()).offset).toBe(12)
  })

  it('change the same resources as if each had waited for the one before', async () => {
    const redis = await redisForTest()
    const store = await storeForTest(redis.url)
    const names = Array.from({ length: 40 }, (_, n) => `name-${n}`)
    const appends = names.map((name, n) =>
      store.log.append([
        observation('Volume/v1', { name }),
        observation(`Volume/fresh-${n}`, { name }),
        ...drafts(n % 7 === 0 ? 1 : 10 * n, 10 * n + 3),
      ]),
    )
    const offsets = (await Promise.all(appends)).map(([receipt]) => receipt?.cursor.offset ?? 0)
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    const [volume] = await store.resources.get([{ kind: 'Volume', uid: 'v1' }])
    expect(volume).toMatchObject({ name: names.at(-1), version: offsets.at(-1) })
    const entries = await store.log.at(offsets)
    expect(entries.map((entry) => entry?.change?.after.name)).toEqual(names)
    expect(entries.slice(1).map((entry) => entry?.change?.before?.name)).toEqual(names.slice(0, -1))
  })
})

describe('entries of an append', () => {
  it('are sent to other gateways only, and the first that joins misses none', async () => {
    const redis = await redisForTest()
    const published = async () =>
      Number(/cmdstat_publish:calls=(\d+)/.exec(await redis.client().info('commandstats'))?.[1])
    const first = await storeForTest(redis.url)
    const heard = await record(first.log)
    await first.log.append(drafts(1, 5))
    const before = await published()
    await first.log.append(drafts(6, 10))
    expect(await published()).toBe(before + 1)
    const second = await storeForTest(redis.url)
    const heardToo = await record(second.log)
    for (const n of [11, 21, 31]) await first.log.append(drafts(n, n + 9))
    expect(await published()).toBe(before + 6)
    await Promise.all([heard.reached(40), heardToo.reached(40)])
    expect(offsetsOf(heard)).toEqual(upTo(40))
    expect(offsetsOf(heardToo)).toEqual(upTo(40).slice(10))
  })
})

describe('whatever happens to the connections', () => {
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('APPEND' as const), by: fc.nat(1), first: fc.nat(60) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'KILL_PUBSUB' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'KILL_NORMAL' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'CUT' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'MUTE' as const }) },
  )

  it('followers on two gateways get every entry once, in one order', async () => {
    const redis = await redisForTest()
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
        run++
        const gate = await openGate(redis.port)
        const open = (url: string) =>
          openRedisStore({ url, retention: roomyRetention, logger: pino({ level: 'silent' }) })
        const stores = [await open(gate.url), await open(redis.url)]
        try {
          const start = await (stores[1] as Store).log.head()
          const recorders = await Promise.all(stores.map(({ log }) => record(log, start)))
          const taken = new Set<string>()
          for (const step of actions) {
            if (step.kind === 'KILL_PUBSUB') await redis.killClients('pubsub')
            if (step.kind === 'KILL_NORMAL') await redis.killClients('normal')
            if (step.kind === 'CUT') await gate.shut().then(gate.open)
            if (step.kind === 'MUTE') gate.muteSubscribers()
            if (step.kind !== 'APPEND') continue
            const wanted = [0, 1, 2].map((i) => draft(`${run}-${step.first + i}`))
            const appended = await stores[step.by]?.log.append(wanted).catch(() => null)
            if (appended) for (const { event } of wanted) taken.add(event.eventId)
          }
          await appendUntilTaken(stores[1] as Store, [draft(`${run}-last`)])
          const end = await vi.waitFor(() => (stores[1] as Store).log.head())
          await Promise.all(recorders.map((recorder) => recorder.reached(end.offset)))
          const [one, other] = recorders.map(({ entries }) => entries)
          expect(valuesOf(one)).toEqual(valuesOf(other))
          expect(one?.map(({ position }) => position.offset - start.offset)).toEqual(
            upTo(end.offset - start.offset),
          )
          const logged = one?.map(({ event }) => event.eventId) ?? []
          expect(new Set(logged).size).toBe(logged.length)
          expect(logged).toEqual(expect.arrayContaining([...taken]))
          expect(recorders.map(({ restarts }) => restarts)).toEqual([[], []])
        } finally {
          await Promise.all(stores.map((store) => store.close()))
          await gate.stop()
        }
      }),
      { numRuns: 25 },
    )
  }, 120_000)
})

describe('a Redis that does not suit', () => {
  it('is refused where it may evict', async () => {
    const redis = await redisForTest({ settings: { 'maxmemory-policy': 'allkeys-lru' } })
    await expect(storeForTest(redis.url)).rejects.toMatchObject({
      code: 'STORE_UNSUITABLE',
      message: expect.stringContaining('set maxmemory-policy noeviction'),
    })
  })

  it('is refused where it is a replica', async () => {
    const primary = await redisForTest()
    const replica = await redisForTest({ settings: { replicaof: `127.0.0.1 ${primary.port}` } })
    await expect(storeForTest(replica.url)).rejects.toMatchObject({
      code: 'STORE_UNSUITABLE',
      message: expect.stringContaining('point HELIOGRAPH_REDIS_URL to the primary'),
    })
  })

  it('is told from one that wants another password, which no error repeats', async () => {
    const redis = await redisForTest({ settings: { requirepass: 'right' } })
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const url = redis.url.replace('redis://', 'redis://default:secret@')
    const error = (await openRedisStore({ url, retention: roomyRetention, logger }).catch(
      (reason: unknown) => reason,
    )) as HeliographError
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('WRONGPASS') })
    expect(JSON.stringify([error, error.message, error.stack, error.cause, lines])).not.toContain('secret')
    const store = await storeForTest(redis.url.replace('redis://', 'redis://:right@'))
    expect(store.health().ready).toBe(true)
    expect(store.health().detail).not.toContain('right')
  })
})

describe('a Redis watched by a Sentinel', () => {
  it('is found by its name, and followed to the primary after it', async () => {
    const primary = await redisForTest({ settings: { 'repl-diskless-sync-delay': '0' } })
    const replica = await redisForTest({ settings: { replicaof: `127.0.0.1 ${primary.port}` } })
    await vi.waitFor(
      async () => expect(await replica.client().info()).toContain('master_link_status:up'),
      20_000,
    )
    const sentinel = await startSentinel(primary.port)
    onTestFinished(() => sentinel.stop())
    const store = await storeForTest(`redis+sentinel://127.0.0.1:${sentinel.port}/main`)
    const recorder = await record(store.log)
    await store.log.append(drafts(1, 10))
    await recorder.reached(10)
    await primary.client().wait(1, 5_000)
    const control = new Redis(sentinel.port, '127.0.0.1')
    onTestFinished(() => control.disconnect())
    // It must have met the replica before it can choose it.
    await vi.waitFor(
      async () =>
        expect(String(await control.call('SENTINEL', 'REPLICAS', 'main'))).toContain('master-link-status,ok'),
      20_000,
    )
    await primary.kill()
    await appendUntilTaken(store, drafts(11, 20))
    await recorder.reached(20)
    expect(offsetsOf(recorder)).toEqual(upTo(20))
    await vi.waitFor(async () => expect(await replica.client().xlen('{heliograph}:log')).toBe(20))
  }, 60_000)
})

describe('two gateways on one Redis', () => {
  it('append at once without a gap or a duplicate, and their followers see the same', async () => {
    const redis = await redisForTest()
    const stores = [await storeForTest(redis.url), await storeForTest(redis.url)]
    const recorders = await Promise.all(stores.map(({ log }) => record(log)))
    const rounds = Array.from({ length: 40 }, (_, i) => drafts(i * 10 + 1, i * 10 + 15))
    // Every draft goes to both, and neighbouring rounds overlap: 405 different ones.
    await Promise.all(stores.flatMap(({ log }) => rounds.map((round) => log.append(round))))
    await Promise.all(recorders.map((recorder) => recorder.reached(405)))
    const [one, other] = recorders.map(({ entries }) => entries)
    expect(one).toEqual(other)
    expect(one?.map(({ position }) => position.offset)).toEqual(upTo(405))
    expect(new Set(one?.map(({ event }) => event.eventId)).size).toBe(405)
    const read = await stores[1]?.log.read((await stores[1]?.log.tail()) as Cursor, 1000)
    expect(valuesOf(one)).toEqual(valuesOf(read))
  })

  it('change the same resources without losing a change', async () => {
    const redis = await redisForTest()
    const stores = [await storeForTest(redis.url), await storeForTest(redis.url)]
    const recorder = await record((stores[0] as Store).log)
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        stores[i % 2]?.log.append([
          observation(`Volume/v${i % 3}`, { name: `name ${i}`, owner: `owner ${i}` }),
        ]),
      ),
    )
    await recorder.reached(60)
    const latest = new Map<string, string | null>()
    for (const { event, change } of recorder.entries) {
      const uid = event.resource?.uid ?? ''
      expect(change?.before?.name).toEqual(latest.get(uid))
      latest.set(uid, change?.after.name ?? null)
    }
    const stored = await stores[1]?.resources.get(
      [...latest.keys()].sort().map((uid) => ({ kind: 'Volume', uid })),
    )
    expect(stored?.map((resource) => resource?.name)).toEqual([...latest].sort().map(([, name]) => name))
    const everybody = await stores[1]?.resources.list(
      {
        filter: {},
        visibility: { kind: 'ACCOUNTS', accounts: new Set(stored?.map((it) => it?.owner ?? '')) },
      },
      { first: 10, after: null },
    )
    expect(everybody?.resources).toEqual(stored)
  })

  it("continue each other's cursors", async () => {
    const redis = await redisForTest()
    const [one, other] = [await storeForTest(redis.url), await storeForTest(redis.url)]
    const receipts = await one.log.append(drafts(1, 10))
    const cursor = parseCursor(formatCursor(receipts[3]?.cursor as Cursor))
    expect((await other.log.read(cursor, 100)).map(({ position }) => position.offset)).toEqual([
      5, 6, 7, 8, 9, 10,
    ])
    const recorder = await record(other.log, cursor)
    await one.log.append(drafts(11, 12))
    await recorder.reached(12)
    expect(offsetsOf(recorder)).toEqual([5, 6, 7, 8, 9, 10, 11, 12])
  })

  it('with clocks that differ log no time that runs backwards, the same read and announced', async () => {
    const redis = await redisForTest()
    const stores = [await storeForTest(redis.url), await storeForTest(redis.url)]
    const recorder = await record((stores[0] as Store).log)
    // Each reading of the clock is earlier than the one before: the gateway that is second is behind.
    let nowMs = Date.parse('2026-05-14T10:00:00.000Z')
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => nowMs--)
    onTestFinished(() => clock.mockRestore())
    for (let i = 1; i <= 50; i++) {
      await Promise.all(stores.map(({ log }, j) => log.append([draft(`${i}-${j}`)])))
      nowMs += 1_000
    }
    await recorder.reached(100)
    const times = recorder.entries.map(({ event }) => event.receivedAt)
    expect(times).toEqual([...times].sort())
    const log = (stores[1] as Store).log
    expect(valuesOf(await log.read(await log.tail(), 1000))).toEqual(valuesOf(recorder.entries))
    expect(valuesOf(await log.at([100]))).toEqual(valuesOf(recorder.entries.slice(-1)))
    expect(cursorOf(recorder.entries.at(-1) as Entry)).toEqual(await log.head())
  })

  it('trim at the same time without hurting each other', async () => {
    const redis = await redisForTest()
    const retention = { ...roomyRetention, maxEntries: 100, dedupeEntries: 200 }
    const open = async () => {
      const store = await openRedisStore({ url: redis.url, retention, logger: pino({ level: 'silent' }) })
      onTestFinished(() => store.close())
      return store
    }
    const stores = await Promise.all([open(), open(), open()])
    await stores[0].log.append(drafts(1, 3000))
    const trimmed = await Promise.all(stores.map((store) => store.trim()))
    expect(trimmed.reduce((sum, each) => sum + each, 0)).toBe(2900)
    const tail = await stores[1].log.tail()
    expect(tail.offset).toBe(2900)
    expect((await stores[2].log.read(tail, 1000)).map(({ position }) => position.offset)).toEqual(
      upTo(3000).slice(2900),
    )
    expect(await redis.client().hlen('{heliograph}:dedupe')).toBe(200)
    expect(await redis.client().llen('{heliograph}:order')).toBe(200)
  })
})
