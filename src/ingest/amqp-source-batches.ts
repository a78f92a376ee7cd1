// From deliveries to acknowledgements: what arrived while the last batch was being kept is the next one,
// in the order of delivery. A batch is acknowledged once its events are kept and what cannot be decoded
// is put aside; until then it is tried again, and nothing behind it is kept.

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { HeliographError } from '../errors.ts'
import type { Delivery } from './amqp-source-session.ts'
import type { DecodedItem } from './decode.ts'

/** What a batch needs of the rest. */
export type BatchWork = {
  decode(delivery: Delivery): DecodedItem
  /** Resolves when the events among the items are kept. */
  keep(items: readonly DecodedItem[]): Promise<unknown>
  /** Resolves when these are put aside. */
  putAside(letters: readonly Refused[]): Promise<void>
  acknowledge(tag: number): void
  /** Told of each failed try, and of the first success after one. */
  failed(error: unknown): void
  recovered(): void
}

/** A delivery that is no event, and why. */
export type Refused = { readonly delivery: Delivery; readonly reason: HeliographError }

export type Batches = {
  add(delivery: Delivery): void
  /** Resolves when no batch is under way; after an abort none begins. */
  settled(): Promise<void>
}

/** A delivery as decoded; its bytes are let go where they are not needed any more. */
type Arrived = { readonly tag: number; readonly item: DecodedItem; readonly refused: Refused | null }

const mostDeliveries = 500
const firstPauseMs = 100
const longestPauseMs = 5_000

/** @param signal ends the trying; a try under way is finished, and acknowledged if it succeeds */
export function createBatches(work: BatchWork, signal: AbortSignal): Batches {
  const waiting: Arrived[] = []
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    // What the broker sent together is read together.
    await nextTurn()
    while (waiting.length > 0 && !signal.aborted) {
      const batch = waiting.splice(0, mostDeliveries)
      if (await finish(batch, work, signal)) work.acknowledge(batch.at(-1)?.tag ?? 0)
    }
    running = null
  }

  return {
    add(delivery) {
      // At once and not with its batch: the store keeps the batch before meanwhile.
      waiting.push(arrive(delivery, work))
      running ??= run()
    },
    async settled() {
      await running
    },
  }
}

function arrive(delivery: Delivery, work: BatchWork): Arrived {
  const item = work.decode(delivery)
  const refused = item instanceof HeliographError ? { delivery, reason: item } : null
  return { tag: delivery.tag, item, refused }
}

/** Whether everything of the batch is where it belongs; false only after an abort. */
async function finish(batch: readonly Arrived[], work: BatchWork, signal: AbortSignal): Promise<boolean> {
  const items = batch.map(({ item }) => item)
  const refused = batch.flatMap((arrived) => arrived.refused ?? [])
  // The store first: while it is down nothing is put aside either.
  if (!(await untilDone(() => work.keep(items), work, signal))) return false
  return refused.length === 0 || untilDone(() => work.putAside(refused), work, signal)
}

async function untilDone(
  act: () => Promise<unknown>,
  work: BatchWork,
  signal: AbortSignal,
): Promise<boolean> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      await act()
      if (pauseMs > firstPauseMs) work.recovered()
      return true
    } catch (error) {
      work.failed(error)
      await pause(pauseMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return false
    }
  }
}
