// What an owner, or the holder of an address, may have done to one endpoint that is there.

import { createSecret, parseSecret } from '../channel/signature.ts'
import { HeliographError } from '../errors.ts'
import { badInput } from '../event/input.ts'
import type { Cursor } from '../event/position.ts'
import { prepareQuestion, type Question } from './confirming.ts'
import { refuseRole } from './endpoint-input.ts'
import { noFailures } from './failures.ts'
import type { Warning } from './filter-advice.ts'
import type { LinkToken } from './links.ts'
import { type Caller, changeProgress, changeWebhook, type Managed, roleOf } from './managed.ts'
import { secretPlace } from './post.ts'
import { judgeAnswer } from './proof.ts'
import { type Desk, needBox, tell } from './registry-parts.ts'
import { keptGaps, type News } from './tally.ts'
import type { DisabledReason, Endpoint, EndpointState, Gap, Progress } from './webhook.ts'
import type { ShownSecret } from './webhook-commands.ts'

/** Where an endpoint goes on that is enabled. */
export type From = 'NOW' | 'WHERE_IT_STOPPED'

/** For how long the secret before may still sign. */
export const overlapLimits = { usualSeconds: 86_400, mostSeconds: 604_800 } as const
/** The most secrets that sign at once: each makes every notification longer. */
const mostSecrets = 5

export type Enabled = Managed & { readonly warnings: readonly Warning[] }

/**
 * Goes on notifying, with no failures counted. Where the address has to be confirmed first, it is asked once
 * more.
 * @throws HeliographError NOT_FOUND, FORBIDDEN where the URI is not for the caller's role, or RATE_LIMITED
 *   where the address was asked too often
 */
export async function enableEndpoint(
  desk: Desk,
  caller: Caller,
  { id, from }: { readonly id: string; readonly from: From },
): Promise<Enabled> {
  const managed = await desk.finder.endpoint(caller, id, 'input.id')
  const { uri } = managed.endpoint
  const channel = desk.post.channelOf(uri)
  refuseRole({ channel, uri }, roleOf(caller), 'input.id')
  const question = await questionFor(desk, caller, managed)
  const confirmedBy = channel?.confirmedBy ?? null
  const needsAnswer = (state: EndpointState) => confirmedBy !== null && hasToBeAsked(state)
  const head = from === 'NOW' ? await desk.log.head() : null
  let news: News[] = []
  const { version } = await changeProgress(desk.webhooks, managed.endpoint.id, (progress) => {
    if (needsAnswer(progress.state) && question === null) throw unsubscribedMeanwhile()
    const gap = head === null ? null : skippedGap(progress.cursor, head, desk.now())
    const state = question?.state ?? ({ kind: 'ENABLED' } as const)
    news = enabledNews(progress.state, state, gap)
    return {
      ...progress,
      state,
      // It may have come further than the head that was asked for.
      cursor: gap?.to ?? progress.cursor,
      failures: noFailures,
      retryAt: null,
      gaps: gap === null ? progress.gaps : [...progress.gaps, gap].slice(-keptGaps),
    }
  })
  await tell(desk, managed, { version, news })
  desk.kick()
  const warning = (await question?.send()) ?? null
  return { ...managed, warnings: warning === null ? [] : [warning] }
}

/** An address that never said yes, or said no, is asked before it is notified. */
function hasToBeAsked(state: EndpointState): boolean {
  return state.kind === 'UNCONFIRMED' || (state.kind === 'DISABLED' && state.reason === 'UNSUBSCRIBED')
}

/** Null where nobody is to be asked. @throws HeliographError RATE_LIMITED, or BAD_INPUT without a channel to ask by */
async function questionFor(desk: Desk, caller: Caller, { endpoint }: Managed): Promise<Question | null> {
  const [progress = null] = await desk.webhooks.progress([endpoint.id])
  if (progress === null || !hasToBeAsked(progress.state)) return null
  const channel = desk.post.channelOf(endpoint.uri)
  if (channel === null) throw badInput('input.id', 'cannot be asked: this gateway has no channel for it')
  const { webhooks, links, now } = desk
  return prepareQuestion({ channel, endpoint, caller, field: 'input.id' }, { webhooks, links, nowMs: now() })
}

function skippedGap(from: Cursor, to: Cursor, nowMs: number): Gap | null {
  if (from.epoch === to.epoch && from.offset >= to.offset) return null
  const entries = from.epoch === to.epoch ? to.offset - from.offset : 0
  return { reason: 'SKIPPED', from, to, entries, at: new Date(nowMs).toISOString() }
}

function enabledNews(before: EndpointState, after: EndpointState, gap: Gap | null): News[] {
  const isNews = after.kind === 'ENABLED' && before.kind !== 'ENABLED'
  return [
    ...(isNews ? [{ kind: 'ENABLED' as const, from: before.kind }] : []),
    ...(gap === null ? [] : [{ kind: 'GAP' as const, gap }]),
  ]
}

/** Sends nothing more until it is enabled again. @throws HeliographError NOT_FOUND */
export async function disableEndpoint(desk: Desk, caller: Caller, id: string): Promise<Managed> {
  const managed = await desk.finder.endpoint(caller, id, 'input.id')
  await disable(desk, managed, 'BY_OWNER')
  return managed
}

async function disable(desk: Desk, managed: Managed, reason: DisabledReason): Promise<void> {
  const at = new Date(desk.now()).toISOString()
  let news: News[] = []
  const { version } = await changeProgress(desk.webhooks, managed.endpoint.id, (progress) => {
    const state = disabledState(progress.state, reason, at)
    news = state?.kind === 'DISABLED' ? [{ kind: 'DISABLED', reason, detail: null }] : []
    return state && { ...progress, state, retryAt: null }
  })
  await tell(desk, managed, { version, news })
  desk.kick()
}

/** Null where it stays as it is. */
function disabledState(before: EndpointState, reason: DisabledReason, at: string): EndpointState | null {
  const isUnsubscribed = before.kind === 'DISABLED' && before.reason === 'UNSUBSCRIBED'
  if (isUnsubscribed) return null
  // What was never confirmed must not become something that was: enabling it asks again.
  if (before.kind === 'UNCONFIRMED' && reason === 'BY_OWNER') return { kind: 'UNCONFIRMED', proof: null }
  if (before.kind === 'DISABLED' && reason === 'BY_OWNER') return null
  return { kind: 'DISABLED', reason, at }
}

/**
 * Signs with a new secret, and with the one before for a while yet.
 * @throws HeliographError NOT_FOUND, or BAD_INPUT naming the field
 */
export async function rotateSecret(
  desk: Desk,
  caller: Caller,
  input: { readonly id: string; readonly secret: string | null; readonly overlapSeconds: number },
): Promise<Managed & ShownSecret> {
  const { overlapSeconds } = input
  const box = needBox(desk, 'input.secret')
  const { webhook, endpoint } = await desk.finder.endpoint(caller, input.id, 'input.id')
  if (endpoint.secrets.length === 0)
    throw badInput('input.id', 'is no https: endpoint: only they have secrets')
  if (overlapSeconds < 0 || overlapSeconds > overlapLimits.mostSeconds)
    throw badInput('input.overlapSeconds', `must be 0…${overlapLimits.mostSeconds}, not ${overlapSeconds}`)
  if (input.secret !== null) parseSecret(input.secret, 'input.secret')
  const secret = input.secret ?? createSecret()
  const sealed = box.seal(secret, secretPlace(endpoint))
  const rotate = (one: Endpoint): Endpoint =>
    one.id === endpoint.id
      ? { ...one, secrets: [{ sealed, until: null }, ...overlapping(one, desk.now(), overlapSeconds)] }
      : one
  const changed = await changeWebhook(desk.webhooks, webhook.id, (before) => ({
    ...before,
    endpoints: before.endpoints.map(rotate),
    updatedAt: new Date(desk.now()).toISOString(),
  }))
  desk.kick()
  const now = changed.endpoints.find(({ id }) => id === endpoint.id) ?? endpoint
  return { webhook: changed, endpoint: now, secret }
}

/** Those that go on signing, none of them for longer than the overlap. */
function overlapping({ secrets }: Endpoint, nowMs: number, overlapSeconds: number): Endpoint['secrets'] {
  const latest = new Date(nowMs + overlapSeconds * 1_000).toISOString()
  const still = secrets
    .map(({ sealed, until }) => ({ sealed, until: until === null || until > latest ? latest : until }))
    .filter(({ until }) => Date.parse(until) > nowMs)
  if (still.length < mostSecrets) return still
  throw badInput(
    'input.overlapSeconds',
    `must be shorter: ${still.length} secrets sign already, and at most ${mostSecrets} may`,
  )
}

/**
 * Confirms an address by the code that it was sent.
 * @throws HeliographError NOT_FOUND, or BAD_INPUT for a code that is wrong or comes too late
 */
export async function confirmEndpoint(
  desk: Desk,
  caller: Caller,
  { id, code }: { readonly id: string; readonly code: string },
): Promise<Managed> {
  const managed = await desk.finder.endpoint(caller, id, 'input.id')
  const channel = desk.post.channelOf(managed.endpoint.uri)
  if (channel !== null && channel.confirmedBy !== 'CODE')
    throw badInput('input.id', 'is not confirmed by a code: a mail to it holds a link')
  await confirm(desk, managed, { answer: code, field: 'input.code' })
  return managed
}

/** Confirms an address by the link that it was sent. @throws HeliographError NOT_FOUND or BAD_INPUT */
export async function confirmByLink(desk: Desk, { endpoint, token }: LinkToken): Promise<void> {
  const managed = await desk.finder.endpoint(null, endpoint, 'endpoint')
  if (desk.post.channelOf(managed.endpoint.uri)?.confirmedBy !== 'LINK') throw linkOver('token')
  await confirm(desk, managed, { answer: token, field: 'token' })
}

/** Ends what somebody gets, by a link in what it got. @throws HeliographError BAD_INPUT for a link that is none */
export async function unsubscribeByLink(desk: Desk, link: LinkToken): Promise<void> {
  if (desk.links?.isUnsubscribe(link) !== true) throw linkOver('token')
  const managed = await desk.finder.endpoint(null, link.endpoint, 'endpoint')
  await disable(desk, managed, 'UNSUBSCRIBED')
}

async function confirm(
  desk: Desk,
  managed: Managed,
  { answer, field }: { readonly answer: string; readonly field: string },
): Promise<void> {
  let refused: HeliographError | null = null
  let isNews = false
  const { version } = await changeProgress(desk.webhooks, managed.endpoint.id, (progress) => {
    refused = null
    isNews = false
    const { state } = progress
    if (state.kind !== 'UNCONFIRMED') {
      // The same link twice, or a page that is sent again, is no mistake.
      if (state.kind === 'DISABLED') refused = linkOver(field)
      return null
    }
    const judgement = judgeAnswer(managed.endpoint.id, state.proof, answer, desk.now())
    isNews = judgement === 'RIGHT'
    if (isNews) return { ...progress, state: { kind: 'ENABLED' } }
    refused = judgement === 'OVER' ? linkOver(field) : wrongAnswer(field)
    return judgement === 'OVER' ? null : withOneTryLess(progress, state)
  })
  if (refused !== null) throw refused
  if (!isNews) return
  await tell(desk, managed, { version, news: [{ kind: 'ENABLED', from: 'UNCONFIRMED' }] })
  desk.kick()
}

function withOneTryLess(
  progress: Progress,
  { proof }: Extract<EndpointState, { kind: 'UNCONFIRMED' }>,
): Progress {
  const left = proof && { ...proof, triesLeft: proof.triesLeft - 1 }
  return { ...progress, state: { kind: 'UNCONFIRMED', proof: left } }
}

function unsubscribedMeanwhile(): HeliographError {
  return new HeliographError('CONFLICT', 'the address was unsubscribed meanwhile: read it again', {
    field: 'input.id',
  })
}

function wrongAnswer(field: string): HeliographError {
  return badInput(field, 'is wrong')
}

function linkOver(field: string): HeliographError {
  return badInput(field, 'does not count, or no longer: enableEndpoint has the address asked once more')
}
