// What the store promises of leases, for every engine: one holder at a time, generations that grow, and
// shares that even out.

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type Lease, shards, type Webhooks } from '../../../src/webhook/webhooks.ts'
import type { Engine } from '../../support/engine.ts'
import { openStore, range } from './open-store.ts'
import { attempts, begun, claimAll, claimOne, endpointId, longMs, update, webhook } from './webhook-drafts.ts'

/** Declares the tests of an engine's leases. */
export function describeLeases(engine: Engine): void {
  describe(`the leases of ${engine.name}`, () => {
    describeShares(engine)
    describeFencing(engine)
    describeProperty(engine)
  })
}

const allShards = range(0, shards - 1)
const patience = { timeout: 20_000, interval: 5 }

async function openWebhooks(engine: Engine): Promise<Webhooks> {
  return (await openStore(engine)).store.webhooks
}

const shardsOf = (leases: readonly Lease[]) => leases.map(({ shard }) => shard)

/** Claims as a gateway does, which gives up its surplus; resolves to what it has then. */
async function claimShare(webhooks: Webhooks, holder: string): Promise<readonly Lease[]> {
  const { leases, surplus } = await webhooks.claim(holder, longMs)
  if (surplus === 0) return leases
  await webhooks.release(holder, leases.slice(-surplus))
  return leases.slice(0, -surplus)
}

function describeShares(engine: Engine): void {
  it('one that is alone gets every shard, and keeps it under the same generation', async () => {
    const webhooks = await openWebhooks(engine)
    const first = await webhooks.claim('one', longMs)
    expect(shardsOf(first.leases)).toEqual(allShards)
    expect(first.surplus).toBe(0)
    expect(await webhooks.claim('one', longMs)).toEqual(first)
  })

  it('a second takes nothing that is held, and the first is told how much is above its share', async () => {
    const webhooks = await openWebhooks(engine)
    const all = await claimAll(webhooks, 'one')
    expect(await webhooks.claim('two', longMs)).toEqual({ leases: [], surplus: 0 })
    expect(await webhooks.claim('one', longMs)).toEqual({ leases: all, surplus: shards / 2 })
    await webhooks.release('one', all.slice(-3))
    const { leases } = await webhooks.claim('two', longMs)
    expect(leases).toEqual(
      all.slice(-3).map(({ shard, generation }) => ({ shard, generation: generation + 1 })),
    )
  })

  it.each([2, 3, 5, 7, 31, 40])('%i holders come to shares that differ by one at most', async (count) => {
    const webhooks = await openWebhooks(engine)
    const holders = range(1, count).map((n) => `holder ${n}`)
    const held = new Map<string, readonly Lease[]>()
    // They come one after another; each claims again until nothing changes any more.
    for (const holder of holders) held.set(holder, await claimShare(webhooks, holder))
    for (const _ of [1, 2]) {
      for (const holder of holders) held.set(holder, await claimShare(webhooks, holder))
    }
    const sizes = [...held.values()].map((leases) => leases.length)
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    expect([...held.values()].flatMap(shardsOf).toSorted((a, b) => a - b)).toEqual(allShards)
    for (const [holder, leases] of held) {
      expect(await webhooks.claim(holder, longMs)).toEqual({ leases, surplus: 0 })
    }
  })

  it('one that gives up everything leaves its shards, and its share, to the others at once', async () => {
    const webhooks = await openWebhooks(engine)
    for (const holder of ['one', 'two', 'one', 'two']) await claimShare(webhooks, holder)
    await webhooks.release('one', null)
    expect(shardsOf(await claimAll(webhooks, 'two'))).toEqual(allShards)
  })

  it('the leases of one that claims no more end, and others take them under new generations', async () => {
    const webhooks = await openWebhooks(engine)
    const before = (await webhooks.claim('one', 20)).leases
    const after = await vi.waitFor(async () => {
      const { leases } = await webhooks.claim('two', longMs)
      expect(leases).toHaveLength(shards)
      return leases
    }, patience)
    expect(after).toEqual(before.map(({ shard, generation }) => ({ shard, generation: generation + 1 })))
  })

  it('giving up what is not held, or is held by another, changes nothing', async () => {
    const webhooks = await openWebhooks(engine)
    await webhooks.release('one', null)
    await webhooks.release('one', [{ shard: 3, generation: 1 }])
    const leases = await claimAll(webhooks, 'one')
    await webhooks.release('two', leases)
    await webhooks.release('two', null)
    await webhooks.release('one', [])
    // An older generation of one's own is not held any more either.
    await webhooks.release(
      'one',
      leases.map(({ shard, generation }) => ({ shard, generation: generation - 1 })),
    )
    expect(await webhooks.claim('one', longMs)).toEqual({ leases, surplus: 0 })
  })

  it('generations grow over a reopening too', async () => {
    const opened = await openStore(engine)
    const before = await claimAll(opened.store.webhooks, 'one')
    await opened.store.webhooks.release('one', null)
    const after = await claimAll((await opened.reopen()).webhooks, 'two')
    expect(after).toEqual(before.map(({ shard, generation }) => ({ shard, generation: generation + 1 })))
  })
}

function describeFencing(engine: Engine): void {
  async function openWithEndpoint() {
    const webhooks = await openWebhooks(engine)
    await webhooks.create(webhook('a'), begun('a'))
    const save = async (holder: string, lease: Lease, version: number) =>
      (await webhooks.save(holder, [update(lease, 'a', version, attempts(version, version))]))[0]
    return { webhooks, save }
  }

  it('a write under a lease that was never given is refused', async () => {
    const { webhooks, save } = await openWithEndpoint()
    expect(await save('one', { shard: 0, generation: 0 }, 2)).toBe(false)
    expect(await save('', { shard: 0, generation: 0 }, 2)).toBe(false)
    const lease = await claimOne(webhooks, 'one')
    expect(await save('two', lease, 2)).toBe(false)
    expect(await save('one', { ...lease, generation: lease.generation + 1 }, 2)).toBe(false)
    expect(await save('one', { ...lease, shard: shards }, 2)).toBe(false)
    expect(await save('one', lease, 2)).toBe(true)
  })

  it('a write under a lease that was given up is refused, though nobody has taken it', async () => {
    const { webhooks, save } = await openWithEndpoint()
    const lease = await claimOne(webhooks, 'one')
    await webhooks.release('one', [lease])
    expect(await save('one', lease, 2)).toBe(false)
    const again = await claimOne(webhooks, 'one')
    expect(again.generation).toBeGreaterThan(lease.generation)
    expect(await save('one', lease, 2)).toBe(false)
    expect(await save('one', again, 2)).toBe(true)
  })

  it('a write under a lease that has ended is refused, though nobody has taken it', async () => {
    const { webhooks, save } = await openWithEndpoint()
    const [lease] = (await webhooks.claim('one', 50)).leases
    if (lease === undefined) throw new Error('the claim gave nothing')
    let version = 1
    await vi.waitFor(async () => {
      if (await save('one', lease, version + 1)) version += 1
      else return
      throw new Error('the lease has not ended')
    }, patience)
    expect(await save('one', lease, version + 1)).toBe(false)
    expect((await webhooks.progress([endpointId('a')]))[0]?.version).toBe(version)
    expect(await webhooks.attempts(endpointId('a'), 999)).toHaveLength(Math.min(version - 1, 100))
    // Whoever lets a lease end begins a generation like any other.
    const again = await claimOne(webhooks, 'one')
    expect(again.generation).toBe(lease.generation + 1)
    expect(await save('one', lease, version + 1)).toBe(false)
    expect(await save('one', again, version + 1)).toBe(true)
  })

  it('one that was paused cannot write over its successor', async () => {
    const { webhooks, save } = await openWithEndpoint()
    const [old] = (await webhooks.claim('one', 20)).leases
    const lease = await vi.waitFor(() => claimOne(webhooks, 'two'), patience)
    if (old === undefined) throw new Error('the claim gave nothing')
    expect(await save('one', old, 2)).toBe(false)
    expect(await save('two', lease, 2)).toBe(true)
    expect(await save('one', old, 3)).toBe(false)
  })
}

type Step = {
  readonly holder: number
  readonly act: 'claim' | 'claim briefly' | 'release some' | 'release all'
  readonly shard: number
}

function describeProperty(engine: Engine): void {
  it('whatever three holders do, no shard has two holders, and every new one a greater generation', async () => {
    const webhooks = await openWebhooks(engine)
    await webhooks.create(webhook('a'), begun('a'))
    const newest = new Map<number, { holder: string; generation: number }>()
    let version = 1
    let run = 0

    /** What it was given is renewed, or newer than whatever anybody was given before. */
    function check(holder: string, leases: readonly Lease[]): void {
      for (const { shard, generation } of leases) {
        const last = newest.get(shard)
        if (last?.holder === holder) expect(generation).toBeGreaterThanOrEqual(last.generation)
        else expect(generation).toBeGreaterThan(last?.generation ?? 0)
        newest.set(shard, { holder, generation })
      }
    }

    async function act(
      { act, shard }: Step,
      holder: string,
      held: readonly Lease[],
    ): Promise<readonly Lease[]> {
      if (act === 'release all') await webhooks.release(holder, null)
      if (act === 'release some') {
        await webhooks.release(
          holder,
          held.filter((lease) => lease.shard >= shard),
        )
      }
      if (act === 'release all' || act === 'release some') return held
      const { leases } = await webhooks.claim(holder, act === 'claim' ? longMs : 1)
      check(holder, leases)
      return leases
    }

    /** Who of all that were ever given the shard may write under it. */
    async function writersOf(shard: number, given: ReadonlyMap<string, readonly Lease[]>): Promise<string[]> {
      const writers: string[] = []
      for (const [holder, leases] of given) {
        const lease = leases.find((one) => one.shard === shard)
        const [isWritten] = lease ? await webhooks.save(holder, [update(lease, 'a', version + 1)]) : [false]
        if (!isWritten) continue
        version += 1
        writers.push(holder)
      }
      return writers
    }

    const step = fc.record({
      holder: fc.nat(2),
      act: fc.constantFrom<Step['act']>('claim', 'claim', 'claim briefly', 'release some', 'release all'),
      shard: fc.nat(shards - 1),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        run += 1
        const holders = [0, 1, 2].map((n) => `${run}-${n}`)
        const given = new Map<string, readonly Lease[]>()
        for (const one of steps) {
          const holder = holders[one.holder] ?? ''
          given.set(holder, await act(one, holder, given.get(holder) ?? []))
          expect((await writersOf(one.shard, given)).length).toBeLessThanOrEqual(1)
        }
        for (const holder of holders) await webhooks.release(holder, null)
        for (const shard of [0, shards - 1]) expect(await writersOf(shard, given)).toEqual([])
      }),
      { numRuns: 25 },
    )
  })
}
