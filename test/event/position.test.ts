import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Cursor,
  cursorExpired,
  formatCursor,
  parseCursor,
  parseEpoch,
} from '../../src/event/position.ts'

const epoch = fc.stringMatching(/^[0-9a-f]{16}$/).map(parseEpoch)
const cursor: fc.Arbitrary<Cursor> = fc.record({
  epoch,
  offset: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  mark: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
})

test('a cursor comes back from its text as it was', () => {
  fc.assert(
    fc.property(cursor, (value) => {
      expect(parseCursor(formatCursor(value))).toEqual(value)
    }),
  )
})

test('different cursors have different texts, and all of one length', () => {
  fc.assert(
    fc.property(cursor, cursor, (a, b) => {
      const same = a.epoch === b.epoch && a.offset === b.offset && a.mark === b.mark
      expect(formatCursor(a) === formatCursor(b)).toBe(same)
      expect(formatCursor(a)).toHaveLength(26)
    }),
  )
})

test('a cursor is fit for a URL and a header', () => {
  fc.assert(
    fc.property(cursor, (value) => {
      expect(formatCursor(value)).toMatch(/^[A-Za-z0-9_-]+$/)
    }),
  )
})

test.each([
  '',
  'c1',
  'end',
  '12',
  'c1====',
  `c1${'A'.repeat(25)}`,
  `c1${'A'.repeat(23)}!`,
  `d1${'A'.repeat(24)}`,
])('"%s" is refused as no cursor', (text) => {
  expect(() => parseCursor(text)).toThrow(expect.objectContaining({ code: 'BAD_CURSOR', field: 'after' }))
  expect(() => parseCursor(text)).toThrow(/not a cursor|another version/)
})

test('a cursor of another version is refused as such, under the name of its field', () => {
  expect(() => parseCursor(`c2${'A'.repeat(24)}`, 'before')).toThrow(
    expect.objectContaining({
      code: 'BAD_CURSOR',
      field: 'before',
      message: expect.stringContaining('another version'),
    }),
  )
})

test.each(['', '0123456789abcde', '0123456789ABCDEF', '0123456789abcdef0'])('"%s" is no epoch', (text) => {
  expect(() => parseEpoch(text)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }))
})

test('an expired cursor says how to go on', () => {
  const error = cursorExpired('the log no longer holds it')
  expect(error).toMatchObject({ code: 'CURSOR_EXPIRED', field: 'after', status: 410 })
  expect(error.message).toContain('Query.head')
})
