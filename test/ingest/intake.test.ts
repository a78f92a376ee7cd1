import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeliographError } from '../../src/errors.ts'
import { decodeCloudEvent } from '../../src/event/cloudevents.ts'
import type { Decoded } from '../../src/event/draft.ts'
import { parseCursor } from '../../src/event/position.ts'
import { createIntake, type IngestResult, type IntakeLimits } from '../../src/ingest/intake.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { createGatedLog } from '../support/gated-log.ts'

const bad = new HeliographError('BAD_INPUT', 'id is missing', { field: 'id' })
const ignored: Decoded = { kind: 'IGNORED', reason: 'TEST' }

function draft(id: string): Decoded {
  return decodeCloudEvent({ specversion: '1.0', id, source: '/a', type: 'b' }, '2026-05-15T12:00:00.000Z')
}

function drafts(prefix: string, count: number): Decoded[] {
  return Array.from({ length: count }, (_, i) => draft(`${prefix}${i}`))
}

function start(limits?: IntakeLimits) {
  const log = createGatedLog()
  const metrics = createMetrics()
  return { log, metrics, intake: createIntake({ log, metrics, ...(limits && { limits }) }) }
}

function idsOf(append: readonly { event: { eventId: string } }[]): string[] {
  return append.map(({ event }) => event.eventId)
}

function offsetOf(result: IngestResult): number {
  return parseCursor(result.cursor).offset
}

describe('a submit', () => {
  test('tells what became of each item, by its index', async () => {
    const { log, intake } = start()
    const result = intake.submit([bad, draft('1'), ignored, draft('2'), draft('1'), bad])
    const append = await log.next()
    append.succeed()
    expect(await result).toEqual({
      accepted: 2,
      duplicates: 1,
      ignored: 1,
      rejected: [
        { index: 0, code: 'BAD_INPUT', field: 'id', message: 'id is missing' },
        { index: 5, code: 'BAD_INPUT', field: 'id', message: 'id is missing' },
      ],
      rejectedCount: 2,
      cursor: expect.any(String),
    })
  })

  test('resolves after its append, not before', async () => {
    const { log, intake } = start()
    let settled = false
    const result = intake.submit([draft('1')]).finally(() => {
      settled = true
    })
    const append = await log.next()
    expect(settled).toBe(false)
    append.succeed()
    await result
  })

  test('gives the place of its last item, be it new or known', async () => {
    const { log, intake } = start()
    const first = intake.submit([draft('1'), draft('2'), bad])
    ;(await log.next()).succeed()
    expect(offsetOf(await first)).toBe(2)
    const second = intake.submit([draft('3'), draft('1')])
    ;(await log.next()).succeed()
    expect(offsetOf(await second)).toBe(1)
  })

  test('without anything to log appends nothing and gives the head', async () => {
    const { log, intake } = start()
    const first = intake.submit(drafts('a', 3))
    ;(await log.next()).succeed()
    await first
    expect(offsetOf(await intake.submit([bad, ignored]))).toBe(3)
    expect(offsetOf(await intake.submit([]))).toBe(3)
    expect(log.appends).toHaveLength(1)
  })

  test('tells the first 1,000 rejections in full and counts all', async () => {
    const { intake } = start()
    const { rejected, rejectedCount } = await intake.submit(Array.from({ length: 1_200 }, () => bad))
    expect(rejected).toHaveLength(1_000)
    expect(rejected.at(-1)?.index).toBe(999)
    expect(rejectedCount).toBe(1_200)
  })

  test('is counted by what became of its items', async () => {
    const { log, metrics, intake } = start()
    const result = intake.submit([draft('1'), draft('1'), bad, ignored, ignored])
    ;(await log.next()).succeed()
    await result
    const text = await metrics.text()
    expect(text).toContain('heliograph_events_ingested_total{result="logged"} 1')
    expect(text).toContain('heliograph_events_ingested_total{result="duplicate"} 1')
    expect(text).toContain('heliograph_events_ingested_total{result="rejected"} 1')
    expect(text).toContain('heliograph_events_ingested_total{result="ignored"} 2')
    expect(text).toContain('heliograph_append_seconds_count 1')
  })
})

describe('concurrent submits', () => {
  test('that fill an append are handed to the log behind the one under way; fewer wait and are gathered', async () => {
    const { log, intake } = start({ batchDrafts: 10 })
    const results = [intake.submit(drafts('a', 1))]
    const first = await log.next()
    results.push(intake.submit(drafts('b', 9)))
    await nextTurn()
    expect(log.appends.map(idsOf)).toEqual([['a0']])
    results.push(intake.submit(drafts('c', 4)))
    expect(log.appends).toHaveLength(2)
    expect(log.appends[1]).toHaveLength(10)
    results.push(intake.submit(drafts('d', 20)))
    expect(log.appends).toHaveLength(2)
    first.succeed()
    for (let n = 0; n < 4; n++) (await log.next()).succeed()
    await Promise.all(results)
    expect(log.appends.map(({ length }) => length)).toEqual([1, 10, 10, 10, 3])
  })

  test('that arrive during an append share the next one, first come first served', async () => {
    const { log, intake } = start()
    const results = [intake.submit(drafts('a', 2))]
    const first = await log.next()
    results.push(...['b', 'c'].map((prefix) => intake.submit(drafts(prefix, 2))))
    expect(idsOf(first.drafts)).toEqual(['a0', 'a1'])
    first.succeed()
    const second = await log.next()
    expect(idsOf(second.drafts)).toEqual(['b0', 'b1', 'c0', 'c1'])
    second.succeed()
    expect((await Promise.all(results)).map(offsetOf)).toEqual([2, 4, 6])
  })

  test('that come within one turn of the event loop share an append', async () => {
    const { log, intake } = start()
    const results = ['a', 'b', 'c'].map((prefix) => intake.submit(drafts(prefix, 1)))
    const append = await log.next()
    expect(idsOf(append.drafts)).toEqual(['a0', 'b0', 'c0'])
    append.succeed()
    await Promise.all(results)
  })

  test('never make a batch of more than 500, and a large one is spread over several', async () => {
    const { log, intake } = start()
    const large = intake.submit(drafts('a', 1_100))
    const small = intake.submit(drafts('b', 2))
    for (const expected of [500, 500, 102]) {
      const append = await log.next()
      expect(append.drafts).toHaveLength(expected)
      append.succeed()
    }
    expect(await large).toMatchObject({ accepted: 1_100 })
    expect(await small).toMatchObject({ accepted: 2 })
    expect(idsOf(log.appends.flat())).toEqual([...idsIn('a', 1_100), ...idsIn('b', 2)])
  })

  test('are logged whole and in order, whatever their sizes', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 7 }), async (counts, batchDrafts) => {
        const { log, intake } = start({ batchDrafts })
        const results = Promise.all(counts.map((count, i) => intake.submit(drafts(`${i}-`, count))))
        const total = counts.reduce((sum, count) => sum + count, 0)
        let logged = 0
        while (logged < total) {
          const append = await log.next()
          expect(append.drafts.length).toBeLessThanOrEqual(batchDrafts)
          logged += append.drafts.length
          append.succeed()
        }
        expect((await results).map(({ accepted }) => accepted)).toEqual(counts)
        expect(idsOf(log.appends.flat())).toEqual(counts.flatMap((count, i) => idsIn(`${i}-`, count)))
      }),
    )
  })
})

function idsIn(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`)
}

describe('when the store fails', () => {
  const unavailable = new HeliographError('STORE_UNAVAILABLE', 'the store cannot be reached')

  test('every submit that waits is rejected with its error, and later ones work again', async () => {
    const { log, intake } = start()
    const results = Promise.allSettled(['a', 'b', 'c'].map((prefix) => intake.submit(drafts(prefix, 2))))
    ;(await log.next()).fail(unavailable)
    expect((await results).map((result) => result.status === 'rejected' && result.reason)).toEqual([
      unavailable,
      unavailable,
      unavailable,
    ])
    const later = intake.submit(drafts('a', 2))
    ;(await log.next()).succeed()
    expect(await later).toMatchObject({ accepted: 2 })
  })

  test('half way through a submit it is rejected, and sent again gives duplicates for what was kept', async () => {
    const { log, intake } = start({ batchDrafts: 2 })
    const result = Promise.allSettled([intake.submit(drafts('a', 3))])
    ;(await log.next()).succeed()
    ;(await log.next()).fail(unavailable)
    expect(await result).toEqual([{ status: 'rejected', reason: unavailable }])
    const again = intake.submit(drafts('a', 3))
    ;(await log.next()).succeed()
    ;(await log.next()).succeed()
    expect(await again).toMatchObject({ accepted: 1, duplicates: 2 })
  })

  test('by a fault of its own only the submits of that append are rejected', async () => {
    const { log, intake } = start()
    const fault = new TypeError('a fault')
    const first = Promise.allSettled([intake.submit(drafts('a', 1))])
    const append = await log.next()
    const second = intake.submit(drafts('b', 1))
    append.fail(fault)
    expect(await first).toEqual([{ status: 'rejected', reason: fault }])
    ;(await log.next()).succeed()
    expect(await second).toMatchObject({ accepted: 1 })
  })
})

describe('too much at once', () => {
  test('is refused as OVERLOADED with the time to come back, and taken when the queue has room', async () => {
    const { log, intake } = start({ queuedDrafts: 5 })
    const first = intake.submit(drafts('a', 4))
    const append = await log.next()
    await expect(intake.submit(drafts('b', 2))).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfterSeconds: 1,
    })
    const fits = intake.submit(drafts('c', 1))
    append.succeed()
    ;(await log.next()).succeed()
    await Promise.all([first, fits])
    const later = intake.submit(drafts('b', 2))
    ;(await log.next()).succeed()
    expect(await later).toMatchObject({ accepted: 2 })
  })

  test('is taken where nothing waits', async () => {
    const { log, intake } = start({ queuedDrafts: 5 })
    const result = intake.submit(drafts('a', 6))
    ;(await log.next()).succeed()
    expect(await result).toMatchObject({ accepted: 6 })
  })
})

describe('closing', () => {
  test('waits for what is under way and refuses what comes later', async () => {
    const { log, intake } = start({ batchDrafts: 1 })
    const result = intake.submit(drafts('a', 2))
    let closed = false
    const closing = intake.close().then(() => {
      closed = true
    })
    await expect(intake.submit([draft('b')])).rejects.toMatchObject({ code: 'SHUTTING_DOWN', status: 503 })
    ;(await log.next()).succeed()
    const last = await log.next()
    expect(closed).toBe(false)
    last.succeed()
    await closing
    expect(await result).toMatchObject({ accepted: 2 })
  })

  test('waits for what has not been handed to the log yet', async () => {
    const { log, intake } = start()
    const result = intake.submit(drafts('a', 1))
    const closing = intake.close()
    ;(await log.next()).succeed()
    await closing
    expect(await result).toMatchObject({ accepted: 1 })
  })

  test('returns at once where nothing waits', async () => {
    await start().intake.close()
  })
})
