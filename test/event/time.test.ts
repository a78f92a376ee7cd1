import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBusTime, parseRfc3339 } from '../../src/event/time.ts'

const instant = fc.date({ min: new Date('1970-01-02'), max: new Date('2199-12-30'), noInvalidDate: true })
const offset = fc.record({
  sign: fc.constantFrom(1, -1),
  hours: fc.integer({ min: 0, max: 14 }),
  minutes: fc.integer({ min: 0, max: 59 }),
})

test('an instant is read back from any time zone it was written in', () => {
  fc.assert(
    fc.property(instant, offset, (date, { sign, hours, minutes }) => {
      const local = new Date(date.getTime() + sign * (hours * 60 + minutes) * 60_000).toISOString()
      const zone = `${sign < 0 ? '-' : '+'}${two(hours)}`
      expect(parseRfc3339(`${local.slice(0, -1)}${zone}:${two(minutes)}`)).toBe(date.toISOString())
      const bus = `${local.slice(0, 10)} ${local.slice(11, 19)} ${zone}${two(minutes)}`
      expect(parseBusTime(bus)).toBe(`${date.toISOString().slice(0, 19)}.000Z`)
    }),
  )
})

function two(digits: number): string {
  return String(digits).padStart(2, '0')
}

test.each([
  ['2026-05-14T09:31:07.250Z', '2026-05-14T09:31:07.250Z'],
  ['2026-05-14T09:31:07Z', '2026-05-14T09:31:07.000Z'],
  ['2026-05-14t09:31:07z', '2026-05-14T09:31:07.000Z'],
  ['2026-05-14T09:31:07.5Z', '2026-05-14T09:31:07.500Z'],
  ['2026-05-14T09:31:07.123999999Z', '2026-05-14T09:31:07.123Z'],
  ['2026-05-14T09:31:07-00:00', '2026-05-14T09:31:07.000Z'],
  ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
])('%s is %s', (text, time) => {
  expect(parseRfc3339(text)).toBe(time)
})

test.each([
  '2026-05-14',
  '2026-05-14 09:31:07Z',
  '2026-05-14T09:31:07',
  '2026-05-14T09:31Z',
  '2026-05-14T09:31:07+0000',
  '2026-02-29T09:31:07Z',
  '2026-02-29T09:31:07.000Z',
  '2026-05-14T24:00:00Z',
  '2026-05-14T24:00:00.000Z',
  '2026-05-14T09:31:07.Z',
  '2026-05-14T09:31:07+24:00',
  '0000-01-01T00:00:00+01:00',
  '1778751067000',
  '',
])('"%s" is no RFC 3339 time', (text) => {
  expect(parseRfc3339(text)).toBeNull()
})
