import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HeliographError } from '../../src/errors.ts'
import { decodeItem, decodeItems, decodeLine } from '../../src/ingest/decode.ts'
import { readSamples } from '../support/samples.ts'

const arrivedAt = '2026-05-15T12:00:00.000Z'
const limits = { eventBytes: 1_000 }
const event = { specversion: '1.0', id: '1', source: '/a', type: 'b' }
const message = {
  body: { event: 'VM.START', status: 'Completed', eventDateTime: '2026-05-14 09:31:07 +0000' },
}

describe('an item', () => {
  test('is decoded by the kind of its door', () => {
    expect(decodeItem('CLOUDEVENT', event, arrivedAt)).toMatchObject({ draft: { event: { source: '/a' } } })
    expect(decodeItem('CLOUDSTACK', message, arrivedAt)).toMatchObject({
      draft: { event: { source: 'cloudstack' } },
    })
  })

  test.each([null, 'text', 5, [], [message]])('that is %o is no message', (item) => {
    expect(() => decodeItem('CLOUDSTACK', item, arrivedAt)).toThrow(/must be an object { "routingKey"/)
  })

  test.each([{}, { body: null }, { body: 'text' }, { body: [] }, message.body])('%o has no body', (item) => {
    expect(() => decodeItem('CLOUDSTACK', item, arrivedAt)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', field: 'body' }),
    )
  })

  test('takes a routing key that is null, and none that is no text', () => {
    expect(decodeItem('CLOUDSTACK', { ...message, routingKey: null }, arrivedAt)).toMatchObject({
      kind: 'DRAFT',
    })
    expect(() => decodeItem('CLOUDSTACK', { ...message, routingKey: 5 }, arrivedAt)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', field: 'routingKey' }),
    )
  })

  test('of exactly the limit passes, one byte more is too large, counted in UTF-8', () => {
    const filled = (bytes: number) => {
      const bare = JSON.stringify({ ...event, data: 'ä' }).length + 1
      return { ...event, data: `ä${'x'.repeat(bytes - bare)}` }
    }
    expect(Buffer.byteLength(JSON.stringify(filled(1_000)))).toBe(1_000)
    expect(decodeItem('CLOUDEVENT', filled(1_000), arrivedAt, limits)).toMatchObject({ kind: 'DRAFT' })
    expect(() => decodeItem('CLOUDEVENT', filled(1_001), arrivedAt, limits)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('1000') }),
    )
  })

  test('of many small parts is as large as all of them with what stands between', () => {
    const item = { ...event, data: Array.from({ length: 400 }, () => []) }
    expect(JSON.stringify(item).length).toBeGreaterThan(1_000)
    expect(() => decodeItem('CLOUDEVENT', item, arrivedAt, limits)).toThrow(/the event has 1\d\d\d bytes/)
  })

  test('is as large as its JSON is written, escapes included', () => {
    const escaped = { ...event, data: '\u0001'.repeat(160) }
    expect(JSON.stringify(escaped).length).toBeGreaterThan(1_000)
    expect(() => decodeItem('CLOUDEVENT', escaped, arrivedAt, limits)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    )
    const shorter = { ...event, data: '\u0001'.repeat(150) }
    expect(JSON.stringify(shorter).length).toBeLessThan(1_000)
    expect(decodeItem('CLOUDEVENT', shorter, arrivedAt, limits)).toMatchObject({ kind: 'DRAFT' })
  })

  test('nested a hundred thousand levels deep is refused, not fatal', () => {
    const deep = (open: string, close: string) => JSON.parse(open.repeat(100_000) + close.repeat(100_000))
    const tooDeep = expect.objectContaining({ code: 'BAD_INPUT', message: expect.stringContaining('deeper') })
    expect(() => decodeItem('CLOUDEVENT', { ...event, data: deep('[', ']') }, arrivedAt)).toThrow(tooDeep)
    const nested = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)
    expect(() =>
      decodeItem('CLOUDSTACK', { body: { ...message.body, x: nested } }, arrivedAt, limits),
    ).toThrow(tooDeep)
  })

  test('with tens of thousands of related resources is decoded at once', () => {
    const startedAt = performance.now()
    const related = Array.from({ length: 20_000 }, (_, i) => `a/${i}`)
    expect(decodeItem('CLOUDEVENT', { ...event, data: { related } }, arrivedAt)).toHaveProperty(
      'draft.event.related.length',
      20_000,
    )
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  test('of any JSON is decoded or refused as BAD_INPUT, never anything else', () => {
    const keys = [
      'event',
      'status',
      'resource',
      'id',
      'old-state',
      'new-state',
      'jobId',
      'cmdInfo',
      'jobResult',
      'subject',
      'data',
    ]
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('VM.START', 'Completed', '2026-05-14 09:31:07 +0000'),
    )
    const body = fc.dictionary(fc.constantFrom(...keys, 'eventDateTime', 'entity'), value)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          body.map((body) => ({ body })),
          body.map((data) => ({ ...event, data })),
        ),
        (item) => {
          for (const kind of ['CLOUDEVENT', 'CLOUDSTACK'] as const) {
            const [decoded] = decodeItems(kind, [item], arrivedAt, { eventBytes: 100_000 })
            if (decoded instanceof HeliographError) expect(decoded.code).toBe('BAD_INPUT')
            else expect(decoded).toHaveProperty('kind')
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

test('one bad item never costs the others, and each stands at its place', () => {
  const decoded = decodeItems('CLOUDEVENT', [event, { ...event, id: 5 }, event], arrivedAt, limits)
  expect(decoded[0]).toMatchObject({ kind: 'DRAFT' })
  expect(decoded[1]).toMatchObject({ code: 'BAD_INPUT', field: 'id' })
  expect(decoded[2]).toMatchObject({ kind: 'DRAFT' })
})

describe('a line', () => {
  test('is an item', () => {
    expect(decodeLine('CLOUDSTACK', JSON.stringify(message), arrivedAt, limits)).toMatchObject({
      kind: 'DRAFT',
    })
  })

  test('that is no JSON is refused', () => {
    expect(decodeLine('CLOUDSTACK', '{"body":', arrivedAt, limits)).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('not JSON'),
    })
  })

  test('over the limit is too large, read or not', () => {
    expect(decodeLine('CLOUDSTACK', 'x'.repeat(1_001), arrivedAt, limits)).toMatchObject({
      code: 'TOO_LARGE',
    })
  })
})

test('all samples pass as items and as lines alike', () => {
  for (const sample of readSamples()) {
    const eventBytes = 262_144
    const item = decodeItem('CLOUDSTACK', sample, arrivedAt, { eventBytes })
    expect(decodeLine('CLOUDSTACK', JSON.stringify(sample), arrivedAt, { eventBytes })).toEqual(item)
  }
})
