// Webhooks as those see them who may manage them: whoever may see all accounts of a webhook may; for
// everybody else it does not exist.

import { asHeliographError, HeliographError } from '../errors.ts'
import { seesAccounts, seesAll, type Visibility } from '../event/visibility.ts'
import { createRoster } from './roster.ts'
import type { Endpoint, EndpointId, Owner, Progress, Webhook, WebhookId } from './webhook.ts'
import type { Webhooks } from './webhooks.ts'

/** Who gives a command: a lasting name, and the accounts it may see now; null for all. */
export type Caller = Owner

export type Managed = { readonly webhook: Webhook; readonly endpoint: Endpoint }

export type WebhookPage = {
  readonly webhooks: readonly Webhook[]
  /** Where the search stopped; null where it looked at nothing. */
  readonly end: WebhookId | null
  readonly hasNext: boolean
}

/** Finds what a caller may manage. */
export type Finder = {
  /** Null where there is none for the caller. */
  get(caller: Caller, id: string): Promise<Webhook | null>
  /** @throws HeliographError NOT_FOUND naming `field` */
  webhook(caller: Caller, id: string, field: string): Promise<Webhook>
  /** By its own id. @param caller null: whoever it is @throws HeliographError NOT_FOUND naming `field` */
  endpoint(caller: Caller | null, id: string, field: string): Promise<Managed>
  /** In the order of ids, at most `first`; looks at 5,000 webhooks at most. */
  page(caller: Caller, first: number, after: WebhookId | null): Promise<WebhookPage>
}

const pageWebhooks = 500
const mostLookedAt = 5_000
/** Between a read and its write the dispatcher may write; it does so a few times a second. */
const mostTries = 20

/** Whether a caller may see everything that a webhook may. */
export function mayManage({ accounts }: Caller, { owner }: Webhook): boolean {
  if (accounts === null) return true
  return owner.accounts?.every((account) => accounts.includes(account)) ?? false
}

/** As channels know roles: whoever sees all is an administrator. */
export function roleOf({ accounts }: Caller): 'ADMIN' | 'TENANT' {
  return accounts === null ? 'ADMIN' : 'TENANT'
}

/** What a caller may see. */
export function visibilityOfCaller({ accounts }: Caller): Visibility {
  return accounts === null ? seesAll : seesAccounts(accounts)
}

export function createFinder(webhooks: Webhooks): Finder {
  const roster = createRoster(webhooks)

  const get = async (caller: Caller, id: string) => {
    const webhook = await webhooks.get(id as WebhookId)
    return webhook !== null && mayManage(caller, webhook) ? webhook : null
  }

  /** An endpoint never moves to another webhook, so that an old copy still leads to the right one. */
  const webhookOf = async (id: EndpointId) => {
    if (!roster.assignments.has(id)) await roster.refresh()
    const known = roster.assignments.get(id)
    return known === undefined ? null : webhooks.get(known.webhook.id)
  }

  return {
    get,
    async webhook(caller, id, field) {
      const webhook = await get(caller, id)
      if (webhook === null) throw notFound('webhook', id, field)
      return webhook
    },
    async endpoint(caller, id, field) {
      const webhook = await webhookOf(id as EndpointId)
      const endpoint = webhook?.endpoints.find((one) => one.id === id)
      const isHidden = webhook === null || (caller !== null && !mayManage(caller, webhook))
      if (endpoint === undefined || isHidden) throw notFound('endpoint', id, field)
      return { webhook, endpoint }
    },
    async page(caller, first, after) {
      const found: Webhook[] = []
      let end = after
      for (let looked = 0; looked < mostLookedAt; looked += pageWebhooks) {
        const page = await webhooks.list(end, pageWebhooks)
        for (const webhook of page) {
          if (mayManage(caller, webhook)) {
            if (found.length === first) return { webhooks: found, end, hasNext: true }
            found.push(webhook)
          }
          end = webhook.id
        }
        if (page.length < pageWebhooks) return { webhooks: found, end, hasNext: false }
      }
      return { webhooks: found, end, hasNext: true }
    },
  }
}

/**
 * Reads what is kept of an endpoint, and writes what becomes of it, again where it moved in between.
 * @param change null: it stays as it is
 * @throws HeliographError NOT_FOUND where the endpoint is gone, CONFLICT where it never holds still
 */
export async function changeProgress(
  webhooks: Pick<Webhooks, 'progress' | 'setProgress'>,
  id: EndpointId,
  change: (progress: Progress) => Omit<Progress, 'version'> | null,
): Promise<Progress> {
  for (let tries = 0; tries < mostTries; tries++) {
    const [progress = null] = await webhooks.progress([id])
    if (progress === null) throw notFound('endpoint', id, 'input.id')
    const changed = change(progress)
    if (changed === null) return progress
    const next = { ...changed, version: progress.version + 1 }
    if (await webhooks.setProgress(id, next)) return next
  }
  throw new HeliographError('CONFLICT', `the endpoint ${id} is being changed all the time: try again`, {
    field: 'input.id',
  })
}

/** Replaces a webhook by what becomes of it, again where somebody else did so in between. */
export async function changeWebhook(
  webhooks: Pick<Webhooks, 'get' | 'replace'>,
  id: WebhookId,
  change: (webhook: Webhook) => Webhook,
): Promise<Webhook> {
  for (let tries = 1; ; tries++) {
    const webhook = await webhooks.get(id)
    if (webhook === null) throw notFound('webhook', id, 'input.id')
    const changed = { ...change(webhook), version: webhook.version + 1 }
    try {
      await webhooks.replace(changed, new Map())
      return changed
    } catch (error) {
      if (asHeliographError(error)?.code !== 'CONFLICT' || tries === mostTries) throw error
    }
  }
}

function notFound(what: string, id: string, field: string): HeliographError {
  return new HeliographError('NOT_FOUND', `there is no ${what} ${id}, or not for this caller`, { field })
}
