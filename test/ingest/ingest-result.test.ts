import { expect, test } from 'vitest'
import { type IngestResult, mergeResults, type Rejection } from '../../src/ingest/ingest-result.ts'

function rejection(index: number): Rejection {
  return { index, code: 'BAD_INPUT', field: 'id', message: 'id is missing' }
}

function part(of: Partial<IngestResult>): IngestResult {
  return { accepted: 0, duplicates: 0, ignored: 0, rejected: [], rejectedCount: 0, cursor: 'c1', ...of }
}

test('parts add up, rejections point into the whole, and the last cursor counts', () => {
  const first = part({ accepted: 2, ignored: 1, rejected: [rejection(1)], rejectedCount: 1, cursor: 'first' })
  const second = part({
    accepted: 1,
    duplicates: 3,
    rejected: [rejection(0)],
    rejectedCount: 1,
    cursor: 'second',
  })
  const total = mergeResults(
    mergeResults(null, first, (index) => index),
    second,
    (index) => index + 4,
  )
  expect(total).toEqual({
    accepted: 3,
    duplicates: 3,
    ignored: 1,
    rejected: [rejection(1), rejection(4)],
    rejectedCount: 2,
    cursor: 'second',
  })
})

test('the first part alone is moved to its place too', () => {
  const only = part({ rejected: [rejection(0)], rejectedCount: 1 })
  expect(mergeResults(null, only, () => 7).rejected).toEqual([rejection(7)])
})

test('of many parts the first 1,000 rejections are told and all are counted', () => {
  const full = part({ rejected: Array.from({ length: 600 }, (_, i) => rejection(i)), rejectedCount: 600 })
  const total = mergeResults(
    mergeResults(null, full, (index) => index),
    full,
    (index) => index + 600,
  )
  expect(total.rejected).toHaveLength(1_000)
  expect(total.rejected.at(-1)?.index).toBe(999)
  expect(total.rejectedCount).toBe(1_200)
})
