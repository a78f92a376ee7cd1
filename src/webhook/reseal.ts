// Brings everything that is sealed to the key that seals now, so that an old key can be taken away.

import { HeliographError } from '../errors.ts'
import { allWebhooks } from './all-webhooks.ts'
import { changeWebhook } from './managed.ts'
import { headersPlace, secretPlace } from './post.ts'
import type { SecretBox } from './secret-box.ts'
import type { Endpoint, Sealed, Webhook } from './webhook.ts'
import type { Webhooks } from './webhooks.ts'

/** What no key opens stays as it is. @returns how many webhooks were sealed anew */
export async function resealAll(
  webhooks: Pick<Webhooks, 'get' | 'list' | 'replace'>,
  box: SecretBox,
): Promise<number> {
  let resealed = 0
  for await (const webhook of allWebhooks(webhooks)) {
    if (await resealOne(webhooks, webhook, box)) resealed += 1
  }
  return resealed
}

async function resealOne(
  webhooks: Pick<Webhooks, 'get' | 'replace'>,
  webhook: Webhook,
  box: SecretBox,
): Promise<boolean> {
  const isOld = (sealed: Sealed, place: string) => !box.isCurrent(sealed) && box.open(sealed, place) !== null
  const isDue = webhook.endpoints.some(
    (endpoint) =>
      endpoint.secrets.some(({ sealed }) => isOld(sealed, secretPlace(endpoint))) ||
      (endpoint.headers !== null && isOld(endpoint.headers, headersPlace(endpoint))),
  )
  if (!isDue) return false
  try {
    await changeWebhook(webhooks, webhook.id, (before) => ({
      ...before,
      endpoints: before.endpoints.map((endpoint) => resealEndpoint(endpoint, box)),
    }))
    return true
  } catch (error) {
    // Deleted meanwhile.
    if (error instanceof HeliographError && error.code === 'NOT_FOUND') return false
    throw error
  }
}

function resealEndpoint(endpoint: Endpoint, box: SecretBox): Endpoint {
  const reseal = (sealed: Sealed, place: string) => {
    const text = box.isCurrent(sealed) ? null : box.open(sealed, place)
    return text === null ? sealed : box.seal(text, place)
  }
  const { secrets, headers } = endpoint
  return {
    ...endpoint,
    secrets: secrets.map(({ sealed, until }) => ({ sealed: reseal(sealed, secretPlace(endpoint)), until })),
    headers: headers && reseal(headers, headersPlace(endpoint)),
  }
}
