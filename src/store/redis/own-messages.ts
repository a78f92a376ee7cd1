// The messages this gateway sent itself and has not heard yet, with what they say: heard again, they need
// not be parsed. On the AMQP drain of the bench that was a tenth of the main thread's time.

import type { EntryParts } from './record.ts'

export type OwnMessages = {
  sent(bytes: Buffer, parts: readonly EntryParts[]): void
  /** What the message says, where it is this gateway's own; then it is forgotten. */
  take(bytes: Buffer): readonly EntryParts[] | null
}

/** Those that get lost on the way would else be kept for ever. */
const most = 4

export function createOwnMessages(): OwnMessages {
  let messages: { readonly bytes: Buffer; readonly parts: readonly EntryParts[] }[] = []
  return {
    sent(bytes, parts) {
      messages = [...messages, { bytes, parts }].slice(-most)
    },
    take(bytes) {
      const own = messages.find((message) => message.bytes.equals(bytes))
      if (own === undefined) return null
      messages = messages.filter((message) => message !== own)
      return own.parts
    },
  }
}
