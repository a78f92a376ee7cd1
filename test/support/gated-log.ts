// A log whose appends wait until the test lets them go, for the moments that a real store passes through
// too fast to be caught.

import type { Draft } from '../../src/event/draft.ts'
import { markOf } from '../../src/event/event.ts'
import { type Cursor, parseEpoch } from '../../src/event/position.ts'
import type { Receipt } from '../../src/event-log/event-log.ts'

/** One append that waits. */
export type GatedAppend = {
  readonly drafts: readonly Draft[]
  succeed(): void
  fail(error: Error): void
}

export type GatedLog = {
  append(drafts: readonly Draft[]): Promise<Receipt[]>
  head(): Promise<Cursor>
  /** The next append, as soon as there is one. */
  next(): Promise<GatedAppend>
  /** The drafts of every append so far. */
  readonly appends: readonly (readonly Draft[])[]
}

const epoch = parseEpoch('0123456789abcdef')

/** Logs in memory; a draft whose id it holds is a duplicate. */
export function createGatedLog(): GatedLog {
  const places = new Map<string, Cursor>()
  const appends: (readonly Draft[])[] = []
  const waiting: GatedAppend[] = []
  const wanted: ((append: GatedAppend) => void)[] = []
  let last: Cursor = { epoch, offset: 0, mark: 0 }

  const log = ({ event }: Draft): Receipt => {
    const known = places.get(event.eventId)
    if (known) return { kind: 'DUPLICATE', cursor: known }
    last = { epoch, offset: last.offset + 1, mark: markOf(event) }
    places.set(event.eventId, last)
    return { kind: 'LOGGED', cursor: last }
  }

  return {
    appends,
    append: (drafts) =>
      new Promise((resolve, reject) => {
        appends.push(drafts)
        const append: GatedAppend = { drafts, succeed: () => resolve(drafts.map(log)), fail: reject }
        const taker = wanted.shift()
        if (taker) taker(append)
        else waiting.push(append)
      }),
    head: () => Promise.resolve(last),
    next: () =>
      new Promise((resolve) => {
        const append = waiting.shift()
        if (append) resolve(append)
        else wanted.push(resolve)
      }),
  }
}
