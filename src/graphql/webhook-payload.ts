// What the mutations of webhooks answer.

import type { ObjectRef } from '@pothos/core'
import type { Resent, Tested, TestResult } from '../webhook/attempt-commands.ts'
import type { Enabled } from '../webhook/endpoint-commands.ts'
import type { Warning } from '../webhook/filter-advice.ts'
import type { Managed } from '../webhook/managed.ts'
import type { Webhook } from '../webhook/webhook.ts'
import type { KeptWebhook, ShownSecret } from '../webhook/webhook-commands.ts'
import { builder, type SchemaTypes } from './builder.ts'
import { EndpointSecretObject, WarningObject, WebhookObject } from './webhook.ts'
import { AttemptObject, EndpointObject } from './webhook-endpoint.ts'

type OfWebhook = { readonly webhook: Webhook }
type OfEndpoint = Managed
type WithWarnings = { readonly warnings: readonly Warning[] }
type WithAttempt = Pick<Resent, 'attempt'>
type Ref<Value> = ObjectRef<SchemaTypes, Value>

export const CreateWebhookPayloadObject = builder.objectRef<KeptWebhook>('CreateWebhookPayload')
export const UpdateWebhookPayloadObject = builder.objectRef<KeptWebhook>('UpdateWebhookPayload')
export const DeleteWebhookPayloadObject = builder.objectRef<Webhook>('DeleteWebhookPayload')
export const EnableEndpointPayloadObject = builder.objectRef<Enabled>('EnableEndpointPayload')
export const DisableEndpointPayloadObject = builder.objectRef<Managed>('DisableEndpointPayload')
export const RotateSecretPayloadObject = builder.objectRef<Managed & ShownSecret>('RotateSecretPayload')
export const TestWebhookPayloadObject = builder.objectRef<Tested>('TestWebhookPayload')
export const ReplayWebhookPayloadObject = builder.objectRef<OfWebhook>('ReplayWebhookPayload')
export const ResendEventPayloadObject = builder.objectRef<Resent>('ResendEventPayload')
export const ConfirmEndpointPayloadObject = builder.objectRef<Managed>('ConfirmEndpointPayload')

CreateWebhookPayloadObject.implement({ description: 'A webhook that was made.' })
UpdateWebhookPayloadObject.implement({ description: 'A webhook that was changed.' })
EnableEndpointPayloadObject.implement({ description: 'An endpoint that was enabled, or is asked first.' })
DisableEndpointPayloadObject.implement({ description: 'An endpoint that was disabled.' })
RotateSecretPayloadObject.implement({ description: 'An endpoint with a new secret.' })
TestWebhookPayloadObject.implement({ description: 'What came of a test.' })
ReplayWebhookPayloadObject.implement({ description: 'A webhook that begins again from an earlier place.' })
ResendEventPayloadObject.implement({ description: 'What came of one more attempt.' })
ConfirmEndpointPayloadObject.implement({ description: 'An endpoint that was confirmed.' })

DeleteWebhookPayloadObject.implement({
  description: 'A webhook that is gone.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'The id that it had.' }) }),
})

for (const ref of [
  CreateWebhookPayloadObject,
  UpdateWebhookPayloadObject,
  EnableEndpointPayloadObject,
  DisableEndpointPayloadObject,
  RotateSecretPayloadObject,
  TestWebhookPayloadObject,
  ReplayWebhookPayloadObject,
  ResendEventPayloadObject,
  ConfirmEndpointPayloadObject,
]) {
  builder.objectFields(ref as Ref<OfWebhook>, (t) => ({
    webhook: t.field({
      type: WebhookObject,
      description: 'The webhook as it is now.',
      resolve: ({ webhook }) => webhook,
    }),
  }))
}

for (const ref of [
  EnableEndpointPayloadObject,
  DisableEndpointPayloadObject,
  RotateSecretPayloadObject,
  ResendEventPayloadObject,
  ConfirmEndpointPayloadObject,
]) {
  builder.objectFields(ref as Ref<OfEndpoint>, (t) => ({
    endpoint: t.field({
      type: EndpointObject,
      description: 'The endpoint as it is now.',
      resolve: ({ endpoint }) => endpoint,
    }),
  }))
}

for (const ref of [CreateWebhookPayloadObject, UpdateWebhookPayloadObject]) {
  builder.objectFields(ref, (t) => ({
    secrets: t.field({
      type: [EndpointSecretObject],
      description: 'The secrets of the endpoints that are new, shown this once. Keep them out of logs.',
      extensions: { holdsMany: true },
      resolve: ({ secrets }) => secrets,
    }),
  }))
}

for (const ref of [CreateWebhookPayloadObject, UpdateWebhookPayloadObject, EnableEndpointPayloadObject]) {
  builder.objectFields(ref as Ref<WithWarnings>, (t) => ({
    warnings: t.field({
      type: [WarningObject],
      description: 'What was done, and is perhaps not what was meant.',
      extensions: { holdsMany: true },
      resolve: ({ warnings }) => warnings,
    }),
  }))
}

builder.objectFields(RotateSecretPayloadObject, (t) => ({
  secret: t.exposeString('secret', {
    description: 'What it signs with from now on, shown this once. Keep it out of logs.',
  }),
}))

const TestResultObject = builder.objectRef<TestResult>('TestResult').implement({
  description: 'What came of a test at one endpoint.',
  fields: (t) => ({
    endpoint: t.field({
      type: EndpointObject,
      description: 'The endpoint.',
      resolve: ({ endpoint }) => endpoint,
    }),
  }),
})

for (const ref of [TestResultObject, ResendEventPayloadObject]) {
  builder.objectFields(ref as Ref<WithAttempt>, (t) => ({
    attempt: t.field({
      type: AttemptObject,
      description: 'The attempt. It counts for nothing, and is not kept.',
      resolve: ({ attempt }) => attempt,
    }),
  }))
}

builder.objectFields(TestWebhookPayloadObject, (t) => ({
  results: t.field({
    type: [TestResultObject],
    description: 'An attempt at each endpoint that may be notified.',
    extensions: { holdsMany: true },
    resolve: ({ results }) => results,
  }),
}))
