// Whether commits succeed, as far as the last one tells: what the health of the embedded store says.

import { asHeliographError } from '../../errors.ts'
import type { Logger } from '../../observe/logger.ts'
import type { StoreHealth } from '../store.ts'

export type CommitHealth = {
  now(): StoreHealth
  /** A commit succeeded. */
  committed(): void
  /** The store is gone for good. */
  died(reason: string): void
  /** Does what commits, and notes it where that fails for want of a store. */
  watch<T>(work: () => Promise<T>): Promise<T>
  /** While commits fail, tries one: a gateway that is not ready may get nothing else to commit. */
  probe(commit: () => Promise<void>): Promise<void>
}

/** Starts ready. */
export function createCommitHealth(logger: Logger): CommitHealth {
  let dead: string | null = null
  let failing: string | null = null

  function failed(error: unknown): void {
    const known = asHeliographError(error)
    if (known?.code !== 'STORE_UNAVAILABLE' || dead !== null) return
    if (failing === null) logger.error({ err: error }, 'the embedded store cannot commit')
    failing = known.message
  }

  function committed(): void {
    if (failing !== null) logger.info('the embedded store commits again')
    failing = null
  }

  async function watch<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      failed(error)
      throw error
    }
  }

  return {
    committed,
    watch,
    died(reason) {
      if (dead === null) logger.error({ reason }, 'the embedded store is gone until the gateway is restarted')
      dead ??= reason
    },
    async probe(commit) {
      if (failing === null || dead !== null) return
      await watch(commit)
      committed()
    },
    now() {
      const trouble = dead ?? failing
      return { ready: trouble === null, detail: trouble ?? 'open' }
    },
  }
}
