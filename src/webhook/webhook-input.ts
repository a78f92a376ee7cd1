// From what an owner asks of a webhook to the webhook as it is kept, with all that is to be done before and
// after it is: permissions asked for, places to begin at, questions to be sent.

import type { EventFilter } from '../event/filter.ts'
import { badInput } from '../event/input.ts'
import type { Cursor } from '../event/position.ts'
import { prepareQuestion, type Question } from './confirming.ts'
import { type EndpointInput, type MadeEndpoint, makeEndpoint } from './endpoint-input.ts'
import { type Caller, roleOf } from './managed.ts'
import { countAgainst, needBox, type Rate, type RegistryParts } from './registry-parts.ts'
import { beginProgress } from './tally.ts'
import type { Endpoint, EndpointId, Progress } from './webhook.ts'

/** The most endpoints of one webhook. */
export const mostEndpoints = 20
const longestName = 200
/** Every gateway has every filter at hand. */
const largestFilterBytes = 64 * 1024
/** Of one caller: nobody makes the gateway ask around. */
const handshakeRate: Rate = { attempts: 40, windowMs: 60_000 }

/** A webhook as it is asked for. */
export type NewWebhookInput = {
  readonly name: string | null
  /** Has passed `checkFilter`. */
  readonly filter: EventFilter
  readonly endpoints: readonly EndpointInput[]
  /** Where its endpoints begin; null: now. */
  readonly after: Cursor | null
}

/** What a webhook is to become; null leaves as it is. */
export type WebhookChange = Omit<NewWebhookInput, 'endpoints' | 'filter'> & {
  readonly id: string
  /** The one that was read; of two changes to the same one wins. */
  readonly version: number
  readonly filter: EventFilter | null
  /** All that it is to have, those it has by their ids. */
  readonly endpoints: readonly EndpointInput[] | null
}

export type Made = MadeEndpoint & { readonly field: string; readonly isNew: boolean }

/** @throws HeliographError BAD_INPUT */
export function checkName(name: string | null, field: string): void {
  if (name !== null && (name.trim() === '' || name.length > longestName))
    throw badInput(field, `must have 1…${longestName} letters, or be left out`)
}

/** @throws HeliographError BAD_INPUT */
export function checkFilterSize(filter: EventFilter | null, field: string): void {
  if (filter === null || Buffer.byteLength(JSON.stringify(filter)) <= largestFilterBytes) return
  throw badInput(field, `is too large to be kept: at most ${largestFilterBytes} bytes as JSON`)
}

/**
 * Makes the endpoints, those of `before` by their ids.
 * @throws HeliographError BAD_INPUT naming the field
 */
export async function makeEndpoints(
  inputs: readonly EndpointInput[],
  { before, caller }: { readonly before: readonly Endpoint[]; readonly caller: Caller },
  parts: Pick<RegistryParts, 'post' | 'box' | 'now'>,
): Promise<Made[]> {
  const field = 'input.endpoints'
  if (inputs.length === 0) throw badInput(field, 'is empty: a webhook takes at least one endpoint')
  if (inputs.length > mostEndpoints)
    throw badInput(field, `has ${inputs.length} endpoints: a webhook takes at most ${mostEndpoints}`)
  const box = needBox(parts, field)
  const role = roleOf(caller)
  const made: Made[] = []
  for (const [i, input] of inputs.entries()) {
    const where = `${field}[${i}]`
    const known = knownEndpoint({ input, field: where }, before, made)
    const asked = { input, before: known, field: where }
    const one = await makeEndpoint(asked, { post: parts.post, box, role, nowMs: parts.now() })
    refuseTwice(one, made, where)
    made.push({ ...one, field: where, isNew: known === null })
  }
  return made
}

function knownEndpoint(
  { input: { id }, field }: { readonly input: EndpointInput; readonly field: string },
  before: readonly Endpoint[],
  made: readonly Made[],
): Endpoint | null {
  if (id == null) return null
  const known = before.find((one) => one.id === id)
  if (known === undefined) {
    throw badInput(`${field}.id`, `is ${id}, which is no endpoint of this webhook: a new one takes no id`)
  }
  if (made.some(({ endpoint }) => endpoint.id === id)) throw badInput(`${field}.id`, 'is given twice')
  return known
}

function refuseTwice({ endpoint }: MadeEndpoint, made: readonly Made[], field: string): void {
  const same = made.find((one) => one.endpoint.uri === endpoint.uri)
  if (same === undefined) return
  throw badInput(`${field}.uri`, `is the same as ${same.field}.uri: a webhook notifies an address once`)
}

/**
 * Asks those for permission that are to be asked before their first notification, all at once.
 * @throws HeliographError BAD_INPUT where one does not grant it, RATE_LIMITED
 */
export async function askPermissions(
  made: readonly Made[],
  caller: Caller,
  { askPermission, webhooks }: Pick<RegistryParts, 'askPermission' | 'webhooks'>,
): Promise<void> {
  const asked = made.filter(({ endpoint }) => endpoint.handshake)
  for (const { field } of asked) {
    if (askPermission === null)
      throw badInput(`${field}.handshake`, 'needs a name to ask by, which HELIOGRAPH_PUBLIC_URL gives')
    const asking = { key: `handshake/${caller.name}`, rate: handshakeRate, field: `${field}.handshake` }
    await countAgainst(webhooks, asking)
  }
  await Promise.all(
    asked.map(async ({ endpoint, headers, field }) => {
      const timeoutMs = endpoint.timeoutSeconds * 1_000
      const { id: endpointId, uri } = endpoint
      const to = { endpointId, uri, secrets: [], headers, timeoutMs, unsubscribeUrl: null, isSuspect: false }
      const answer = await askPermission?.(to, AbortSignal.timeout(timeoutMs))
      if (answer === undefined || answer.outcome.kind === 'DELIVERED') return
      const says = answer.detail ?? answer.outcome.kind
      throw badInput(`${field}.handshake`, `was not granted by the endpoint: ${says}`)
    }),
  )
}

export type Beginnings = {
  readonly progress: ReadonlyMap<EndpointId, Progress>
  /** To be sent once all is kept. */
  readonly questions: readonly Question[]
}

/** Where new endpoints begin, and in which state. @throws HeliographError RATE_LIMITED */
export async function beginEndpoints(
  {
    made,
    start,
    caller,
  }: { readonly made: readonly Made[]; readonly start: Cursor; readonly caller: Caller },
  { webhooks, links, now }: Pick<RegistryParts, 'webhooks' | 'links' | 'now'>,
): Promise<Beginnings> {
  const progress = new Map<EndpointId, Progress>()
  const questions: Question[] = []
  const parts = { webhooks, links, nowMs: now() }
  for (const { endpoint, channel, field } of made) {
    const question = await prepareQuestion({ channel, endpoint, caller, field: `${field}.uri` }, parts)
    if (question !== null) questions.push(question)
    progress.set(endpoint.id, beginProgress(start, question?.state ?? { kind: 'ENABLED' }))
  }
  return { progress, questions }
}
