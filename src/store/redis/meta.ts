// The facts about the log that every gateway shares, as read from their hash.

import { HeliographError } from '../../errors.ts'
import { type Cursor, type Epoch, parseEpoch } from '../../event/position.ts'

/** The fields in the order `readMeta` takes their values. */
export const metaFields = ['epoch', 'head', 'headMark', 'receivedAt', 'trimmed', 'trimmedMark'] as const

export type Meta = {
  /** Where the log stands. */
  readonly head: Cursor
  /** Just before the oldest entry. */
  readonly tail: Cursor
  /** When the last entry was received; 0 in an empty log. */
  readonly receivedAtMs: number
}

/** Null where the data was removed and no gateway has begun another log yet. */
export function readMeta(values: unknown): Meta | null {
  const [text, head, headMark, receivedAt, trimmed, trimmedMark] = values as (string | null)[]
  if (!text) return null
  const epoch: Epoch = parseEpoch(text)
  return {
    head: { epoch, offset: Number(head), mark: Number(headMark) },
    tail: { epoch, offset: Number(trimmed), mark: Number(trimmedMark) },
    receivedAtMs: Number(receivedAt),
  }
}

/** The same where there must be a log. @throws HeliographError STORE_UNAVAILABLE */
export function expectMeta(values: unknown): Meta {
  const meta = readMeta(values)
  if (meta) return meta
  throw new HeliographError(
    'STORE_UNAVAILABLE',
    'the data of Redis was removed and a new log begins just now',
    {
      retryAfterSeconds: 1,
    },
  )
}
