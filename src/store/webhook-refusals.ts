// What either engine says where it refuses a write of webhooks.

import { HeliographError } from '../errors.ts'
import type { EndpointId, WebhookId } from '../webhook/webhook.ts'

/** A webhook of this id is there already. */
export function webhookExists(id: WebhookId): HeliographError {
  return new HeliographError('CONFLICT', `There is a webhook ${id} already`, { field: 'id' })
}

/** It was changed since it was read. */
export function webhookMoved(id: WebhookId): HeliographError {
  return new HeliographError('CONFLICT', `The webhook ${id} was changed meanwhile: read it again`, {
    field: 'version',
  })
}

/** It is not there any more. */
export function webhookGone(id: WebhookId): HeliographError {
  return new HeliographError('NOT_FOUND', `There is no webhook ${id}`, { field: 'id' })
}

/** An endpoint that is to be added belongs to a webhook already. */
export function endpointTaken(id: EndpointId): HeliographError {
  return new HeliographError('CONFLICT', `There is an endpoint ${id} already, of another webhook`, {
    field: 'endpoints',
  })
}
