// Making, changing and taking away webhooks.

import { randomBytes } from 'node:crypto'
import { HeliographError } from '../errors.ts'
import type { Cursor } from '../event/position.ts'
import { adviseOn, type Warning } from './filter-advice.ts'
import { type Caller, visibilityOfCaller } from './managed.ts'
import { checkPlace, type Desk } from './registry-parts.ts'
import type { Endpoint, Webhook, WebhookId } from './webhook.ts'
import {
  askPermissions,
  type Beginnings,
  beginEndpoints,
  checkFilterSize,
  checkName,
  type Made,
  makeEndpoints,
  type NewWebhookInput,
  type WebhookChange,
} from './webhook-input.ts'

/** A secret that is shown this once. */
export type ShownSecret = { readonly endpoint: Endpoint; readonly secret: string }

export type KeptWebhook = {
  readonly webhook: Webhook
  readonly secrets: readonly ShownSecret[]
  readonly warnings: readonly Warning[]
}

/** @throws HeliographError BAD_INPUT, TOO_MANY_WEBHOOKS, CURSOR_EXPIRED or RATE_LIMITED, naming the field */
export async function createWebhook(
  desk: Desk,
  caller: Caller,
  input: NewWebhookInput,
): Promise<KeptWebhook> {
  checkName(input.name, 'input.name')
  checkFilterSize(input.filter, 'input.filter')
  await refuseTooMany(desk, caller)
  const made = await makeEndpoints(input.endpoints, { before: [], caller }, desk)
  await askPermissions(made, caller, desk)
  const beginnings = await beginEndpoints({ made, start: await startOf(desk, input.after), caller }, desk)
  const at = new Date(desk.now()).toISOString()
  const webhook: Webhook = {
    id: `wh_${randomBytes(16).toString('base64url')}` as WebhookId,
    name: input.name,
    owner: { name: caller.name, accounts: caller.accounts },
    filter: input.filter,
    endpoints: made.map(({ endpoint }) => endpoint),
    createdAt: at,
    updatedAt: at,
    version: 1,
  }
  await desk.owners.saw(caller)
  await desk.webhooks.create(webhook, beginnings.progress)
  return finish(desk, webhook, { ...beginnings, caller, made })
}

/** @throws HeliographError NOT_FOUND, CONFLICT, or as `createWebhook` */
export async function updateWebhook(desk: Desk, caller: Caller, input: WebhookChange): Promise<KeptWebhook> {
  checkName(input.name, 'input.name')
  checkFilterSize(input.filter, 'input.filter')
  const before = await desk.finder.webhook(caller, input.id, 'input.id')
  if (before.version !== input.version) throw moved(before, input.version)
  const of = { before: before.endpoints, caller }
  const made = input.endpoints === null ? [] : await makeEndpoints(input.endpoints, of, desk)
  const fresh = made.filter(({ isNew }) => isNew)
  await askPermissions(
    made.filter((one) => isToBeAsked(one, before)),
    caller,
    desk,
  )
  const beginnings = await beginEndpoints(
    { made: fresh, start: await startOf(desk, input.after), caller },
    desk,
  )
  const webhook: Webhook = {
    ...before,
    name: input.name ?? before.name,
    filter: input.filter ?? before.filter,
    endpoints: input.endpoints === null ? before.endpoints : made.map(({ endpoint }) => endpoint),
    updatedAt: new Date(desk.now()).toISOString(),
    version: before.version + 1,
  }
  await desk.webhooks.replace(webhook, beginnings.progress)
  return finish(desk, webhook, { ...beginnings, caller, made })
}

/** @returns the webhook that was. @throws HeliographError NOT_FOUND */
export async function deleteWebhook(desk: Desk, caller: Caller, id: string): Promise<Webhook> {
  const webhook = await desk.finder.webhook(caller, id, 'input.id')
  await desk.webhooks.delete(webhook.id)
  desk.kick()
  return webhook
}

type Finished = Beginnings & { readonly caller: Caller; readonly made: readonly Made[] }

async function finish(
  desk: Desk,
  webhook: Webhook,
  { questions, caller, made }: Finished,
): Promise<KeptWebhook> {
  desk.kick()
  const unsent = await Promise.all(questions.map((question) => question.send()))
  const visibility = visibilityOfCaller(caller)
  const advice = await adviseOn(webhook.filter, 'input.filter', { log: desk.log, visibility })
  return {
    webhook,
    secrets: made.flatMap(({ endpoint, secret }) => (secret === null ? [] : [{ endpoint, secret }])),
    warnings: [...advice, ...unsent.filter((warning) => warning !== null)],
  }
}

/** Two that come at once may both get in below the limit: it bounds, it does not count to the last one. */
async function refuseTooMany({ webhooks, limits }: Desk, { name }: Caller): Promise<void> {
  const { owned } = await webhooks.count(name)
  if (owned < limits.webhooksPerOwner) return
  throw new HeliographError(
    'TOO_MANY_WEBHOOKS',
    `${name} has ${owned} webhooks, and may have ${limits.webhooksPerOwner} (HELIOGRAPH_WEBHOOK_PER_OWNER): delete one, or add endpoints to one`,
    { field: 'input' },
  )
}

async function startOf({ log }: Desk, after: Cursor | null): Promise<Cursor> {
  if (after === null) return log.head()
  await checkPlace(log, after, 'input.after')
  return after
}

/** An endpoint gives its permission to be sent to at its address. */
function isToBeAsked({ endpoint, isNew }: Made, { endpoints }: Webhook): boolean {
  const before = endpoints.find(({ id }) => id === endpoint.id)
  return isNew || before?.uri !== endpoint.uri || !before.handshake
}

function moved({ id, version }: Webhook, asked: number): HeliographError {
  return new HeliographError(
    'CONFLICT',
    `the webhook ${id} has version ${version} by now, not ${asked}: read it again`,
    { field: 'input.version' },
  )
}
