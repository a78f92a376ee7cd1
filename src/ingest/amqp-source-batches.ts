// From deliveries to acknowledgements: what arrived while the last batch was being kept is the next one,
// in the order of delivery. A batch is acknowledged once its events are kept and what cannot be decoded
// is put aside; until then it is tried again. The next one is handed to the store behind it meanwhile, which
// keeps nothing of it where the first fails.

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

/** Deliveries on their way into the store together. */
type Batch = {
  readonly arrived: readonly Arrived[]
  readonly items: readonly DecodedItem[]
  readonly firstTry: Promise<unknown>
  hasFailed: boolean
}

const mostDeliveries = 500
const firstPauseMs = 100
const longestPauseMs = 5_000

/** @param signal ends the trying; a try under way is finished, and acknowledged if it succeeds */
export function createBatches(work: BatchWork, signal: AbortSignal): Batches {
  const waiting: Arrived[] = []
  let running: Promise<void> | null = null

  function begin(): Batch | null {
    if (waiting.length === 0 || signal.aborted) return null
    const arrived = waiting.splice(0, mostDeliveries)
    const items = arrived.map(({ item }) => item)
    const batch: Batch = { arrived, items, firstTry: work.keep(items), hasFailed: false }
    batch.firstTry.catch(() => {
      batch.hasFailed = true
    })
    return batch
  }

  async function run(): Promise<void> {
    let next: Batch | null = null
    let isInOrder = true
    do {
      // What the broker sent together is read together; and whether a try failed is known by then.
      await nextTurn()
      const batch: Batch | null = next ?? begin()
      if (batch === null) break
      next = batch.hasFailed ? null : begin()
      isInOrder &&= await finish(batch, next, work, signal)
      // It covers everything before.
      if (isInOrder) work.acknowledge(batch.arrived.at(-1)?.tag ?? 0)
    } while (next !== null || waiting.length > 0)
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
async function finish(
  { arrived, items, firstTry }: Batch,
  next: Batch | null,
  work: BatchWork,
  signal: AbortSignal,
): Promise<boolean> {
  let tries = 0
  const keep = async () => {
    if (++tries === 1) return firstTry
    // It fails as this one did, and must not overtake it.
    await next?.firstTry.catch(() => {})
    return work.keep(items)
  }
  // The store first: while it is down nothing is put aside either.
  if (!(await untilDone(keep, work, signal))) return false
  const refused = arrived.flatMap(({ refused }) => refused ?? [])
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
