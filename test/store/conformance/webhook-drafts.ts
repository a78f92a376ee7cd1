// Webhooks, progress and attempts as the suites keep them, and a holder that has every shard.

import type { Epoch } from '../../../src/event/position.ts'
import type {
  Attempt,
  Endpoint,
  EndpointId,
  Progress,
  Webhook,
  WebhookId,
} from '../../../src/webhook/webhook.ts'
import type { Lease, Update, Webhooks } from '../../../src/webhook/webhooks.ts'

const at = '2026-05-14T10:00:00.000Z'

export const webhookId = (name: string | number) => `wh_${name}` as WebhookId
export const endpointId = (name: string | number) => `ep_${name}` as EndpointId

export function endpoint(name: string | number): Endpoint {
  return {
    id: endpointId(name),
    uri: `https://receiver.example/${name}`,
    delivery: 'RETRY',
    concurrency: 1,
    timeoutSeconds: 15,
    digestSeconds: 60,
    handshake: false,
    secrets: [{ sealed: { keyId: 'k1', box: 'c2VjcmV0' }, until: null }],
    headers: null,
    createdAt: at,
  }
}

/** A webhook of these endpoints; of one by its own name where none are given. */
export function webhook(
  name: string | number,
  endpoints: readonly (string | number)[] = [name],
  changes: Partial<Webhook> = {},
): Webhook {
  return {
    id: webhookId(name),
    name: `Näme „${name}“`,
    owner: { name: 'token:alice', accounts: ['alice'] },
    filter: { types: ['VM.*'], not: { or: [{ kinds: ['Volume'] }] } },
    endpoints: endpoints.map(endpoint),
    createdAt: at,
    updatedAt: at,
    version: 1,
    ...changes,
  }
}

export function progress(version: number, changes: Partial<Progress> = {}): Progress {
  return {
    version,
    state: { kind: 'ENABLED' },
    cursor: { epoch: 'fbde3c274d999268' as Epoch, offset: version, mark: 7 },
    failures: { count: 0, since: null, warned: 0 },
    retryAt: null,
    delivered: version,
    givenUp: 0,
    gaps: [],
    ...changes,
  }
}

/** Progress at version 1 for each. */
export function begun(...names: readonly (string | number)[]): Map<EndpointId, Progress> {
  return new Map(names.map((name) => [endpointId(name), progress(1)]))
}

export function attempt(n: number): Attempt {
  return {
    at,
    webhookId: `msg_${n}`,
    events: [`cursor-${n}`],
    outcome: 'DELIVERED',
    status: 200,
    detail: null,
    latencyMs: n,
  }
}

/** Attempts by their numbers, from first to last. */
export function attempts(first: number, last: number): Attempt[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => attempt(first + i))
}

export function numbersOf(kept: readonly Attempt[]): number[] {
  return kept.map(({ latencyMs }) => latencyMs)
}

export function update(
  lease: Lease,
  name: string | number,
  version: number,
  made: readonly Attempt[] = [],
): Update {
  return { lease, endpoint: endpointId(name), progress: progress(version), attempts: made }
}

/** Longer than any test takes. */
export const longMs = 600_000

/** All shards, for a holder that is alone. */
export async function claimAll(webhooks: Webhooks, holder: string): Promise<readonly Lease[]> {
  return (await webhooks.claim(holder, longMs)).leases
}

/** The first shard's lease, for a holder that is alone. */
export async function claimOne(webhooks: Webhooks, holder: string): Promise<Lease> {
  const [lease] = await claimAll(webhooks, holder)
  if (lease === undefined) throw new Error('the claim gave nothing')
  return lease
}
