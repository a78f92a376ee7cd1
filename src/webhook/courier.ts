// Carries what waits for one endpoint through its channel, one attempt after another.
//
// Order: see turn.ts. After `stop` nothing is started any more, and what was under way has ended; whatever
// is not settled by then is attempted again by whoever comes next, under the same webhook-ids.

import type { Attempted } from '../channel/channel.ts'
import type { Cursor } from '../event/position.ts'
import type { Placed } from '../event-log/placed.ts'
import { createEndpointQueue, type EndpointQueue, type Pending, type QueueParts } from './endpoint-queue.ts'
import { type FailureLimits, judge, type Verdict } from './failures.ts'
import { createTally, type Saving } from './tally.ts'
import { nextTurn, nextTurnAt } from './turn.ts'
import type { Endpoint, Progress } from './webhook.ts'

export type Courier = {
  /** A new entry that may concern it; `before` is the tip before it. */
  offer(placed: Placed, before: Cursor): void
  /** The log began anew at `head`: what waited is gone. */
  restarted(head: Cursor): void
  /** Looks again whether something may start. */
  wake(): void
  /** What is to be written since the last time; null where nothing is. */
  save(): Saving | null
  /** The version its last saving was given. */
  version(): number
  /** @param graceMs for attempts under way, after which they are given up */
  stop(graceMs: number): Promise<void>
}

export type CourierParts = {
  readonly endpoint: Endpoint
  readonly progress: Progress
  readonly queue: Omit<QueueParts, 'start' | 'filled' | 'expired' | 'gatherMs'>
  /** Of its channel. */
  readonly most: number
  readonly gathers: boolean
  readonly listed: number
  readonly limits: FailureLimits
  /** Whether an attempt may begin now: the lease is good, and nothing waits too long to be saved. */
  readonly mayStart: () => boolean
  /** Whether the address may get an attempt now; how long to wait where not. */
  readonly admit: () => Promise<number | null>
  /** One attempt; never throws. */
  readonly attempt: (placed: readonly Placed[], isSuspect: boolean, signal: AbortSignal) => Promise<Sent>
  /** The first place that the log still holds; where to go on when it lost what was next. */
  readonly tail: () => Promise<Cursor>
  /** There is something to save; at once where the endpoint is done for. */
  readonly changed: (urgent: boolean) => void
}

export type Sent = { readonly webhookId: string; readonly attempted: Attempted }

/** How long it waits before it asks again where the log begins. */
const storeRestMs = 1_000

export function createCourier(parts: CourierParts): Courier {
  const { endpoint, limits, mayStart, attempt, changed } = parts
  const tally = createTally(parts.progress)
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | null = null
  let restUntilMs = parts.progress.retryAt === null ? 0 : Date.parse(parts.progress.retryAt)
  let isOver = false

  const queue: EndpointQueue = createEndpointQueue({
    ...parts.queue,
    start: parts.progress.cursor,
    gatherMs: parts.gathers ? endpoint.digestSeconds * 1_000 : 0,
    filled: () => wake(),
    expired: (from) => void skip(from),
  })

  /** Retention took what was next, or the log is another: goes on where the log begins now. */
  async function skip(from: Cursor): Promise<void> {
    try {
      const tail = await parts.tail()
      if (isOver) return
      leaveOut('RETENTION', from, tail)
      queue.moveTo(tail)
    } catch {
      wakeAt(Date.now() + storeRestMs)
    }
  }

  function leaveOut(reason: 'RETENTION' | 'RATE_LIMIT', from: Cursor, to: Cursor): void {
    const entries = from.epoch === to.epoch ? Math.max(0, to.offset - from.offset) : 0
    tally.gap({ reason, from, to, entries, at: new Date().toISOString() })
    changed(false)
  }

  function wakeAt(ms: number): void {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(wake, Math.max(0, ms - Date.now()))
  }

  function wake(): void {
    if (isOver) return
    queue.fill()
    const nowMs = Date.now()
    for (let turn = take(nowMs); turn.length > 0; turn = take(nowMs)) begin(turn)
    const at = Math.max(restUntilMs, nextTurnAt(queue.pending) ?? 0)
    if (at > nowMs) wakeAt(at)
  }

  function take(nowMs: number): readonly Pending[] {
    if (isOver || restUntilMs > nowMs || !mayStart()) return []
    const isSuspect = tally.progress().failures.count > 0
    const { concurrency } = endpoint
    return nextTurn(queue.pending, { concurrency, isSuspect, most: parts.most, nowMs })
  }

  function begin(turn: readonly Pending[]): void {
    for (const one of turn) one.underWay = true
    const running = run(turn).finally(() => underWay.delete(running))
    underWay.add(running)
  }

  async function run(turn: readonly Pending[]): Promise<void> {
    const waitMs = await parts.admit()
    if (waitMs !== null || stopping.signal.aborted) {
      for (const one of turn) one.underWay = false
      restUntilMs = Date.now() + (waitMs ?? 0)
      return wake()
    }
    const isSuspect = tally.progress().failures.count > 0
    const at = new Date().toISOString()
    const sent = await attempt(
      turn.map(({ placed }) => placed),
      isSuspect,
      stopping.signal,
    )
    // Given up by the stop: it says nothing of the endpoint.
    if (stopping.signal.aborted && sent.attempted.outcome.kind === 'FAILED') return
    conclude(turn, sent, at)
  }

  function conclude(turn: readonly Pending[], { webhookId, attempted }: Sent, at: string): void {
    const tries = (turn[0]?.tries ?? 0) + 1
    const { outcome } = attempted
    const { delivery } = endpoint
    const verdict = judge(
      tally.progress().failures,
      { delivery, outcome, tries, at, random: Math.random() },
      limits,
    )
    const events = turn.map(({ placed }) => placed.cursor)
    tally.attempted({ at, webhookId, events, attempted }, verdict)
    settle(turn, verdict, outcome.kind === 'REFUSED' ? tries : 0)
    if (outcome.kind === 'DELIVERED' && turn.length > parts.listed) fold(turn)
    changed(verdict.next.kind === 'DISABLE')
    wake()
  }

  function settle(turn: readonly Pending[], { next }: Verdict, tries: number): void {
    for (const one of turn) {
      one.underWay = false
      one.tries = tries
    }
    if (next.kind === 'DISABLE') isOver = true
    else if (next.kind !== 'AGAIN') queue.settle(turn)
    else if (tries > 0) for (const one of turn) one.notBeforeMs = Date.now() + next.afterMs
    else restUntilMs = Date.now() + next.afterMs
  }

  /** The channel could tell the first of them only, and counted the rest. */
  function fold(turn: readonly Pending[]): void {
    const first = turn[parts.listed]
    const last = turn.at(-1)
    if (first !== undefined && last !== undefined) leaveOut('RATE_LIMIT', first.before, last.placed.cursor)
  }

  return {
    offer: queue.offer,
    restarted(head) {
      leaveOut('RETENTION', queue.doneTo(), head)
      queue.moveTo(head)
    },
    wake,
    save: () => tally.take(queue.doneTo()),
    version: () => tally.progress().version,
    async stop(graceMs) {
      isOver = true
      if (timer !== null) clearTimeout(timer)
      queue.close()
      const giveUp = setTimeout(() => stopping.abort(), graceMs)
      await Promise.all(underWay)
      clearTimeout(giveUp)
    },
  }
}
