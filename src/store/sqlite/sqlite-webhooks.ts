// The webhooks in the embedded store, as the gateway's thread sees them: what is written goes through the
// writer, what is read through the reader, both as JSON text.

import type { Attempt, EndpointId, Progress, Webhook } from '../../webhook/webhook.ts'
import { keptAttempts, type SeenOwner, type Update, type Webhooks } from '../../webhook/webhooks.ts'
import type { CommitHealth } from './commit-health.ts'
import type { ProgressRow, ReaderCalls, UpdateRow, WebhookRow, WriterCalls } from './messages.ts'
import type { WorkerLink } from './worker-link.ts'

/** @param health hears how commits go */
export function openSqliteWebhooks(
  writer: WorkerLink<WriterCalls>,
  reader: WorkerLink<ReaderCalls>,
  health: Pick<CommitHealth, 'watch'>,
): Webhooks {
  const write: WorkerLink<WriterCalls>['call'] = (...call) => health.watch(() => writer.call(...call))
  return {
    create: (webhook, progress) => write('createWebhook', rowOf(webhook), progressOf(webhook, progress)),
    get: async (id) => parse<Webhook>(await reader.call('webhook', id)),
    list: async (after, limit) =>
      (await reader.call('webhooks', after, limit)).map((json) => JSON.parse(json)),
    count: (ownerName) => reader.call('countWebhooks', ownerName),
    replace: (webhook, added) => write('replaceWebhook', rowOf(webhook), progressOf(webhook, added)),
    delete: (id) => write('deleteWebhook', id),
    revision: () => reader.call('revision'),

    progress: async (endpoints) =>
      (await reader.call('progress', endpoints)).map((json) => parse<Progress>(json)),
    setProgress: (endpoint, progress) => write('setProgress', progressRowOf(endpoint, progress)),
    save: (holder, updates) => write('save', holder, updates.map(updateRowOf)),
    attempts: async (endpoint, limit) =>
      (await reader.call('attempts', endpoint, limit)).map((json) => JSON.parse(json) as Attempt),

    claim: (holder, ttlMs) => write('claim', holder, ttlMs),
    release: (holder, leases) => write('release', holder, leases),

    sawOwner: (name, { seenAt, accounts }) => write('sawOwner', name, [seenAt, JSON.stringify(accounts)]),
    async seenOwner(name) {
      const row = await reader.call('seenOwner', name)
      return row && { seenAt: row[0], accounts: JSON.parse(row[1]) as SeenOwner['accounts'] }
    },
    allow: (key, limit, windowMs) => write('allow', key, limit, windowMs),
  }
}

function rowOf(webhook: Webhook): WebhookRow {
  const { id, owner, version, endpoints } = webhook
  const ids = endpoints.map((endpoint) => endpoint.id)
  return { id, owner: owner.name, version, json: JSON.stringify(webhook), endpoints: ids }
}

function progressOf(webhook: Webhook, progress: ReadonlyMap<EndpointId, Progress>): ProgressRow[] {
  return webhook.endpoints.flatMap(({ id }) => {
    const one = progress.get(id)
    return one === undefined ? [] : [progressRowOf(id, one)]
  })
}

function progressRowOf(endpoint: EndpointId, progress: Progress): ProgressRow {
  return [endpoint, progress.version, JSON.stringify(progress)]
}

function updateRowOf({ lease, endpoint, progress, attempts }: Update): UpdateRow {
  const kept = attempts.slice(-keptAttempts).map((attempt) => JSON.stringify(attempt))
  return [lease.shard, lease.generation, progressRowOf(endpoint, progress), kept]
}

function parse<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}
