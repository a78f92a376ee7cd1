import { describe, expect, test } from 'vitest'
import { parseRetryAfter, reasonOf } from '../../src/channel/http-answer.ts'

const nowMs = Date.parse('2026-05-14T09:31:07Z')

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120_000],
    ['3600', 3_600_000],
    ['999999999', 3_600_000],
    ['Thu, 14 May 2026 09:32:07 GMT', 60_000],
    ['Thu, 14 May 2026 09:00:00 GMT', 0],
    ['Thursday, 14-May-26 09:32:07 GMT', 60_000],
    ['Fri, 14 May 2027 09:32:07 GMT', 3_600_000],
    ['-1', null],
    ['1.5', null],
    ['soon', null],
    ['2026', 2_026_000],
    ['May 14', null],
    ['', null],
    [null, null],
  ])('%j is %j ms', (text, ms) => {
    expect(parseRetryAfter(text, nowMs)).toBe(ms)
  })
})

test('reasons of failures hold no address', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' })
  expect(reasonOf(refused)).toBe('connection refused')
  const odd = Object.assign(new Error('connect EODD 10.0.0.1:443'), { code: 'EODD' })
  expect(reasonOf(odd)).toBe('no answer (EODD)')
  expect(reasonOf(new AggregateError([refused]))).toBe('connection refused')
  expect(reasonOf('10.0.0.1')).toBe('unknown error')
})
