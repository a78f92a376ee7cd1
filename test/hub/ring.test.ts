import { expect, it } from 'vitest'
import { type Cursor, parseEpoch } from '../../src/event/position.ts'
import { type Placed, place } from '../../src/event-log/placed.ts'
import { Ring } from '../../src/hub/ring.ts'
import { draft } from '../store/conformance/drafts.ts'
import { range } from '../store/conformance/open-store.ts'

const epoch = parseEpoch('00000000000000aa')
const start: Cursor = { epoch, offset: 100, mark: 1 }

function entry(offset: number, description = ''): Placed {
  const event = { ...draft(offset).event, description, owner: null, receivedAt: '2026-05-14T09:31:07.000Z' }
  return place({ position: { epoch, offset }, event, change: null })
}

function ringTo(last: number, maxEntries: number, maxBytes = Number.POSITIVE_INFINITY): Ring {
  const ring = new Ring(start, maxEntries, maxBytes)
  for (const offset of range(101, last)) ring.push(entry(offset))
  return ring
}

const offsets = (placed: readonly Placed[] | null) => placed?.map(({ cursor }) => cursor.offset)

it('gives what comes after a cursor whose entry it holds, page by page', () => {
  const ring = ringTo(112, 10)
  expect(offsets(ring.after(entry(103).cursor, 5))).toEqual(range(104, 108))
  expect(offsets(ring.after(entry(109).cursor, 5))).toEqual([110, 111, 112])
  expect(ring.after(entry(112).cursor, 5)).toEqual([])
})

it('vouches for no cursor whose entry it dropped, never had, or has with another mark', () => {
  const ring = ringTo(112, 10)
  const { cursor } = entry(105)
  const strangers = [
    entry(102).cursor,
    entry(113).cursor,
    start,
    { ...cursor, mark: cursor.mark ^ 1 },
    { ...cursor, epoch: parseEpoch('00000000000000bb') },
  ]
  for (const stranger of strangers) expect(ring.after(stranger, 5)).toBeNull()
})

it('vouches for the head it started from until the next entry comes', () => {
  const ring = new Ring(start, 10, 1_000_000)
  expect(ring.after(start, 5)).toEqual([])
  ring.push(entry(101))
  expect(ring.after(start, 5)).toBeNull()
})

it('drops the oldest when its bytes are used up, be there room for entries or not', () => {
  const ring = ringTo(110, 1000, 20_000)
  expect(ring.holds(entry(101).cursor)).toBe(true)
  ring.push(entry(111, 'x'.repeat(15_000)))
  expect(ring.holds(entry(101).cursor)).toBe(false)
  expect(offsets(ring.after(entry(110).cursor, 5))).toEqual([111])
  ring.push(entry(112, 'x'.repeat(50_000)))
  expect(ring.after(ring.tip, 5)).toEqual([])
})

it('forgets everything when the log begins anew', () => {
  const ring = ringTo(110, 10)
  const head = { epoch: parseEpoch('00000000000000bb'), offset: 105, mark: 7 }
  ring.restart(head)
  expect(ring.tip).toEqual(head)
  expect(ring.after(entry(107).cursor, 5)).toBeNull()
  expect(ring.after(entry(105).cursor, 5)).toBeNull()
})
