// What the store promises of how far endpoints have come, and of their attempts, for every engine.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Update, Webhooks } from '../../../src/webhook/webhooks.ts'
import type { Engine } from '../../support/engine.ts'
import { openStore, range } from './open-store.ts'
import {
  attempts,
  begun,
  claimAll,
  claimOne,
  endpointId,
  numbersOf,
  progress,
  update,
  webhook,
} from './webhook-drafts.ts'

/** Declares the tests of an engine's endpoints. */
export function describeProgress(engine: Engine): void {
  describe(`the progress of endpoints in ${engine.name}`, () => {
    describeVersions(engine)
    describeAttempts(engine)
  })
}

async function openWith(engine: Engine, ...names: readonly (string | number)[]): Promise<Webhooks> {
  const { webhooks } = (await openStore(engine)).store
  await webhooks.create(webhook('w', names), begun(...names))
  return webhooks
}

function describeVersions(engine: Engine): void {
  it('a write is taken only at the version after the one stored, of endpoints that are there', async () => {
    const webhooks = await openWith(engine, 'a')
    const lease = await claimOne(webhooks, 'one')
    for (const version of [0, 1, 3]) {
      expect(await webhooks.save('one', [update(lease, 'a', version, attempts(1, 1))])).toEqual([false])
      expect(await webhooks.setProgress(endpointId('a'), progress(version))).toBe(false)
    }
    expect(await webhooks.progress([endpointId('a')])).toEqual([progress(1)])
    expect(await webhooks.attempts(endpointId('a'), 9)).toEqual([])
    expect(await webhooks.save('one', [update(lease, 'a', 2)])).toEqual([true])
    const disabled = progress(3, {
      state: { kind: 'DISABLED', reason: 'BY_OWNER', at: '2026-05-14T10:00:00Z' },
    })
    expect(await webhooks.setProgress(endpointId('a'), disabled)).toBe(true)
    expect(await webhooks.progress([endpointId('a')])).toEqual([disabled])
    expect(await webhooks.setProgress(endpointId('nowhere'), progress(1))).toBe(false)
    expect(await webhooks.save('one', [update(lease, 'nowhere', 1)])).toEqual([false])
  })

  it("an owner's command and a write under a lease never both win a version", async () => {
    const webhooks = await openWith(engine, 'a')
    const lease = await claimOne(webhooks, 'one')
    for (const version of range(2, 40)) {
      const [commanded, [saved]] = await Promise.all([
        webhooks.setProgress(endpointId('a'), progress(version)),
        webhooks.save('one', [update(lease, 'a', version)]),
      ])
      expect([commanded, saved].toSorted()).toEqual([false, true])
    }
  })

  it('the updates of one call stand each for itself, in their order', async () => {
    const webhooks = await openWith(engine, 'a', 'b')
    const [lease, other] = await claimAll(webhooks, 'one')
    if (lease === undefined || other === undefined) throw new Error('the claim gave too little')
    const stale = { ...other, generation: other.generation + 1 }
    const results = await webhooks.save('one', [
      update(lease, 'a', 2),
      update(stale, 'b', 2),
      update(lease, 'gone', 2),
      update(lease, 'a', 2),
      update(other, 'b', 2),
      update(lease, 'a', 3),
    ])
    expect(results).toEqual([true, false, false, false, true, true])
    expect(await webhooks.progress(['a', 'b'].map(endpointId))).toEqual([progress(3), progress(2)])
    expect(await webhooks.save('one', [])).toEqual([])
    expect(await webhooks.progress([])).toEqual([])
  })

  it('500 endpoints are written in one call, and read in one', async () => {
    const names = range(1, 500)
    const { webhooks } = (await openStore(engine)).store
    await Promise.all(
      range(0, 24).map((n) => {
        const own = names.slice(n * 20, n * 20 + 20)
        return webhooks.create(webhook(`w${n}`, own), begun(...own))
      }),
    )
    const leases = await claimAll(webhooks, 'one')
    const updates = names.flatMap((name, index): Update[] => {
      const lease = leases[index % leases.length]
      return lease ? [update(lease, name, 2, attempts(1, 3))] : []
    })
    expect(await webhooks.save('one', updates)).toEqual(names.map(() => true))
    expect(await webhooks.progress(names.map(endpointId))).toEqual(names.map(() => progress(2)))
  })

  it('of random saves at once exactly one wins each version, and what it wrote is what is kept', async () => {
    const { webhooks } = (await openStore(engine)).store
    const lease = await claimOne(webhooks, 'one')
    const one = fc.record({ endpoint: fc.nat(2), version: fc.integer({ min: 2, max: 5 }) })
    const calls = fc.array(fc.array(one, { maxLength: 8 }), { maxLength: 12 })
    let run = 0
    await fc.assert(
      fc.asyncProperty(calls, async (wanted) => {
        run += 1
        const names = [0, 1, 2].map((n) => `${run}-${n}`)
        await webhooks.create(webhook(`w${run}`, names), begun(...names))
        let mark = 0
        const asked = wanted.map((call) => call.map((each) => ({ ...each, mark: ++mark })))
        const results = await Promise.all(
          asked.map((call) =>
            webhooks.save(
              'one',
              call.map(({ endpoint, version, mark }) =>
                update(lease, `${run}-${endpoint}`, version, attempts(mark, mark)),
              ),
            ),
          ),
        )
        const won = asked.flatMap((call, i) => call.filter((_, j) => results[i]?.[j] === true))
        const kept = await webhooks.progress(names.map(endpointId))
        for (const [endpoint, name] of names.entries()) {
          const winners = won
            .filter((each) => each.endpoint === endpoint)
            .toSorted((a, b) => a.version - b.version)
          expect(winners.map(({ version }) => version)).toEqual(range(2, winners.length + 1))
          expect(kept[endpoint]).toEqual(progress(winners.length + 1))
          const newestFirst = winners.map(({ mark }) => mark).toReversed()
          expect(numbersOf(await webhooks.attempts(endpointId(name), 99))).toEqual(newestFirst)
        }
      }),
      { numRuns: 30 },
    )
  })
}

function describeAttempts(engine: Engine): void {
  it('attempts are read newest first, as many as asked for', async () => {
    const webhooks = await openWith(engine, 'a')
    const lease = await claimOne(webhooks, 'one')
    await webhooks.save('one', [update(lease, 'a', 2, attempts(1, 3))])
    await webhooks.save('one', [update(lease, 'a', 3), update(lease, 'a', 4, attempts(4, 5))])
    expect(await webhooks.attempts(endpointId('a'), 100)).toEqual(attempts(1, 5).toReversed())
    expect(numbersOf(await webhooks.attempts(endpointId('a'), 2))).toEqual([5, 4])
    expect(await webhooks.attempts(endpointId('a'), 0)).toEqual([])
    expect(await webhooks.attempts(endpointId('b'), 9)).toEqual([])
  })

  it('of more attempts than are kept in one write the newest stay', async () => {
    const webhooks = await openWith(engine, 'a')
    const lease = await claimOne(webhooks, 'one')
    await webhooks.save('one', [update(lease, 'a', 2, attempts(1, 60))])
    await webhooks.save('one', [update(lease, 'a', 3, attempts(61, 120))])
    expect(numbersOf(await webhooks.attempts(endpointId('a'), 999))).toEqual(range(21, 120).toReversed())
    await webhooks.save('one', [update(lease, 'a', 4, attempts(121, 500))])
    expect(numbersOf(await webhooks.attempts(endpointId('a'), 999))).toEqual(range(401, 500).toReversed())
  })

  it('100,000 attempts leave the newest 100 of each endpoint', async () => {
    const names = range(1, 20)
    const webhooks = await openWith(engine, ...names)
    const lease = await claimOne(webhooks, 'one')
    for (const round of range(1, 50)) {
      const made = attempts(round * 100 - 99, round * 100)
      const updates = names.map((name) => update(lease, name, round + 1, made))
      expect(new Set(await webhooks.save('one', updates))).toEqual(new Set([true]))
    }
    for (const name of names) {
      const kept = await webhooks.attempts(endpointId(name), 999)
      expect(numbersOf(kept)).toEqual(range(4_901, 5_000).toReversed())
    }
  })
}
