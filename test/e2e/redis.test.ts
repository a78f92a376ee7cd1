// Several gateways on one Redis, and a Redis that fails: nothing is missing, nothing is doubled, and
// what is lost for good is said.

import { afterEach, describe, expect, test } from 'vitest'
import { connect, query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'

type EventRow = { eventId: string; cursor: string }

const eventsAfter = `subscription ($after: Cursor) { events(after: $after) { eventId cursor } }`

let made = new AsyncDisposableStack()
afterEach(async () => {
  await made.disposeAsync()
  made = new AsyncDisposableStack()
})

async function redis(): Promise<TestRedis> {
  const started = await startRedis({ appendOnly: true })
  made.defer(() => started.stop())
  return started
}

async function gatewayOn({ url }: TestRedis): Promise<TestGateway> {
  const gateway = await startTestGateway('redis', { redisUrl: url })
  made.defer(() => gateway.stop())
  return gateway
}

function liveOn(gateway: TestGateway) {
  const client = connect(gateway.socketEndpoint)
  made.defer(() => client.close())
  return client
}

async function post(gateway: TestGateway, ids: readonly string[]): Promise<string> {
  const events = ids.map((id) => note(id))
  const response = await gateway.post(events, cloudEventBatch)
  expect(response.status).toBe(202)
  return ((await response.json()) as { cursor: string }).cursor
}

const ids = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n}`)
const idsOf = (rows: readonly EventRow[]) => rows.map(({ eventId }) => eventId)
const head = async (gateway: TestGateway) =>
  (await query<{ head: string }>(gateway.endpoint, '{ head }')).head

/** Resolves once the gateway says so itself; asks over and over, as an orchestrator does. */
async function untilReady(gateway: TestGateway, ready: boolean): Promise<void> {
  for (;;) {
    const response = await fetch(`${gateway.url}/health/ready`)
    await response.arrayBuffer()
    if (response.ok === ready) return
  }
}

describe('two gateways on one Redis', () => {
  test('an event posted to one reaches the subscribers of both, in the same order', async () => {
    const shared = await redis()
    const [one, two] = [await gatewayOn(shared), await gatewayOn(shared)]
    const after = await head(one)
    const recordings = [one, two].map((gateway) =>
      liveOn(gateway).subscribe<EventRow>(eventsAfter, { after }),
    )
    await Promise.all([
      ...ids('left', 20).map((id) => post(one, [id])),
      ...ids('right', 20).map((id) => post(two, [id])),
    ])
    const [left, right] = await Promise.all(
      recordings.map((recording) => recording.until((rows) => rows.length === 40)),
    )
    expect(new Set(idsOf(left ?? [])).size).toBe(40)
    expect(idsOf(right ?? [])).toEqual(idsOf(left ?? []))
  })

  test('a cursor from one resumes on the other', async () => {
    const shared = await redis()
    const [one, two] = [await gatewayOn(shared), await gatewayOn(shared)]
    const first = liveOn(one).subscribe<EventRow>(eventsAfter)
    const start = await head(one)
    await post(one, ids('moved', 10))
    const onTwo = liveOn(two).subscribe<EventRow>(eventsAfter, { after: start })
    const rows = await onTwo.until((received) => received.length === 10)
    const resumed = liveOn(one).subscribe<EventRow>(eventsAfter, { after: rows[4]?.cursor })
    const rest = await resumed.until((received) => received.length === 5)
    expect(idsOf(rest)).toEqual(ids('moved', 10).slice(5))
    first.close()
  })
})

describe('a lost Redis message is noticed', () => {
  test('events appended while subscriber connections are killed arrive once and in order', async () => {
    const shared = await redis()
    const [one, two] = [await gatewayOn(shared), await gatewayOn(shared)]
    const after = await head(one)
    const recording = liveOn(two).subscribe<EventRow>(eventsAfter, { after })
    const all = ids('killed', 60)
    for (let n = 0; n < all.length; n += 3) {
      if (n % 9 === 0) await shared.killClients('pubsub')
      await post(one, all.slice(n, n + 3))
    }
    const rows = await recording.until((received) => received.length >= all.length)
    expect(idsOf(rows)).toEqual(all)
  })

  test('a Redis that is paused and goes on has lost and doubled nothing', async () => {
    const shared = await redis()
    const gateway = await gatewayOn(shared)
    const recording = liveOn(gateway).subscribe<EventRow>(eventsAfter, { after: await head(gateway) })
    await post(gateway, ['before'])
    await recording.until((rows) => rows.length > 0)
    shared.pause()
    const response = await gateway.post([note('while-paused')], cloudEventBatch)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    shared.resume()
    await untilReady(gateway, true)
    await post(gateway, ['while-paused', 'after'])
    const rows = await recording.until((received) => received.some(({ eventId }) => eventId === 'after'))
    expect(idsOf(rows)).toEqual(['before', 'while-paused', 'after'])
  })

  test('a Redis that restarts from its append-only file has lost and doubled nothing', async () => {
    const shared = await redis()
    const gateway = await gatewayOn(shared)
    const recording = liveOn(gateway).subscribe<EventRow>(eventsAfter, { after: await head(gateway) })
    await post(gateway, ids('first', 5))
    await recording.until((rows) => rows.length === 5)
    await shared.restart()
    await untilReady(gateway, true)
    await post(gateway, [...ids('first', 5), ...ids('second', 5)])
    const rows = await recording.until((received) => received.length >= 10)
    expect(idsOf(rows)).toEqual([...ids('first', 5), ...ids('second', 5)])
  })
})

describe('a Redis put back to an earlier copy', () => {
  test('ends live subscribers and every cursor into the lost tail with CURSOR_EXPIRED', async () => {
    const shared = await redis()
    const gateway = await gatewayOn(shared)
    await post(gateway, ids('kept', 5))
    const copy = await shared.copyData()
    const lost = await Promise.all(ids('lost', 5).map((id) => post(gateway, [id])))
    const live = liveOn(gateway).subscribe<EventRow>(eventsAfter, { after: lost[0] })
    await live.until((rows) => rows.length > 0)
    await shared.kill()
    await copy.restore()
    await shared.start()
    await untilReady(gateway, true)
    const [ended] = await live.ended()
    expect(ended?.extensions?.code).toBe('CURSOR_EXPIRED')
    await post(gateway, ids('again', 20))
    for (const after of lost) {
      const [error] = await liveOn(gateway).subscribe(eventsAfter, { after }).ended()
      expect(error?.extensions?.code).toBe('CURSOR_EXPIRED')
    }
  })
})

describe('Redis gone', () => {
  test('ingest answers 503 with Retry-After, readiness is false, queries say why, and all recovers by itself', async () => {
    const shared = await redis()
    const gateway = await gatewayOn(shared)
    const recording = liveOn(gateway).subscribe<EventRow>(eventsAfter, { after: await head(gateway) })
    await post(gateway, ['here'])
    await recording.until((rows) => rows.length > 0)
    await shared.kill()
    await untilReady(gateway, false)
    const response = await gateway.post([note('gone')], cloudEventBatch)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } })
    await expect(head(gateway)).rejects.toThrow('STORE_UNAVAILABLE')
    await shared.start()
    await untilReady(gateway, true)
    await post(gateway, ['back'])
    const rows = await recording.until((received) => received.length >= 2)
    expect(idsOf(rows)).toEqual(['here', 'back'])
  })
})
