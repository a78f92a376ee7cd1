// Attempts that an owner asks for, beside those that follow from the log: a test, one event once more, and
// everything from a place on. Tests and single events count for nothing: not as failures, not as progress.

import { randomUUID } from 'node:crypto'
import { HeliographError } from '../errors.ts'
import type { Event } from '../event/event.ts'
import { badInput } from '../event/input.ts'
import { type Cursor, formatCursor } from '../event/position.ts'
import { sees } from '../event/visibility.ts'
import type { Entry } from '../event-log/entry.ts'
import { type Placed, place } from '../event-log/placed.ts'
import { endpointKind, ownSource } from './endpoint-news.ts'
import { type Caller, changeProgress, type Managed } from './managed.ts'
import type { Line } from './post.ts'
import { checkPlace, countAgainst, type Desk, type Rate } from './registry-parts.ts'
import { visibilityOfOwner } from './standing.ts'
import type { Attempt, Endpoint, EndpointState, PausedReason, Webhook } from './webhook.ts'

/** The type of the event of a test; it is in no log. */
export const testType = 'WEBHOOK.TEST'

export type TestResult = { readonly endpoint: Endpoint; readonly attempt: Attempt }
export type Tested = { readonly webhook: Webhook; readonly results: readonly TestResult[] }
export type Resent = Managed & { readonly attempt: Attempt }

const asked: Rate = { attempts: 10, windowMs: 60_000 }

/**
 * Sends an event that tells of nothing to one endpoint, or to all that may be notified.
 * @throws HeliographError NOT_FOUND, BAD_INPUT where none may be notified, RATE_LIMITED
 */
export async function testWebhook(
  desk: Desk,
  caller: Caller,
  input: { readonly id: string; readonly endpoint: string | null },
): Promise<Tested> {
  const webhook = await desk.finder.webhook(caller, input.id, 'input.id')
  const chosen = chooseEndpoints(webhook, input.endpoint)
  const field = input.endpoint === null ? 'input.id' : 'input.endpoint'
  const states = await desk.webhooks.progress(chosen.map(({ id }) => id))
  const open = chosen.filter((_, i) => mayBeNotified(states[i]?.state))
  if (open.length === 0) throw badInput(field, 'may not be notified: its address is not confirmed')
  const at = await desk.log.head()
  const attempts = []
  for (const endpoint of open) {
    const entry = testEntry({ webhook, endpoint }, at, new Date(desk.now()).toISOString())
    const placed = { entry, cursor: at }
    attempts.push({ endpoint, start: await prepareAttempt(desk, { endpoint, placed, field }) })
  }
  // All at once: together they take no longer than one.
  const results = attempts.map(async ({ endpoint, start }) => ({ endpoint, attempt: await start() }))
  return { webhook, results: await Promise.all(results) }
}

/** One of them by its id, or all. @throws HeliographError NOT_FOUND */
function chooseEndpoints({ endpoints }: Webhook, wanted: string | null): readonly Endpoint[] {
  const chosen = endpoints.filter(({ id }) => wanted === null || id === wanted)
  if (chosen.length > 0) return chosen
  throw new HeliographError('NOT_FOUND', `the webhook has no endpoint ${wanted}`, { field: 'input.endpoint' })
}

/** One that never said yes, or said no, is not written to, whoever asks for it. */
function mayBeNotified(state: EndpointState | undefined): boolean {
  if (state === undefined || state.kind === 'UNCONFIRMED') return false
  return !(state.kind === 'DISABLED' && state.reason === 'UNSUBSCRIBED')
}

function testEntry({ webhook, endpoint }: Managed, { epoch, offset }: Cursor, at: string): Entry {
  const event: Event = {
    source: ownSource,
    eventId: `test-${randomUUID()}`,
    type: testType,
    category: 'OTHER',
    time: at,
    receivedAt: at,
    resource: { kind: endpointKind, uid: endpoint.id },
    related: [{ kind: 'Webhook', uid: webhook.id }],
    owner: null,
    actor: null,
    zone: null,
    severity: 'INFO',
    status: null,
    outcome: null,
    description: 'A test: nothing happened',
    transition: null,
    data: { webhook: webhook.id, endpoint: endpoint.id },
  }
  return { position: { epoch, offset }, event, change: null }
}

/**
 * Tells one endpoint of one event now, under the webhook-id that it has in any case.
 * @param input `place`: of the event in the log, with its mark
 * @throws HeliographError NOT_FOUND, also for an event that the webhook may not see; BAD_INPUT, RATE_LIMITED
 */
export async function resendEvent(
  desk: Desk,
  caller: Caller,
  input: { readonly endpoint: string; readonly place: { readonly offset: number; readonly mark: number } },
): Promise<Resent> {
  const managed = await desk.finder.endpoint(caller, input.endpoint, 'input.endpoint')
  const { webhook, endpoint } = managed
  const [progress = null] = await desk.webhooks.progress([endpoint.id])
  if (!mayBeNotified(progress?.state))
    throw badInput('input.endpoint', 'may not be notified: its address is not confirmed')
  const [entry = null] = await desk.log.at([input.place.offset])
  const placed = entry && place(entry)
  const rights = await desk.owners.rights(webhook.owner.name)
  const seen = rights.kind === 'SEES' ? visibilityOfOwner(webhook.owner, rights.accounts) : null
  if (
    placed === null ||
    placed.cursor.mark !== input.place.mark ||
    !seen ||
    !sees(seen, placed.entry.event)
  ) {
    throw new HeliographError('NOT_FOUND', 'there is no such event, or not for this webhook', {
      field: 'input.event',
    })
  }
  const attempt = await prepareAttempt(desk, { endpoint, placed, field: 'input.endpoint' })
  return { ...managed, attempt: await attempt() }
}

type AskedAttempt = { readonly endpoint: Endpoint; readonly placed: Placed; readonly field: string }

/** Counts the attempt, and makes it ready to be started. */
async function prepareAttempt(
  desk: Desk,
  { endpoint, placed, field }: AskedAttempt,
): Promise<() => Promise<Attempt>> {
  const line = desk.post.open(endpoint)
  if (typeof line === 'string') throw badInput(field, hindrances[line])
  await countAsked(desk, line, { endpoint, field })
  return async () => {
    const at = new Date(desk.now()).toISOString()
    const signal = AbortSignal.timeout(endpoint.timeoutSeconds * 1_000)
    const { webhookId, attempted } = await line.attempt([placed], false, signal)
    const { outcome, status, detail, latencyMs } = attempted
    const events = [formatCursor(placed.cursor)]
    return { at, webhookId, events, outcome: outcome.kind, status, detail, latencyMs }
  }
}

const hindrances: { readonly [Reason in PausedReason]: string } = {
  CHANNEL_NOT_CONFIGURED: 'cannot be notified: this gateway has no channel for it',
  SECRET_UNREADABLE: 'cannot be notified: no key of this gateway opens its secret',
  OWNER_GONE: 'cannot be notified: its owner is gone',
  OWNER_NOT_SEEN: 'cannot be notified: its owner has not been seen for too long',
}

/** What is asked for has a rate of its own, and takes from that of the address where its channel has one. */
async function countAsked(
  { webhooks }: Desk,
  { channel }: Line,
  { endpoint, field }: Omit<AskedAttempt, 'placed'>,
): Promise<void> {
  await countAgainst(webhooks, { key: `asked/${endpoint.id}`, rate: asked, field })
  if (channel.rate !== null)
    await countAgainst(webhooks, { key: `rate/${endpoint.uri}`, rate: channel.rate, field })
}

/**
 * Moves endpoints back to a place, from where they tell everything once more under the same webhook-ids.
 * Those that have not come so far stay where they are.
 * @throws HeliographError NOT_FOUND, or CURSOR_EXPIRED where the log no longer holds the place
 */
export async function replayWebhook(
  desk: Desk,
  caller: Caller,
  input: { readonly id: string; readonly endpoint: string | null; readonly after: Cursor },
): Promise<Webhook> {
  const { after } = input
  const webhook = await desk.finder.webhook(caller, input.id, 'input.id')
  const chosen = chooseEndpoints(webhook, input.endpoint)
  await checkPlace(desk.log, after, 'input.after')
  for (const { id } of chosen) {
    await changeProgress(desk.webhooks, id, (progress) =>
      isBehind(progress.cursor, after) ? null : { ...progress, cursor: after },
    )
  }
  desk.kick()
  return webhook
}

function isBehind(cursor: Cursor, place: Cursor): boolean {
  return cursor.epoch === place.epoch && cursor.offset <= place.offset
}
