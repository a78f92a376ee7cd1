// What is asked of webhooks and their endpoints, as GraphQL inputs.

import type { InputObjectRef } from '@pothos/core'
import { HeliographError } from '../errors.ts'
import { parseCursor } from '../event/position.ts'
import { type EndpointInput, endpointLimits, type HeaderInput } from '../webhook/endpoint-input.ts'
import type { NewWebhookInput, WebhookChange } from '../webhook/webhook-input.ts'
import { builder, type SchemaTypes } from './builder.ts'
import { DeliveryEnum } from './enums.ts'
import { type EventFilterInput, EventFilterInputObject, readEventFilter } from './filter.ts'

const HeaderInputObject = builder.inputRef<HeaderInput>('HeaderInput').implement({
  description: 'A custom header of an endpoint.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Its name. Host, Content-*, Connection, webhook-*, ce-* and their like cannot be set.',
    }),
    value: t.string({
      required: true,
      description: 'Its value, which is kept like a secret: it is not shown again.',
    }),
  }),
})

const { concurrency, timeoutSeconds, digestSeconds } = endpointLimits

const EndpointInputObject: InputObjectRef<SchemaTypes, EndpointInput> = builder
  .inputRef<EndpointInput>('EndpointInput')
  .implement({
    description:
      'An endpoint as it is to be. Of one that is there, by its id, only what is named changes: it keeps its cursor, its secret and its counts.',
    fields: (t) => ({
      id: t.id({ description: 'Of an endpoint that the webhook has already; a new one takes none.' }),
      uri: t.string({
        description:
          'Where to notify: https://…, mailto:somebody@example.org, sms:+49…, or amqp://<configured name>/<exchange>. A new endpoint needs one.',
      }),
      secret: t.string({
        description:
          'For https: only: what to sign with, whsec_ and 24 to 64 bytes as base64. Left out, one is made. rotateSecret changes it later.',
      }),
      delivery: t.field({
        type: DeliveryEnum,
        description: 'What follows from a notification that was not taken; default RETRY.',
      }),
      headers: t.field({
        type: [HeaderInputObject],
        description:
          'For https: only: headers to send as well, at most 20. An empty list takes away those there are.',
      }),
      concurrency: t.int({
        description: `Attempts under way at once, ${concurrency.least}…${concurrency.most}; default ${concurrency.usual}. Above 1 the order holds for each resource only.`,
      }),
      timeoutSeconds: t.int({
        description: `How long an attempt may take, in seconds: ${timeoutSeconds.least}…${timeoutSeconds.most}; default ${timeoutSeconds.usual}.`,
      }),
      digestSeconds: t.int({
        description: `How long a mail gathers events, in seconds: ${digestSeconds.least}…${digestSeconds.most}; default ${digestSeconds.usual}.`,
      }),
      handshake: t.boolean({
        description:
          'For https: only: asks for permission by the handshake of CloudEvents (OPTIONS), and is refused without it; default false.',
      }),
    }),
  })

type CreateInput = {
  name?: string | null | undefined
  filter: EventFilterInput
  endpoints: readonly EndpointInput[]
  after?: string | null | undefined
}

export const CreateWebhookInputObject: InputObjectRef<SchemaTypes, CreateInput> = builder
  .inputRef<CreateInput>('CreateWebhookInput')
  .implement({
    description: 'A webhook as it is to be.',
    fields: (t) => ({
      name: t.string({ description: 'What to call it, at most 200 letters.' }),
      filter: t.field({
        type: EventFilterInputObject,
        required: true,
        description: 'Which events it tells; {} for all that its owner may see.',
      }),
      endpoints: t.field({
        type: [EndpointInputObject],
        required: true,
        description: 'Whom it notifies: 1…20, no address twice.',
      }),
      after: t.field({
        type: 'Cursor',
        description: 'It tells what comes after this place; default: what happens from now on.',
      }),
    }),
  })

type UpdateInput = Partial<Omit<CreateInput, 'filter' | 'endpoints'>> & {
  id: string
  version: number
  filter?: EventFilterInput | null | undefined
  endpoints?: readonly EndpointInput[] | null | undefined
}

export const UpdateWebhookInputObject: InputObjectRef<SchemaTypes, UpdateInput> = builder
  .inputRef<UpdateInput>('UpdateWebhookInput')
  .implement({
    description: 'What a webhook is to become; what is left out stays.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The webhook.' }),
      version: t.int({
        required: true,
        description: 'The `Webhook.version` that was read: CONFLICT where it was changed since.',
      }),
      name: t.string({ description: 'What to call it, at most 200 letters.' }),
      filter: t.field({ type: EventFilterInputObject, description: 'Which events it tells.' }),
      endpoints: t.field({
        type: [EndpointInputObject],
        description:
          'All whom it notifies: those it has by their ids; those that are left out are taken away.',
      }),
      after: t.field({
        type: 'Cursor',
        description: 'New endpoints are told what comes after this place; default: what happens from now on.',
      }),
    }),
  })

/** @throws HeliographError BAD_INPUT or BAD_CURSOR with the field that is wrong: `input.filter.types` */
export function readCreateInput(input: CreateInput): NewWebhookInput {
  return {
    name: input.name ?? null,
    filter: readEventFilter(input.filter, 'input.filter'),
    endpoints: input.endpoints,
    after: input.after == null ? null : parseCursor(input.after, 'input.after'),
  }
}

/** @throws HeliographError as `readCreateInput`, or where the input changes nothing */
export function readUpdateInput(input: UpdateInput): WebhookChange {
  if (input.name == null && input.filter == null && input.endpoints == null) {
    throw new HeliographError('BAD_INPUT', 'input changes nothing: give name, filter or endpoints', {
      field: 'input',
    })
  }
  return {
    id: input.id,
    version: input.version,
    name: input.name ?? null,
    filter: input.filter == null ? null : readEventFilter(input.filter, 'input.filter'),
    endpoints: input.endpoints ?? null,
    after: input.after == null ? null : parseCursor(input.after, 'input.after'),
  }
}
