// All webhooks as they are kept, copied: read anew when the store says that something changed.

import { crc32 } from 'node:zlib'
import { allWebhooks } from './all-webhooks.ts'
import type { Endpoint, EndpointId, Webhook } from './webhook.ts'
import { shards, type Webhooks } from './webhooks.ts'

/** An endpoint, with the webhook it belongs to and the shard it falls into. */
export type Assignment = {
  readonly webhook: Webhook
  readonly endpoint: Endpoint
  readonly shard: number
}

export type Roster = {
  readonly assignments: ReadonlyMap<EndpointId, Assignment>
  /** @returns whether anything may have changed since the last call */
  refresh(): Promise<boolean>
}

/** Empty until refreshed. */
export function createRoster(webhooks: Pick<Webhooks, 'list' | 'revision'>): Roster {
  let assignments = new Map<EndpointId, Assignment>()
  let known: number | null = null
  return {
    get assignments() {
      return assignments
    },
    async refresh() {
      // Asked before the reading: what changes meanwhile is seen by the next refresh.
      const revision = await webhooks.revision()
      if (revision === known) return false
      assignments = await readAll(webhooks)
      known = revision
      return true
    },
  }
}

async function readAll(webhooks: Pick<Webhooks, 'list'>): Promise<Map<EndpointId, Assignment>> {
  const assignments = new Map<EndpointId, Assignment>()
  for await (const webhook of allWebhooks(webhooks)) {
    for (const endpoint of webhook.endpoints) {
      assignments.set(endpoint.id, { webhook, endpoint, shard: shardOf(endpoint.id) })
    }
  }
  return assignments
}

/** The shard an endpoint falls into, on every gateway. */
export function shardOf(endpoint: EndpointId): number {
  return crc32(endpoint) % shards
}
