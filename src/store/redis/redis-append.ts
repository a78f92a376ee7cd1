// Appends drafts: folds them on what this gateway knows, and hands the batch to the script. Where the
// script finds that something was logged before or has changed since, it refuses, and all of it is read
// and folded again. Appends of one gateway run one after another; while the script of one runs, the next
// is folded on what it will have changed.

import { setTimeout as pause } from 'node:timers/promises'
import { asHeliographError, HeliographError } from '../../errors.ts'
import type { Draft } from '../../event/draft.ts'
import type { Cursor } from '../../event/position.ts'
import type { EventLog, Receipt } from '../../event-log/event-log.ts'
import type { Retention } from '../store.ts'
import { type Basis, type Plan, planAppend } from './append-batch.ts'
import { append } from './append-script.ts'
import { keysOf, readBasis, readResources } from './basis.ts'
import type { Call } from './connection.ts'
import type { KnownResource, KnownResources } from './known-resources.ts'
import type { OwnMessages } from './own-messages.ts'

const batchDrafts = 500
const mostAttempts = 30

export type Appending = {
  /**
   * More than 500 drafts, or 4 MiB of them, go in several batches, between which another gateway may
   * append.
   */
  readonly append: EventLog['append']
  /** Resolves once every append that was begun is done. */
  idle(): Promise<void>
}

type Ports = {
  readonly call: Call
  readonly known: KnownResources
  /** Where this gateway stands in the log. */
  readonly standing: () => Cursor
  readonly retention: Retention
  readonly channel: string
  readonly own: Pick<OwnMessages, 'sent'>
}

/** A plan, and what it stands on. */
type Planned = { readonly drafts: readonly Draft[]; readonly basis: Basis; readonly plan: Plan }

/** Nothing is taken for a duplicate: where something is, the script refuses. */
const hopeful: Pick<Basis, 'records' | 'earlier'> = { records: new Map(), earlier: () => null }

const absent: KnownResource = { version: '', resource: null }

export function createAppending({ call, known, standing, retention, channel, own }: Ports): Appending {
  let turn: Promise<unknown> = Promise.resolve()
  let receivedAtMs = 0
  // Where events come twice they come so in numbers: then it pays to ask first.
  let expectDuplicates = false
  // The same of resources that this gateway never met.
  let expectNew = false
  /** The drafts of calls whose turn has not come. */
  const waiting: (readonly Draft[])[] = []
  /** What the script runs for at the moment. */
  let running: Planned | null = null
  /** Planned meanwhile; thrown away where the script did not log what it ran for. */
  let ahead: Planned | null = null
  let lastFailure: { readonly error: unknown } | null = null

  async function appendAll(drafts: readonly Draft[]): Promise<Receipt[]> {
    const receipts: Receipt[] = []
    while (receipts.length < drafts.length) {
      receipts.push(...(await appendSome(drafts.slice(receipts.length, receipts.length + batchDrafts))))
    }
    return receipts
  }

  async function appendSome(drafts: readonly Draft[]): Promise<Receipt[]> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const planned = (attempt === 1 && takeAhead(drafts)) || (await planNow(drafts, attempt))
      const receipts = await tryAppend(planned)
      if (receipts) return receipts
      // At once the first times; then gateways that want the same resource must fall out of step.
      if (attempt > 2) await pause(Math.random() * 2 * attempt)
    }
    throw new HeliographError(
      'OVERLOADED',
      'other gateways change the same resources too fast: send it again',
      {
        retryAfterSeconds: 1,
      },
    )
  }

  async function planNow(drafts: readonly Draft[], attempt: number): Promise<Planned> {
    const basis = attempt === 1 && !expectDuplicates ? await hopefulBasis(drafts) : await carefulBasis(drafts)
    return { drafts, basis, plan: planAppend(basis, drafts, retention, channel) }
  }

  /** The receipts of the first drafts, as many as fit a batch; null where the script refused. */
  async function tryAppend(planned: Planned): Promise<Receipt[] | null> {
    const { basis, plan } = planned
    if (plan.isEmpty) return plan.receipts(0)
    own.sent(plan.message.bytes, plan.parts)
    const reply = await meanwhile(
      planned,
      call((redis) => append(redis, plan.keys, plan.args, plan.message)),
    )
    const [firstOffset, received] = Array.isArray(reply) ? reply.map(Number) : []
    if (firstOffset !== basis.head + 1) ahead = null
    if (firstOffset === undefined) {
      expectNew = false
      return null
    }
    receivedAtMs = received ?? 0
    for (const [key, changed] of plan.changed(firstOffset)) known.set(key, changed)
    const receipts = plan.receipts(firstOffset)
    expectDuplicates = receipts.some(({ kind }) => kind === 'DUPLICATE')
    return receipts
  }

  /** Has the next batch planned while the script of this one runs. */
  async function meanwhile(planned: Planned, replying: Promise<unknown>): Promise<unknown> {
    running = planned
    planAhead()
    try {
      return await replying
    } catch (error) {
      ahead = null
      throw error
    } finally {
      running = null
    }
  }

  function planAhead(): void {
    const [drafts] = waiting
    if (running === null || ahead !== null || drafts === undefined || expectDuplicates) return
    try {
      ahead = planBehind(running, drafts.slice(0, batchDrafts))
    } catch {
      // It is told when its turn comes.
    }
  }

  /** Plans as if the batch before were logged where it is planned; null where Redis must be asked first. */
  function planBehind({ basis: { epoch, head }, plan }: Planned, drafts: readonly Draft[]): Planned | null {
    const changed = new Map(plan.changed(head + 1))
    const resources = new Map<string, KnownResource>()
    for (const key of keysOf(drafts)) {
      const found = changed.get(key) ?? known.get(key) ?? (expectNew ? absent : null)
      if (found === null) return null
      resources.set(key, found)
    }
    const basis = { ...hopeful, epoch, head: head + plan.parts.length, receivedAtMs, resources }
    return { drafts, basis, plan: planAppend(basis, drafts, retention, channel) }
  }

  /** What was planned for just these drafts. */
  function takeAhead(drafts: readonly Draft[]): Planned | null {
    const planned = ahead
    ahead = null
    return planned?.drafts.length === drafts.length && planned.drafts[0] === drafts[0] ? planned : null
  }

  /** What is known, with nothing taken for a duplicate; reads only resources that were not met lately. */
  async function hopefulBasis(drafts: readonly Draft[]): Promise<Basis> {
    const { epoch, offset } = standing()
    const resources = new Map<string, KnownResource>()
    const unknown: string[] = []
    for (const key of keysOf(drafts)) {
      const found = known.get(key)
      if (found) resources.set(key, found)
      else unknown.push(key)
    }
    if (unknown.length > 0) {
      const read = await call((redis) => readResources(redis, unknown))
      for (const [key, found] of read) resources.set(key, found)
      expectNew = [...read.values()].every(({ resource }) => resource === null)
    }
    return { ...hopeful, epoch, head: offset, receivedAtMs, resources }
  }

  async function carefulBasis(drafts: readonly Draft[]): Promise<Basis> {
    const basis = await call((redis) => readBasis(redis, drafts))
    for (const [key, found] of basis.resources) known.set(key, found)
    return basis
  }

  return {
    append(drafts) {
      const knownFailure = lastFailure
      waiting.push(drafts)
      planAhead()
      const mine = turn.then(() => {
        waiting.shift()
        if (lastFailure !== knownFailure) throw lastFailure?.error
        return appendAll(drafts)
      })
      turn = mine.catch((error) => {
        if (asHeliographError(error) && lastFailure === knownFailure) lastFailure = { error }
      })
      return mine
    },
    async idle() {
      await turn
    },
  }
}
