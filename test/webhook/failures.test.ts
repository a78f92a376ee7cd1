// The evaluator of attempts: pure, so every rule is a line of a table or a property.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/channel/channel.ts'
import { type Judged, judge, noFailures, wayToDisabled } from '../../src/webhook/failures.ts'
import { ordinaryRests, restAfterFailure } from '../../src/webhook/retry.ts'
import type { Failures } from '../../src/webhook/webhook.ts'

const limits = { failures: 20, periodMs: 24 * 3_600_000, rests: ordinaryRests }
const rest = (failures: number, askedMs: number | null, random: number) =>
  restAfterFailure(failures, askedMs, random, ordinaryRests)
const start = Date.parse('2026-05-14T09:00:00.000Z')
const after = (ms: number) => new Date(start + ms).toISOString()
const failed: Outcome = { kind: 'FAILED', retryAfterMs: null }
const refused: Outcome = { kind: 'REFUSED' }

function attempt(outcome: Outcome, more: Partial<Judged> = {}): Judged {
  return { delivery: 'RETRY', outcome, tries: 1, at: after(0), random: 0.5, ...more }
}

function row(count: number, more: Partial<Failures> = {}): Failures {
  return { count, since: after(0), warned: 0, ...more }
}

describe('an attempt that is delivered', () => {
  it('goes on, and ends the failures in a row', () => {
    const verdict = judge(row(19, { warned: 0.9 }), attempt({ kind: 'DELIVERED' }), limits)
    expect(verdict).toEqual({ failures: noFailures, next: { kind: 'ON' }, warning: null })
  })
})

describe('an endpoint that fails', () => {
  it('is tried again after 5 s, doubling to 5 min', () => {
    const rests = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((failures) => rest(failures, null, 0.5) / 1000)
    expect(rests).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300])
  })

  it('rests 20 % less or more, so that those that failed together do not come back together', () => {
    expect([rest(1, null, 0), rest(1, null, 1)]).toEqual([4_000, 6_000])
  })

  it('rests as long as it asks for, up to an hour', () => {
    expect(rest(1, 60_000, 0.5)).toBe(60_000)
    expect(rest(1, 86_400_000, 0.5)).toBe(3_600_000)
    expect(rest(8, 1_000, 0.5)).toBe(300_000)
  })

  it('keeps its event however often it fails', () => {
    const { next, failures } = judge(row(500), attempt(failed, { tries: 501 }), limits)
    expect(next.kind).toBe('AGAIN')
    expect(failures.count).toBe(501)
  })

  it('with FORGET goes on after one attempt, and is counted', () => {
    const verdict = judge(noFailures, attempt(failed, { delivery: 'FORGET' }), limits)
    expect(verdict.next).toEqual({ kind: 'ON' })
    expect(verdict.failures).toEqual({ count: 1, since: after(0), warned: 0 })
  })
})

describe('an event that is refused', () => {
  it('is tried three times within about a minute, then given up', () => {
    const kinds = [1, 2, 3].map((tries) => judge(noFailures, attempt(refused, { tries }), limits).next)
    expect(kinds).toEqual([
      { kind: 'AGAIN', afterMs: 20_000 },
      { kind: 'AGAIN', afterMs: 40_000 },
      { kind: 'GIVE_UP' },
    ])
  })

  it('with FORGET is passed at once', () => {
    expect(judge(noFailures, attempt(refused, { delivery: 'FORGET' }), limits).next).toEqual({ kind: 'ON' })
  })
})

describe('an endpoint is disabled', () => {
  it('after 20 failures in a row and 24 hours since the first, not after either alone', () => {
    const at = (ms: number) => attempt(failed, { at: after(ms) })
    expect(judge(row(18), at(86_400_000), limits).next.kind).toBe('AGAIN')
    expect(judge(row(500), at(86_399_999), limits).next.kind).toBe('AGAIN')
    expect(judge(row(19), at(86_400_000), limits).next).toEqual({
      kind: 'DISABLE',
      reason: 'FAILED_TOO_OFTEN',
    })
  })

  it('at once by 410', () => {
    expect(judge(noFailures, attempt({ kind: 'GONE' }), limits).next).toEqual({
      kind: 'DISABLE',
      reason: 'GONE',
    })
  })

  it('by failures alone where the period is 0', () => {
    const verdict = judge(row(1), attempt(failed), { ...limits, failures: 2, periodMs: 0 })
    expect(verdict.next.kind).toBe('DISABLE')
  })
})

describe('warnings', () => {
  it('come at half of the way and at nine tenths, once each', () => {
    let failures: Failures = noFailures
    const warned: [number, number | null][] = []
    for (let hour = 0; hour <= 24; hour++) {
      const verdict = judge(failures, attempt(failed, { at: after(hour * 3_600_000) }), limits)
      failures = verdict.failures
      if (verdict.warning !== null) warned.push([hour, verdict.warning])
      if (verdict.next.kind === 'DISABLE') break
    }
    expect(warned).toEqual([
      [12, 0.5],
      [22, 0.9],
    ])
  })

  it('skip the first where the row passes both at once', () => {
    const verdict = judge(row(30), attempt(failed, { at: after(23 * 3_600_000) }), limits)
    expect(verdict.warning).toBe(0.9)
    expect(judge(verdict.failures, attempt(failed, { at: after(23 * 3_600_000) }), limits).warning).toBe(null)
  })
})

describe('whatever comes', () => {
  const outcome = fc.oneof(
    fc.constant<Outcome>({ kind: 'DELIVERED' }),
    fc.constant<Outcome>(refused),
    fc.record({ kind: fc.constant('FAILED' as const), retryAfterMs: fc.option(fc.nat(10_000_000)) }),
  )
  const steps = fc.array(
    fc.record({ outcome, gapMs: fc.nat(7_200_000), random: fc.double({ min: 0, max: 1, noNaN: true }) }),
  )

  it('a row is as long as the attempts since the last delivery, and only both limits disable', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom('RETRY' as const, 'FORGET' as const), (all, delivery) => {
        let failures = noFailures
        let now = start
        let since = null as { count: number; from: number } | null
        for (const { outcome, gapMs, random } of all) {
          now += gapMs
          const at = new Date(now).toISOString()
          const verdict = judge(failures, { delivery, outcome, tries: 1, at, random }, limits)
          failures = verdict.failures
          since =
            outcome.kind === 'DELIVERED' ? null : { count: (since?.count ?? 0) + 1, from: since?.from ?? now }
          expect(failures.count).toBe(since?.count ?? 0)
          const isOver = since !== null && since.count >= 20 && now - since.from >= limits.periodMs
          expect(verdict.next.kind === 'DISABLE').toBe(isOver)
          expect(wayToDisabled(failures, at, limits) >= 1).toBe(isOver)
          if (verdict.next.kind === 'AGAIN') expect(verdict.next.afterMs).toBeLessThanOrEqual(3_600_000)
        }
      }),
    )
  })
})
