import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeen } from '../../../src/store/sqlite/seen.ts'

/** Few fingerprints, neighbours among them, so that they share slots and collide. */
const fingerprint = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 2 ** 32 - 5, max: 2 ** 32 - 1 }),
)

const step = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('ADD' as const), fingerprint }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('FORGET' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
)

describe('seen fingerprints', () => {
  it('are found with every offset that is not forgotten, newest first', () => {
    const run = fc.property(fc.array(step, { minLength: 1, maxLength: 3000, size: 'max' }), (steps) => {
      const seen = createSeen()
      const model: { fingerprint: number; offset: number }[] = []
      let forgotten = 0
      for (const step of steps) {
        if (step.kind === 'ADD') {
          model.push({ fingerprint: step.fingerprint, offset: model.length + 1 })
          seen.add(step.fingerprint, model.length)
        } else {
          forgotten = Math.max(forgotten, Math.floor(step.share * model.length))
          seen.forget(forgotten)
        }
      }
      for (const wanted of new Set(model.map((added) => added.fingerprint))) {
        const kept = model.filter((added) => added.fingerprint === wanted && added.offset > forgotten)
        expect(seen.find(wanted)).toEqual(kept.map((added) => added.offset).reverse())
      }
    })
    fc.assert(run, { numRuns: 50 })
  })

  it('take no more room for being forgotten and added again', () => {
    const seen = createSeen()
    for (let offset = 1; offset <= 200_000; offset += 1) {
      seen.add((offset * 2_654_435_761) >>> 0, offset)
      seen.forget(offset - 500)
    }
    expect(seen.find((200_000 * 2_654_435_761) >>> 0)).toEqual([200_000])
    expect(seen.find((100 * 2_654_435_761) >>> 0)).toEqual([])
  })
})
