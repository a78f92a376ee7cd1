// Every webhook that is kept, one page after another.

import type { Webhook, WebhookId } from './webhook.ts'
import type { Webhooks } from './webhooks.ts'

const pageWebhooks = 500

/** In the order of ids. One that is made meanwhile may be among them or not. */
export async function* allWebhooks(webhooks: Pick<Webhooks, 'list'>): AsyncGenerator<Webhook> {
  for (let after: WebhookId | null = null; ; ) {
    const page: Webhook[] = await webhooks.list(after, pageWebhooks)
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < pageWebhooks) return
    after = last.id
  }
}
