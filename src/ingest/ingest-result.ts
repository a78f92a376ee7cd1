// What became of the items of a request: the body of the answer to whoever posted them.

import type { ErrorCode } from '../errors.ts'
import { HeliographError } from '../errors.ts'
import { type Cursor, formatCursor } from '../event/position.ts'
import type { Receipt } from '../event-log/event-log.ts'
import type { DecodedItem } from './decode.ts'

/** Why one item was not taken; `index` counts the request's items from 0. */
export type Rejection = {
  readonly index: number
  readonly code: ErrorCode
  readonly field: string | null
  readonly message: string
}

export type IngestResult = {
  /** Newly logged. */
  readonly accepted: number
  /** Logged before, within the dedupe window. */
  readonly duplicates: number
  /** Understood and left out on purpose: reports before a transition's write, tests. */
  readonly ignored: number
  /** The first 1,000 rejections. */
  readonly rejected: readonly Rejection[]
  readonly rejectedCount: number
  /** Where the last item that is in the log stands; the log's head where none is. */
  readonly cursor: string
}

const rejectionsTold = 1_000

/** @param receipts those of the drafts among the items, in their order */
export function resultOf(
  items: readonly DecodedItem[],
  receipts: readonly Receipt[],
  last: Cursor,
): IngestResult {
  const rejected: Rejection[] = []
  let rejectedCount = 0
  let ignored = 0
  for (const [index, item] of items.entries()) {
    if (item instanceof HeliographError) {
      rejectedCount += 1
      if (rejected.length < rejectionsTold) rejected.push(rejectionOf(item, index))
    } else if (item.kind === 'IGNORED') ignored += 1
  }
  const accepted = receipts.filter(({ kind }) => kind === 'LOGGED').length
  const duplicates = receipts.length - accepted
  return { accepted, duplicates, ignored, rejected, rejectedCount, cursor: formatCursor(last) }
}

function rejectionOf({ code, field, message }: HeliographError, index: number): Rejection {
  return { index, code, field, message }
}

/**
 * The result of a request that was submitted in parts.
 * @param total what became of the parts before; null for the first
 * @param placeOf where an item of this part, by its index in it, stands in the whole request
 */
export function mergeResults(
  total: IngestResult | null,
  part: IngestResult,
  placeOf: (index: number) => number,
): IngestResult {
  const moved = part.rejected.map((rejection) => ({ ...rejection, index: placeOf(rejection.index) }))
  if (total === null) return { ...part, rejected: moved }
  return {
    accepted: total.accepted + part.accepted,
    duplicates: total.duplicates + part.duplicates,
    ignored: total.ignored + part.ignored,
    rejected: [...total.rejected, ...moved].slice(0, rejectionsTold),
    rejectedCount: total.rejectedCount + part.rejectedCount,
    cursor: part.cursor,
  }
}
