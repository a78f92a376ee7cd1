// Which entries may be attempted, played through: whatever is taken is settled at random, until all is done.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { parseEpoch } from '../../src/event/position.ts'
import { place } from '../../src/event-log/placed.ts'
import type { Pending } from '../../src/webhook/endpoint-queue.ts'
import { nextTurn, nextTurnAt } from '../../src/webhook/turn.ts'
import { anyEvent } from '../support/arbitrary-event.ts'

const epoch = parseEpoch('0123456789abcdef')

function queueOf(events: readonly Event[]): Pending[] {
  let before = { epoch, offset: 0, mark: 0 }
  return events.map((event, index) => {
    const placed = place({ position: { epoch, offset: index + 1 }, event, change: null })
    const pending = { placed, before, tries: 0, underWay: false, notBeforeMs: 0 }
    before = placed.cursor
    return pending
  })
}

function laneOf({ placed }: Pending): string {
  const { resource } = placed.entry.event
  return resource === null ? '' : `${resource.kind}/${resource.uid}`
}

const rules = { concurrency: 1, isSuspect: false, most: 1, nowMs: 1_000 }
const play = fc.record({
  events: fc.array(anyEvent, { maxLength: 30 }),
  concurrency: fc.integer({ min: 1, max: 8 }),
  most: fc.constantFrom(1, 1, 50),
  choices: fc.infiniteStream(fc.record({ which: fc.nat(), isSuspect: fc.boolean() })),
})

it('everything gets its turn, in order at concurrency 1, in order per resource above, and never too many at once', () => {
  fc.assert(
    fc.property(play, ({ events, concurrency, most, choices }) => {
      let pending = queueOf(events)
      const underWay: (readonly Pending[])[] = []
      const taken: Pending[] = []
      while (pending.length > 0) {
        const { which, isSuspect } = choices.next().value
        const turn = nextTurn(pending, { ...rules, concurrency, most, isSuspect })
        if (turn.length > 0) {
          for (const one of turn) {
            expect(one.underWay).toBe(false)
            one.underWay = true
          }
          underWay.push(turn)
          taken.push(...turn)
          expect(underWay.length).toBeLessThanOrEqual(most > 1 ? 1 : concurrency)
          const lanes = underWay.flat().map(laneOf)
          if (most === 1) expect(new Set(lanes).size).toBe(lanes.length)
          continue
        }
        expect(underWay.length).toBeGreaterThan(0)
        const [done = []] = underWay.splice(which % underWay.length, 1)
        pending = pending.filter((one) => !done.includes(one))
      }
      const offsets = (some: readonly Pending[]) => some.map(({ placed }) => placed.cursor.offset)
      const inOrder = (some: readonly Pending[]) =>
        expect(offsets(some)).toEqual(offsets(some).toSorted((a, b) => a - b))
      expect(taken.length).toBe(events.length)
      if (concurrency === 1) inOrder(taken)
      for (const lane of new Set(taken.map(laneOf))) inOrder(taken.filter((one) => laneOf(one) === lane))
    }),
  )
})

const [first, second] = fc.sample(anyEvent, { numRuns: 2, seed: 1 }) as [Event, Event]
const other = { ...second, resource: { kind: 'Host', uid: 'another' } }

it('after a failure the oldest is tried alone', () => {
  const [oldest, next] = queueOf([first, other]) as [Pending, Pending]
  expect(nextTurn([oldest, next], { ...rules, concurrency: 4, isSuspect: true })).toEqual([oldest])
  oldest.underWay = true
  expect(nextTurn([oldest, next], { ...rules, concurrency: 4, isSuspect: true })).toEqual([])
  expect(nextTurn([oldest, next], { ...rules, concurrency: 4 })).toEqual([next])
})

it('an event that waits holds back all after it at concurrency 1, and above only those of its resource', () => {
  const [oldest, next] = queueOf([first, other]) as [Pending, Pending]
  oldest.notBeforeMs = 2_000
  expect(nextTurn([oldest, next], rules)).toEqual([])
  expect(nextTurn([oldest, next], { ...rules, concurrency: 2 })).toEqual([next])
  expect(nextTurn([oldest, next], { ...rules, nowMs: 2_000 })).toEqual([oldest])
  expect(nextTurnAt([oldest, next])).toBe(2_000)
  expect(nextTurnAt([next])).toBe(null)
})
