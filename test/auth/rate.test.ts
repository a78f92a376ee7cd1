// The bucket by which posting is bounded, with a clock that is set by hand.

import { describe, expect, it } from 'vitest'
import { createRate } from '../../src/auth/rate.ts'

function open(perSecond: number, burst: number) {
  let nowMs = 1_000
  const pass = (ms: number) => {
    nowMs += ms
  }
  const rate = createRate(perSecond, burst, () => nowMs)
  return { rate, pass }
}

describe('a rate', () => {
  it('lets a burst through at once, and owes nothing when it is just used up', () => {
    const { rate } = open(10, 100)
    rate.take(100)
    expect(rate.owedMs()).toBe(0)
    expect(rate.isFull()).toBe(false)
  })

  it('owes for what was taken beyond, until that much time has passed', () => {
    const { rate, pass } = open(10, 100)
    rate.take(105)
    expect(rate.owedMs()).toBe(500)
    pass(499)
    expect(rate.owedMs()).toBe(1)
    pass(1)
    expect(rate.owedMs()).toBe(0)
  })

  it('lets through the rate and one burst in the long run, whatever the batches are', () => {
    const { rate, pass } = open(1_000, 1_000)
    let taken = 0
    for (let ms = 0; ms < 60_000; ms += 7) {
      for (const batch of [1, 10_000, 37]) {
        if (rate.owedMs() > 0) continue
        rate.take(batch)
        taken += batch
      }
      pass(7)
    }
    // The last batch is let through before it is paid for.
    expect(taken).toBeGreaterThan(58_000)
    expect(taken).toBeLessThanOrEqual(60_000 + 1_000 + 10_000 + 37)
  })

  it('is full again after as long as it takes, and never fuller', () => {
    const { rate, pass } = open(10, 100)
    rate.take(50)
    pass(4_999)
    expect(rate.isFull()).toBe(false)
    pass(1_000_000)
    expect(rate.isFull()).toBe(true)
    rate.take(101)
    expect(rate.owedMs()).toBe(100)
  })
})
