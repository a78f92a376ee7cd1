// The mutations of webhooks: one input each, and a payload with the webhook as it is then.

import { HeliographError } from '../errors.ts'
import { parseCursor } from '../event/position.ts'
import { type From, overlapLimits } from '../webhook/endpoint-commands.ts'
import { builder } from './builder.ts'
import { EnableFromEnum } from './enums.ts'
import { type EventPlace, parseEventId } from './node-id.ts'
import {
  CreateWebhookInputObject,
  readCreateInput,
  readUpdateInput,
  UpdateWebhookInputObject,
} from './webhook-input.ts'
import {
  ConfirmEndpointPayloadObject,
  CreateWebhookPayloadObject,
  DeleteWebhookPayloadObject,
  DisableEndpointPayloadObject,
  EnableEndpointPayloadObject,
  ReplayWebhookPayloadObject,
  ResendEventPayloadObject,
  RotateSecretPayloadObject,
  TestWebhookPayloadObject,
  UpdateWebhookPayloadObject,
} from './webhook-payload.ts'
import { callerOf } from './webhook-query.ts'

const webhookId = 'The webhook.'
const endpointId = 'The endpoint.'
const someEndpoint = 'One of its endpoints; default all.'

const DeleteWebhookInput = builder.inputType('DeleteWebhookInput', {
  description: 'Which webhook is to go.',
  fields: (t) => ({ id: t.id({ required: true, description: webhookId }) }),
})

const EnableEndpointInput = builder.inputType('EnableEndpointInput', {
  description: 'Which endpoint is to be notified again, and from where on.',
  fields: (t) => ({
    id: t.id({ required: true, description: endpointId }),
    from: t.field({ type: EnableFromEnum, required: true, description: 'Where it goes on.' }),
  }),
})

const DisableEndpointInput = builder.inputType('DisableEndpointInput', {
  description: 'Which endpoint is not to be notified any more.',
  fields: (t) => ({ id: t.id({ required: true, description: endpointId }) }),
})

const RotateSecretInput = builder.inputType('RotateSecretInput', {
  description: 'Which endpoint gets a new secret.',
  fields: (t) => ({
    id: t.id({ required: true, description: endpointId }),
    secret: t.string({
      description: 'The new secret, whsec_ and 24 to 64 bytes as base64; left out, one is made.',
    }),
    overlapSeconds: t.int({
      description: `For how long the secrets before sign as well, in seconds: 0…${overlapLimits.mostSeconds}; default ${overlapLimits.usualSeconds}, a day. 0 ends them at once.`,
    }),
  }),
})

const TestWebhookInput = builder.inputType('TestWebhookInput', {
  description: 'Which webhook is to send a test.',
  fields: (t) => ({
    id: t.id({ required: true, description: webhookId }),
    endpoint: t.id({ description: someEndpoint }),
  }),
})

const ReplayWebhookInput = builder.inputType('ReplayWebhookInput', {
  description: 'Which webhook begins again, and where.',
  fields: (t) => ({
    id: t.id({ required: true, description: webhookId }),
    endpoint: t.id({ description: someEndpoint }),
    after: t.field({
      type: 'Cursor',
      required: true,
      description: 'It tells everything once more that comes after this place, under the same webhook-ids.',
    }),
  }),
})

const ResendEventInput = builder.inputType('ResendEventInput', {
  description: 'Which event is told once more, and to whom.',
  fields: (t) => ({
    endpoint: t.id({ required: true, description: endpointId }),
    event: t.id({ required: true, description: 'The `Event.id`.' }),
  }),
})

const ConfirmEndpointInput = builder.inputType('ConfirmEndpointInput', {
  description: 'Which endpoint is confirmed, and by what.',
  fields: (t) => ({
    id: t.id({ required: true, description: endpointId }),
    code: t.string({ required: true, description: 'The six digits that were sent to its address.' }),
  }),
})

builder.mutationFields((t) => ({
  createWebhook: t.field({
    type: CreateWebhookPayloadObject,
    description:
      'Makes a webhook, which belongs to the caller. Its endpoints are told what happens from now on, or after a place; those that must be confirmed are asked first. TOO_MANY_WEBHOOKS where the caller has as many as it may.',
    args: {
      input: t.arg({ type: CreateWebhookInputObject, required: true, description: 'What it is to be.' }),
    },
    resolve: (_root, { input }, context) =>
      context.webhooks.create(callerOf(context), readCreateInput(input)),
  }),
  updateWebhook: t.field({
    type: UpdateWebhookPayloadObject,
    description:
      'Changes a webhook. Endpoints that are given by their ids keep cursor, secret and counts. CONFLICT where it was changed since it was read.',
    args: {
      input: t.arg({ type: UpdateWebhookInputObject, required: true, description: 'What it is to become.' }),
    },
    resolve: (_root, { input }, context) =>
      context.webhooks.update(callerOf(context), readUpdateInput(input)),
  }),
  deleteWebhook: t.field({
    type: DeleteWebhookPayloadObject,
    description: 'Takes a webhook away, with its endpoints and all that is kept of them.',
    args: { input: t.arg({ type: DeleteWebhookInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input }, context) => context.webhooks.delete(callerOf(context), input.id),
  }),
  enableEndpoint: t.field({
    type: EnableEndpointPayloadObject,
    description:
      'Notifies an endpoint again, with no failures counted. One that has to be confirmed is asked once more, and stays UNCONFIRMED until it says yes.',
    args: {
      input: t.arg({ type: EnableEndpointInput, required: true, description: 'Which, and from where.' }),
    },
    resolve: (_root, { input }, context) =>
      context.webhooks.enable(callerOf(context), { id: input.id, from: input.from satisfies From }),
  }),
  disableEndpoint: t.field({
    type: DisableEndpointPayloadObject,
    description: 'Notifies an endpoint no more, until it is enabled.',
    args: { input: t.arg({ type: DisableEndpointInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input }, context) => context.webhooks.disable(callerOf(context), input.id),
  }),
  rotateSecret: t.field({
    type: RotateSecretPayloadObject,
    description:
      'Gives an https: endpoint a new secret. For a while notifications carry a signature by each, so that the receiver can change over without losing any.',
    args: { input: t.arg({ type: RotateSecretInput, required: true, description: 'Whose, and how.' }) },
    resolve: (_root, { input }, context) =>
      context.webhooks.rotateSecret(callerOf(context), {
        id: input.id,
        secret: input.secret ?? null,
        overlapSeconds: input.overlapSeconds ?? overlapLimits.usualSeconds,
      }),
  }),
  testWebhook: t.field({
    type: TestWebhookPayloadObject,
    description:
      'Sends a test to endpoints at once: an event of type WEBHOOK.TEST, which is in no log and counts for nothing. RATE_LIMITED above ten a minute for an endpoint.',
    args: { input: t.arg({ type: TestWebhookInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input }, context) =>
      context.webhooks.test(callerOf(context), { id: input.id, endpoint: input.endpoint ?? null }),
  }),
  replayWebhook: t.field({
    type: ReplayWebhookPayloadObject,
    description:
      'Moves endpoints back, to tell everything after a place once more under the same webhook-ids. Those that have not come so far stay where they are. CURSOR_EXPIRED where the log no longer holds the place.',
    args: {
      input: t.arg({ type: ReplayWebhookInput, required: true, description: 'Which, and from where.' }),
    },
    resolve: async (_root, { input }, context) => ({
      webhook: await context.webhooks.replay(callerOf(context), {
        id: input.id,
        endpoint: input.endpoint ?? null,
        after: parseCursor(input.after, 'input.after'),
      }),
    }),
  }),
  resendEvent: t.field({
    type: ResendEventPayloadObject,
    description:
      'Tells an endpoint of one event once more, at once and whatever its filter says, under the same webhook-id. RATE_LIMITED above ten a minute for an endpoint.',
    args: { input: t.arg({ type: ResendEventInput, required: true, description: 'Which, and to whom.' }) },
    resolve: (_root, { input }, context) =>
      context.webhooks.resend(callerOf(context), {
        endpoint: input.endpoint,
        place: readEventPlace(input.event),
      }),
  }),
  confirmEndpoint: t.field({
    type: ConfirmEndpointPayloadObject,
    description:
      'Confirms an endpoint by the code that was sent to its address: within ten minutes, in five tries.',
    args: {
      input: t.arg({ type: ConfirmEndpointInput, required: true, description: 'Which, and the code.' }),
    },
    resolve: (_root, { input }, context) =>
      context.webhooks.confirm(callerOf(context), { id: input.id, code: input.code }),
  }),
}))

function readEventPlace(id: string): EventPlace {
  const place = parseEventId(id)
  if (place !== null) return place
  throw new HeliographError('BAD_INPUT', 'input.event is no Event.id: take one from an event', {
    field: 'input.event',
  })
}
