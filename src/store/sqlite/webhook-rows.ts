// The webhooks in the embedded store, as the writer keeps them: records, and what their endpoints have
// come to. Every function runs within a transaction, and checks before it writes.

import type { DatabaseSync } from 'node:sqlite'
import type { EndpointId, WebhookId } from '../../webhook/webhook.ts'
import { keptAttempts } from '../../webhook/webhooks.ts'
import { endpointTaken, webhookExists, webhookGone, webhookMoved } from '../webhook-refusals.ts'
import type { LeaseRows } from './lease-rows.ts'
import type { ProgressRow, UpdateRow, WebhookRow } from './messages.ts'

export type WebhookRows = {
  create(webhook: WebhookRow, progress: readonly ProgressRow[]): void
  replace(webhook: WebhookRow, added: readonly ProgressRow[]): void
  delete(id: WebhookId): boolean
  setProgress(progress: ProgressRow): boolean
  save(holder: string, updates: readonly UpdateRow[]): boolean[]
}

export function createWebhookRows(database: DatabaseSync, leases: Pick<LeaseRows, 'holds'>): WebhookRows {
  const find = database.prepare('SELECT version FROM webhooks WHERE id = ?')
  const insert = database.prepare('INSERT INTO webhooks VALUES (?, ?, ?, ?)')
  const update = database.prepare('UPDATE webhooks SET owner = ?, version = ?, json = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM webhooks WHERE id = ?')
  const moveRevision = database.prepare('UPDATE meta SET revision = revision + 1')
  const endpoints = createEndpointRows(database)

  return {
    create({ id, owner, version, json }, progress) {
      if (find.get(id) !== undefined) throw webhookExists(id)
      endpoints.checkNew(progress)
      insert.run(id, owner, version, json)
      endpoints.add(id, progress)
      moveRevision.run()
    },
    replace({ id, owner, version, json, endpoints: wanted }, added) {
      const stored = find.get(id)
      if (stored === undefined) throw webhookGone(id)
      if (stored.version !== version - 1) throw webhookMoved(id)
      const had = endpoints.of(id)
      const fresh = added.filter(([endpoint]) => !had.includes(endpoint))
      endpoints.checkNew(fresh)
      update.run(owner, version, json, id)
      endpoints.remove(had.filter((endpoint) => !wanted.includes(endpoint)))
      endpoints.add(id, fresh)
      moveRevision.run()
    },
    delete(id) {
      if (remove.run(id).changes === 0) return false
      endpoints.remove(endpoints.of(id))
      moveRevision.run()
      return true
    },
    setProgress(progress) {
      const isWritten = endpoints.move(progress, [])
      if (isWritten) moveRevision.run()
      return isWritten
    },
    save: (holder, updates) =>
      updates.map(([shard, generation, progress, attempts]) =>
        leases.holds(holder, { shard, generation }) ? endpoints.move(progress, attempts) : false,
      ),
  }
}

function createEndpointRows(database: DatabaseSync) {
  const find = database.prepare('SELECT version, attempted FROM endpoints WHERE id = ?')
  const ofWebhook = database.prepare('SELECT id FROM endpoints WHERE webhook = ?')
  const insert = database.prepare('INSERT INTO endpoints VALUES (?, ?, ?, 0, ?)')
  const update = database.prepare('UPDATE endpoints SET version = ?, attempted = ?, json = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM endpoints WHERE id = ?')
  const insertAttempt = database.prepare('INSERT INTO attempts VALUES (?, ?, ?)')
  const removeAttempts = database.prepare('DELETE FROM attempts WHERE endpoint = ? AND number <= ?')

  /** @param attempts oldest first. @returns false where the endpoint is gone or its version moved */
  function move([id, version, json]: ProgressRow, attempts: readonly string[]): boolean {
    const stored = find.get(id)
    if (stored?.version !== version - 1) return false
    const attempted = Number(stored.attempted)
    const newest = attempted + attempts.length
    update.run(version, newest, json, id)
    for (const [index, attempt] of attempts.entries()) insertAttempt.run(id, attempted + 1 + index, attempt)
    if (attempts.length > 0) removeAttempts.run(id, newest - keptAttempts)
    return true
  }

  return {
    move,
    of: (webhook: WebhookId) => ofWebhook.all(webhook).map(({ id }) => id as EndpointId),
    /** @throws HeliographError CONFLICT where one belongs to a webhook already */
    checkNew(progress: readonly ProgressRow[]): void {
      for (const [id] of progress) if (find.get(id) !== undefined) throw endpointTaken(id)
    },
    add(webhook: WebhookId, progress: readonly ProgressRow[]): void {
      for (const [id, version, json] of progress) insert.run(id, webhook, version, json)
    },
    remove(ids: readonly EndpointId[]): void {
      for (const id of ids) {
        remove.run(id)
        removeAttempts.run(id, Number.MAX_SAFE_INTEGER)
      }
    },
  }
}
