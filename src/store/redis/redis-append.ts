// Appends drafts: folds them on what this gateway knows, and hands the batch to the script. Where the
// script finds that something was logged before or has changed since, it refuses, and all of it is read
// and folded again. Appends of one gateway run one after another.

import { setTimeout as pause } from 'node:timers/promises'
import { asHeliographError, HeliographError } from '../../errors.ts'
import type { Draft } from '../../event/draft.ts'
import type { Cursor } from '../../event/position.ts'
import type { EventLog, Receipt } from '../../event-log/event-log.ts'
import type { Retention } from '../store.ts'
import { type Basis, planAppend } from './append-batch.ts'
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

export function createAppending({ call, known, standing, retention, channel, own }: Ports): Appending {
  let turn: Promise<unknown> = Promise.resolve()
  let receivedAtMs = 0
  // Where events come twice they come so in numbers: then it pays to ask first.
  let expectDuplicates = false
  /** How many listened to the last announcement; before any, perhaps others. */
  let listeners = Number.POSITIVE_INFINITY
  /** Known to all whose appends were asked for after it. */
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
      const basis =
        attempt === 1 && !expectDuplicates ? await hopefulBasis(drafts) : await carefulBasis(drafts)
      const receipts = await tryAppend(basis, drafts)
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

  /** The receipts of the first drafts, as many as fit a batch; null where the script refused. */
  async function tryAppend(basis: Basis, drafts: readonly Draft[]): Promise<Receipt[] | null> {
    const plan = planAppend(basis, drafts, retention)
    if (plan.isEmpty) return plan.receipts(0)
    // Where only this gateway listens, nobody needs them.
    const entries = listeners > 1 ? plan.entriesMessage() : null
    const announcement = [channel, own.sent(plan.texts), entries === null ? 0 : 1]
    const message = entries === null ? undefined : { channel, bytes: entries }
    const args = [...announcement, ...plan.args]
    const reply = await call((redis) => append(redis, plan.keys, args, message))
    if (!Array.isArray(reply)) return null
    const [firstOffset, received, heard] = reply.map(Number)
    receivedAtMs = received ?? 0
    listeners = heard ?? listeners
    for (const [key, changed] of plan.changed(firstOffset ?? 0)) known.set(key, changed)
    const receipts = plan.receipts(firstOffset ?? 0)
    expectDuplicates = receipts.some(({ kind }) => kind === 'DUPLICATE')
    return receipts
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
      for (const [key, found] of await call((redis) => readResources(redis, unknown)))
        resources.set(key, found)
    }
    return { epoch, head: offset, receivedAtMs, resources, records: new Map(), earlier: () => null }
  }

  async function carefulBasis(drafts: readonly Draft[]): Promise<Basis> {
    const basis = await call((redis) => readBasis(redis, drafts))
    for (const [key, found] of basis.resources) known.set(key, found)
    return basis
  }

  return {
    append(drafts) {
      const knownFailure = lastFailure
      const mine = turn.then(() => {
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
