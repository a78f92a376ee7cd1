// The leases of the embedded store. One process has the data open, so whoever held a lease ended with the
// process that had it open before: who holds what lives in memory, by a clock that nobody sets, and only
// generations are rows. A claim that takes nothing commits nothing.

import type { DatabaseSync } from 'node:sqlite'
import { type Claim, type Lease, shards } from '../../webhook/webhooks.ts'

export type LeaseRows = {
  /** Within a transaction. */
  claim(holder: string, ttlMs: number): Claim
  release(holder: string, leases: readonly Lease[] | null): void
  /** Whether the lease is the holder's at this moment. */
  holds(holder: string, lease: Lease): boolean
  /** Ends all leases: the transaction that gave some was undone. */
  forget(): void
}

type Held = Lease & { readonly holder: string; readonly untilMs: number }

export function createLeaseRows(database: DatabaseSync): LeaseRows {
  const read = database.prepare('SELECT generation FROM leases WHERE shard = ?')
  const note = database.prepare(
    'INSERT INTO leases VALUES (?, ?) ON CONFLICT (shard) DO UPDATE SET generation = excluded.generation',
  )
  const held = new Map<number, Held>()
  /** Until when who claimed last counts as alive. */
  const alive = new Map<string, number>()

  function heldNow(shard: number): Held | null {
    const one = held.get(shard)
    return one !== undefined && one.untilMs > performance.now() ? one : null
  }

  function take(shard: number): Lease {
    const generation = Number(read.get(shard)?.generation ?? 0) + 1
    note.run(shard, generation)
    return { shard, generation }
  }

  function comeAlive(holder: string, ttlMs: number): number {
    const now = performance.now()
    for (const [name, untilMs] of alive) if (untilMs <= now) alive.delete(name)
    alive.set(holder, now + ttlMs)
    return now + ttlMs
  }

  return {
    claim(holder, ttlMs) {
      const untilMs = comeAlive(holder, ttlMs)
      const share = shareOf(holder, [...alive.keys()])
      const leases: Lease[] = allShards.flatMap((shard) => {
        const one = heldNow(shard)
        return one?.holder === holder ? [one] : []
      })
      const free = allShards.filter((shard) => heldNow(shard) === null)
      for (const shard of free.slice(0, Math.max(0, share - leases.length))) leases.push(take(shard))
      for (const { shard, generation } of leases) held.set(shard, { shard, generation, holder, untilMs })
      return {
        leases: leases
          .map(({ shard, generation }) => ({ shard, generation }))
          .sort((a, b) => a.shard - b.shard),
        surplus: Math.max(0, leases.length - share),
      }
    },
    release(holder, leases) {
      if (leases === null) alive.delete(holder)
      const given = leases?.filter((lease) => isOf(held.get(lease.shard), holder, lease)) ?? [
        ...held.values(),
      ]
      for (const { shard } of given) if (held.get(shard)?.holder === holder) held.delete(shard)
    },
    holds: (holder, lease) => isOf(heldNow(lease.shard), holder, lease),
    forget() {
      held.clear()
      alive.clear()
    },
  }
}

const allShards: readonly number[] = Array.from({ length: shards }, (_, shard) => shard)

function isOf(one: Held | null | undefined, holder: string, { generation }: Lease): boolean {
  return one?.holder === holder && one.generation === generation
}

/** Shares differ by one at most, and together they are all shards. */
function shareOf(holder: string, alive: readonly string[]): number {
  const rank = alive.toSorted().indexOf(holder)
  return Math.floor(shards / alive.length) + (rank < shards % alive.length ? 1 : 0)
}
