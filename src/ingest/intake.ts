// The one way into the log: takes decoded items from any door, logs them through shared appends, and
// tells what became of each. Nothing is acknowledged before it is kept, and nothing is dropped in
// silence: what cannot be taken is refused, and the sender sends again.

import { HeliographError } from '../errors.ts'
import type { Draft } from '../event/draft.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { createAppendQueue } from './append-queue.ts'
import type { DecodedItem } from './decode.ts'
import { type IngestResult, resultOf } from './ingest-result.ts'

export type { IngestResult, Rejection } from './ingest-result.ts'

/** The counters it drives. */
export type IntakeMetrics = {
  ingested(result: 'logged' | 'duplicate' | 'rejected' | 'ignored', count: number): void
  appendSeconds(seconds: number): void
}

export type IntakeLimits = {
  /** Drafts in one append; default 500. */
  readonly batchDrafts?: number
  /** Drafts that may wait before further submits are refused; default 50,000. */
  readonly queuedDrafts?: number
}

export type Intake = {
  /**
   * Resolves when everything that can be logged is kept.
   * @throws HeliographError STORE_UNAVAILABLE, OVERLOADED where too much waits already, SHUTTING_DOWN
   */
  submit(items: readonly DecodedItem[]): Promise<IngestResult>
  /** Refuses further submits, and resolves when those under way are settled. */
  close(): Promise<void>
}

type Options = {
  readonly log: Pick<EventLog, 'append' | 'head'>
  readonly metrics: IntakeMetrics
  readonly limits?: IntakeLimits
}

export function createIntake({ log, metrics, limits }: Options): Intake {
  const { batchDrafts = 500, queuedDrafts = 50_000 } = limits ?? {}
  const queue = createAppendQueue(log, batchDrafts, (seconds) => metrics.appendSeconds(seconds))
  let closed = false
  return {
    async submit(items) {
      if (closed) throw refusal('SHUTTING_DOWN', 'the gateway stops: send it again to the next one')
      const drafts = draftsOf(items)
      const queued = queue.size()
      // A submit larger than the whole queue passes when nothing waits, or it never could.
      if (queued > 0 && queued + drafts.length > queuedDrafts) {
        throw refusal('OVERLOADED', `${queued} events wait to be logged: send it again in a moment`)
      }
      const receipts = await queue.append(drafts)
      const result = resultOf(items, receipts, receipts.at(-1)?.cursor ?? (await log.head()))
      count(metrics, result)
      return result
    },
    close() {
      closed = true
      return queue.settled()
    },
  }
}

function refusal(code: 'SHUTTING_DOWN' | 'OVERLOADED', message: string): HeliographError {
  return new HeliographError(code, message, { retryAfterSeconds: 1 })
}

function draftsOf(items: readonly DecodedItem[]): Draft[] {
  const drafts: Draft[] = []
  for (const item of items) {
    if (!(item instanceof HeliographError) && item.kind === 'DRAFT') drafts.push(item.draft)
  }
  return drafts
}

function count(metrics: IntakeMetrics, result: IngestResult): void {
  // A counter looks its labels up each time: for one event in a request, three of four times in vain.
  if (result.accepted > 0) metrics.ingested('logged', result.accepted)
  if (result.duplicates > 0) metrics.ingested('duplicate', result.duplicates)
  if (result.ignored > 0) metrics.ingested('ignored', result.ignored)
  if (result.rejectedCount > 0) metrics.ingested('rejected', result.rejectedCount)
}
