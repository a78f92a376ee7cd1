// What the reader tells of the webhooks, as the JSON text it is stored as.

import type { DatabaseSync } from 'node:sqlite'
import { keptAttempts } from '../../webhook/webhooks.ts'
import type { ReaderCalls } from './messages.ts'
import { snapshot } from './transaction.ts'

type WebhookReader = Pick<
  ReaderCalls,
  'webhook' | 'webhooks' | 'countWebhooks' | 'revision' | 'progress' | 'attempts' | 'seenOwner'
>

export function createWebhookReader(database: DatabaseSync): WebhookReader {
  const one = database.prepare('SELECT json FROM webhooks WHERE id = ?')
  const page = database.prepare('SELECT json FROM webhooks WHERE id > ? ORDER BY id LIMIT ?')
  const count = database.prepare(
    `SELECT (SELECT count(*) FROM webhooks WHERE owner = ?) AS owned, (SELECT count(*) FROM webhooks) AS "all"`,
  )
  const revision = database.prepare('SELECT revision FROM meta')
  const progress = database.prepare('SELECT json FROM endpoints WHERE id = ?')
  const attempts = database.prepare(
    'SELECT json FROM attempts WHERE endpoint = ? ORDER BY number DESC LIMIT ?',
  )
  const owner = database.prepare('SELECT seen_at, accounts FROM owners WHERE name = ?')

  return {
    webhook: (id) => jsonOf(one.get(id)),
    webhooks: (after, limit) => page.all(after ?? '', Math.max(0, limit)).map(({ json }) => String(json)),
    countWebhooks(ownerName) {
      const row = count.get(ownerName)
      return { owned: Number(row?.owned), all: Number(row?.all) }
    },
    revision: () => Number(revision.get()?.revision),
    progress: (endpoints) => snapshot(database, () => endpoints.map((id) => jsonOf(progress.get(id)))),
    attempts: (endpoint, limit) =>
      attempts.all(endpoint, Math.min(Math.max(0, limit), keptAttempts)).map(({ json }) => String(json)),
    seenOwner(name) {
      const row = owner.get(name)
      return row === undefined ? null : [String(row.seen_at), String(row.accounts)]
    },
  }
}

function jsonOf(row: Record<string, unknown> | undefined): string | null {
  return row === undefined ? null : String(row.json)
}
