// Which shards this gateway may work on. It claims again and again, and stops starting attempts two seconds
// before a lease would end, so that a successor finds nothing of it under way but what began before.

import type { Logger } from '../observe/logger.ts'
import type { Lease, Webhooks } from './webhooks.ts'

export type Leases = {
  /** By shard. */
  readonly held: ReadonlyMap<number, Lease>
  /** Whether an attempt may begin under what is held. */
  mayStart(): boolean
  /** Claims now, and from then on three times within the life of a lease. */
  open(): Promise<void>
  /** Claims no more, and gives up what is held. */
  close(): Promise<void>
}

export type LeasesParts = {
  readonly webhooks: Pick<Webhooks, 'claim' | 'release'>
  readonly holder: string
  readonly ttlMs: number
  /** The claim went through; what is held may have changed. */
  readonly claimed: () => void
  /** Ends the work on these shards, which another holder is to have. */
  readonly drain: (shards: readonly number[]) => Promise<void>
  readonly logger: Pick<Logger, 'warn'>
}

/** No attempt begins within this time before the end of a lease. */
const quietMs = 2_000
const claimsPerLease = 3

export function createLeases(parts: LeasesParts): Leases {
  const { webhooks, holder, ttlMs, claimed, drain, logger } = parts
  const held = new Map<number, Lease>()
  let goodUntilMs = 0
  let isClosed = false

  async function claim(): Promise<void> {
    // Counted from before the call: the store's clock starts later.
    const askedAt = performance.now()
    const { leases, surplus } = await webhooks.claim(holder, ttlMs)
    if (isClosed) return
    goodUntilMs = askedAt + ttlMs
    held.clear()
    for (const lease of leases) held.set(lease.shard, lease)
    claimed()
    if (surplus > 0) await share(leases.slice(-surplus))
  }

  async function share(leases: readonly Lease[]): Promise<void> {
    for (const { shard } of leases) held.delete(shard)
    await drain(leases.map(({ shard }) => shard))
    await webhooks.release(holder, leases)
  }

  async function claimAgain(): Promise<void> {
    try {
      await claim()
    } catch (error) {
      // The leases run out by themselves, and another claim follows.
      logger.warn({ err: error }, 'the leases of webhooks could not be renewed')
    }
    if (!isClosed) timer = setTimeout(() => void next(), ttlMs / claimsPerLease)
  }

  const next = () => {
    running = claimAgain()
    return running
  }
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | null = null

  return {
    held,
    open: next,
    mayStart: () => !isClosed && performance.now() < goodUntilMs - quietMs,
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      await running
      await webhooks.release(holder, null).catch(() => {})
    },
  }
}
