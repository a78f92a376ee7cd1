// The seam to the kept webhooks, over the same data as the log.
//
// Versions: a write names the version it read, and of two that read the same one wins; the other throws
// CONFLICT (records) or is told (progress), and reads again.
// Leases: endpoints fall into shards, and one holder at a time has a shard's lease, with a generation that
// grows with every new holder. Progress and attempts written under a lease are one step, refused from an
// older generation: who was paused cannot write over its successor. Time is the store's.
// Durability and failure: as the log's; STORE_UNAVAILABLE, and nothing hangs.

import type { Timestamp } from '../event/event.ts'
import type { Attempt, EndpointId, Progress, Webhook, WebhookId } from './webhook.ts'

/** Into this many shards the endpoints of all webhooks fall. */
export const shards = 32

/** Attempts kept per endpoint, the newest. */
export const keptAttempts = 100

/** The right to work on a shard. */
export type Lease = { readonly shard: number; readonly generation: number }

export type Claim = {
  /** All that the holder has now, those it had before and those it got. */
  readonly leases: readonly Lease[]
  /** How many it should release, so that every holder has its share. */
  readonly surplus: number
}

/** What one endpoint has come to; `progress.version` is one more than the version that was read. */
export type Update = {
  readonly lease: Lease
  readonly endpoint: EndpointId
  readonly progress: Progress
  /** Oldest first. */
  readonly attempts: readonly Attempt[]
}

/** What an owner with a JWT may see, as the newest of its tokens said. */
export type SeenOwner = { readonly accounts: readonly string[] | null; readonly seenAt: Timestamp }

export type Webhooks = {
  /** @param progress of each endpoint, at version 1 */
  create(webhook: Webhook, progress: ReadonlyMap<EndpointId, Progress>): Promise<void>
  get(id: WebhookId): Promise<Webhook | null>
  /** In the order of ids. @param after the last id of the page before; null: from the start */
  list(after: WebhookId | null, limit: number): Promise<Webhook[]>
  /** How many there are of an owner, and altogether. */
  count(ownerName: string): Promise<{ readonly owned: number; readonly all: number }>
  /**
   * Replaces a webhook. Endpoints that it no longer has lose their progress and attempts.
   * @param added the progress of endpoints that are new in it, at version 1
   * @throws HeliographError CONFLICT unless what is stored has the version before `webhook.version`,
   * NOT_FOUND where it is gone
   */
  replace(webhook: Webhook, added: ReadonlyMap<EndpointId, Progress>): Promise<void>
  /** Takes its endpoints' progress and attempts with it. @returns false where it was gone already */
  delete(id: WebhookId): Promise<boolean>
  /** Moves with every `create`, `replace`, `delete` and `setProgress`: who keeps copies reads again. */
  revision(): Promise<number>

  /** In the order of the ids; null for endpoints that are gone. */
  progress(endpoints: readonly EndpointId[]): Promise<(Progress | null)[]>
  /** Writes what an owner's command makes of it, without a lease. @returns false where the version moved or it is gone */
  setProgress(endpoint: EndpointId, progress: Progress): Promise<boolean>
  /** Each for itself. @returns whether it was written: not where the lease was lost or the version moved */
  save(holder: string, updates: readonly Update[]): Promise<boolean[]>
  /** Newest first, at most `keptAttempts`. */
  attempts(endpoint: EndpointId, limit: number): Promise<Attempt[]>

  /**
   * Renews all that the holder has, and takes what is free up to its share among the holders that are
   * alive. A lease ends `ttlMs` after the last claim; its shard is free then, and begins a new generation
   * with whoever takes it, the same holder too. Shares differ by one at most.
   */
  claim(holder: string, ttlMs: number): Promise<Claim>
  /** Gives up leases, for others to take at once; where `leases` is null all of them, and its share. */
  release(holder: string, leases: readonly Lease[] | null): Promise<void>

  /** Remembers what an owner's newest token said; an older one than was seen is no news. */
  sawOwner(name: string, seen: SeenOwner): Promise<void>
  seenOwner(name: string): Promise<SeenOwner | null>

  /**
   * Counts one more under a key: at most `limit` in any `windowMs`, a window that slides.
   * @returns false, counting nothing, where that is reached
   */
  allow(key: string, limit: number, windowMs: number): Promise<boolean>
}
