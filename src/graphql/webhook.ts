// Webhooks as their managers see them, and what is said of them beside.

import type { Entry } from '../event-log/entry.ts'
import type { Warning } from '../webhook/filter-advice.ts'
import type { Webhook } from '../webhook/webhook.ts'
import type { ShownSecret } from '../webhook/webhook-commands.ts'
import { builder, EventInterface } from './builder.ts'
import { connectionOf } from './connection.ts'
import { formatEventFilter } from './filter.ts'
import { EndpointObject } from './webhook-endpoint.ts'

export const WebhookObject = builder.objectRef<Webhook>('Webhook').implement({
  description:
    'A persistent subscription: what it asks for, and whom it notifies. Whoever may see all its accounts may manage it; for everybody else it does not exist.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { nullable: true, description: 'What its owner calls it.' }),
    ownerName: t.string({
      description:
        'The lasting name it belongs to: that of a token, or issuer and subject of a JWT. It works for as long as that name may come in.',
      resolve: ({ owner }) => owner.name,
    }),
    accounts: t.stringList({
      nullable: true,
      description:
        'Ids of the accounts its owner saw when it was made; null for all. What the owner may see now bounds it further.',
      resolve: ({ owner }) => owner.accounts,
    }),
    filter: t.field({
      type: 'JSON',
      description: 'Which events it asks for, as an EventFilter.',
      resolve: ({ filter }) => formatEventFilter(filter),
    }),
    endpoints: t.field({
      type: [EndpointObject],
      description: 'Whom it notifies, at most 20.',
      extensions: { holdsMany: true },
      resolve: ({ endpoints }) => endpoints,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When its owner last changed it.' }),
    version: t.exposeInt('version', {
      description: 'Grows with each change of what its owner set; updateWebhook names the one it has read.',
    }),
  }),
})

export const WebhookConnectionObject = connectionOf('Webhook', WebhookObject, 'webhooks')

export const WarningObject = builder.objectRef<Warning>('Warning').implement({
  description: 'Something that works, and is perhaps not what was meant.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'What it is about, such as input.filter.types[0].' }),
    message: t.exposeString('message', { description: 'What is odd about it.' }),
    suggestions: t.stringList({
      description: 'What may have been meant instead, the nearest first.',
      resolve: ({ suggestions }) => suggestions,
    }),
  }),
})

export const EndpointSecretObject = builder.objectRef<ShownSecret>('EndpointSecret').implement({
  description: 'A secret of an endpoint, shown this once.',
  fields: (t) => ({
    endpoint: t.field({
      type: EndpointObject,
      description: 'Whose it is.',
      resolve: ({ endpoint }) => endpoint,
    }),
    secret: t.exposeString('secret', {
      description: 'What notifications are signed with, by Standard Webhooks: whsec_ and the key as base64.',
    }),
  }),
})

/** What a webhook would have told. */
export type Preview = { readonly events: readonly Entry[]; readonly warnings: readonly Warning[] }

export const WebhookPreviewObject = builder.objectRef<Preview>('WebhookPreview').implement({
  description: 'What a webhook with a filter would have told.',
  fields: (t) => ({
    events: t.field({
      type: [EventInterface],
      description: 'The latest events it would have told, oldest first.',
      resolve: ({ events }) => events,
    }),
    warnings: t.field({
      type: [WarningObject],
      description: 'What is odd about the filter.',
      resolve: ({ warnings }) => warnings,
    }),
  }),
})
