// What this gateway appended and has not heard of yet. Heard of, it is taken from here: its entries need
// not come back, nor be parsed. On the AMQP drain of the bench that was a sixth of the main thread's time.

import { randomBytes } from 'node:crypto'
import type { EntryTexts } from './record.ts'

export type OwnMessages = {
  /** @returns what the announcement says of whose it is */
  sent(texts: readonly EntryTexts[]): string
  /** The entries of an announcement, where it is this gateway's own; then they are forgotten. */
  take(by: string): readonly EntryTexts[] | null
}

/** Those whose announcement gets lost would else be kept for ever. */
const most = 4

export function createOwnMessages(): OwnMessages {
  const name = randomBytes(8).toString('hex')
  const batches = new Map<string, readonly EntryTexts[]>()
  let count = 0
  return {
    sent(texts) {
      const by = `${name}/${++count}`
      batches.set(by, texts)
      const [oldest] = batches.keys()
      if (batches.size > most && oldest !== undefined) batches.delete(oldest)
      return by
    },
    take(by) {
      const texts = batches.get(by) ?? null
      batches.delete(by)
      return texts
    },
  }
}
