// A webhook that has been through everything, and every mutation of webhooks, each asked for all it answers.

import { getNamedType } from 'graphql'
import { formatCursor } from '../../src/event/position.ts'
import type { Context } from '../../src/graphql/context.ts'
import { formatEventId } from '../../src/graphql/node-id.ts'
import { schema } from '../../src/graphql/schema.ts'
import type { EndpointId, Progress } from '../../src/webhook/webhook.ts'
import { everythingOf } from './selection.ts'
import { ask, type World } from './world.ts'

export type Made = {
  readonly webhook: {
    readonly id: string
    readonly version: number
    readonly endpoints: readonly { readonly id: string }[]
  }
  readonly secrets: readonly { readonly secret: string }[]
  readonly warnings: readonly { readonly field: string; readonly suggestions: readonly string[] }[]
}

/** Makes one of these addresses, for whoever asks. */
export async function makeWebhook(context: Context, ...uris: readonly string[]): Promise<Made> {
  const text = `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
    webhook { id version endpoints { id } } secrets { secret } warnings { field suggestions }
  } }`
  const endpoints = uris.map((uri) => ({ uri, headers: [{ name: 'X-Token', value: 'hidden' }] }))
  const input = { name: 'one of many', filter: { types: ['VM.STRAT'] }, endpoints }
  const { createWebhook } = await ask<{ createWebhook: Made }>(context, text, { input })
  return createWebhook
}

/** Makes an endpoint look back on failures, a gap and an end. */
export async function ageEndpoint(world: World, id: string): Promise<void> {
  const { webhooks, log } = world.opened.store
  const [progress] = await webhooks.progress([id as EndpointId])
  if (!progress) throw new Error(`no progress of ${id}`)
  const [at, tail, head] = ['2026-05-16T00:00:00.000Z', await log.tail(), await log.head()]
  const aged: Progress = {
    ...progress,
    version: progress.version + 1,
    state: { kind: 'DISABLED', reason: 'FAILED_TOO_OFTEN', at },
    failures: { count: 20, since: at, warned: 0.9 },
    retryAt: at,
    gaps: [{ reason: 'RETENTION', from: tail, to: head, entries: head.offset, at }],
  }
  await webhooks.setProgress(id as EndpointId, aged)
}

/** The texts, in an order in which each may be run once. */
export async function webhookMutations(world: World, { webhook }: Made, uri: string): Promise<string[]> {
  const { id, version } = webhook
  const [endpoint] = webhook.endpoints
  const [entry] = await world.opened.store.log.readBackwards(null, 1)
  if (!entry || !endpoint) throw new Error('there is no event, or no endpoint')
  const after = formatCursor(await world.opened.store.log.tail())
  const inputs: Readonly<Record<string, string>> = {
    createWebhook: `filter: { types: ["VM.STRAT"] }, endpoints: [{ uri: "${uri}/another" }]`,
    updateWebhook: `id: "${id}", version: ${version}, filter: { types: ["VM.STRAT"] },
      endpoints: [{ id: "${endpoint.id}" }, { uri: "${uri}/added" }]`,
    testWebhook: `id: "${id}"`,
    resendEvent: `endpoint: "${endpoint.id}", event: "${formatEventId(entry)}"`,
    replayWebhook: `id: "${id}", after: "${after}"`,
    rotateSecret: `id: "${endpoint.id}"`,
    disableEndpoint: `id: "${endpoint.id}"`,
    enableEndpoint: `id: "${endpoint.id}", from: NOW`,
    deleteWebhook: `id: "${id}"`,
  }
  return Object.entries(inputs).map(([name, input]) => {
    const type = schema.getMutationType()?.getFields()[name]?.type
    if (!type) throw new Error(`there is no mutation ${name}`)
    return `mutation { ${name}(input: { ${input} }) ${everythingOf(getNamedType(type), 4)} }`
  })
}
