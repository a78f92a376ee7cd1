// Announcements of appends, the fast path: each carries its entries and the cursor they follow. One may
// get lost or come late; whoever listens must notice by that cursor and read the log instead.

import { type Epoch, parseEpoch } from '../../event/position.ts'
import type { Entry } from '../../event-log/entry.ts'
import type { Connection } from './connection.ts'
import type { OwnMessages } from './own-messages.ts'
import { assembleEntry, type EntryParts, type EntryTexts, isoTime, ownEntryOf } from './record.ts'

export type Announcement = {
  readonly epoch: Epoch
  /** The offset and mark of the entry before the first of these. */
  readonly after: number
  readonly mark: number
  readonly entries: readonly Entry[]
}

/** What the scripts publish: where a batch stands. */
type Standing = {
  readonly epoch: string
  readonly after: number
  readonly mark: number
  readonly count: number
  /** When the entries were received, where later than they say themselves. */
  readonly receivedAtMs: number | null
  /** Whose batch it is; left out where there are no entries. */
  readonly by?: string
  /** 1 where its entries are the next message; else they are in the log only. */
  readonly entriesFollow?: 0 | 1
}

/** Calls `hear` for every announcement; null for one that cannot be read. Resolves once subscribed. */
export async function listen(
  { pubsub, channel }: Pick<Connection, 'pubsub' | 'channel'>,
  own: Pick<OwnMessages, 'take'>,
  hear: (announcement: Announcement | null) => void,
): Promise<void> {
  /** Whose entries come next: nobody's, this gateway's own, or those of this batch. */
  let coming: Standing | 'OWN' | null = null

  function take(standing: Standing): void {
    const { count, by = '', entriesFollow } = standing
    const texts = count === 0 ? [] : own.take(by)
    if (entriesFollow === 1) coming = texts === null ? standing : 'OWN'
    if (texts !== null) hear(ownAnnouncement(standing, texts))
    else if (entriesFollow !== 1) hear(null)
  }

  await pubsub.subscribe<Buffer>(channel, (bytes) => {
    const announced = coming
    coming = null
    if (announced === 'OWN' && bytes[0] === openingBracket) return
    const message = parseMessage(bytes)
    if (isStanding(message)) take(message)
    else if (message === null) hear(null)
    else if (announced !== null && announced !== 'OWN')
      hear(announced.count === message.length ? toAnnouncement(announced, message) : null)
    // Else the script has refused the batch whose entries these are.
  })
}

const openingBracket = 0x5b

/** Null for what is none of the two messages. */
function parseMessage(bytes: Buffer): Standing | readonly EntryParts[] | null {
  try {
    const message: unknown = JSON.parse(bytes.toString())
    if (isStanding(message)) return message
    return Array.isArray(message) && message.length % 3 === 0 ? partsOf(message) : null
  } catch {
    return null
  }
}

/** Event, before and after of each entry stand in turn. */
function partsOf(values: readonly unknown[]): EntryParts[] {
  const parts: EntryParts[] = []
  for (let i = 0; i < values.length; i += 3) {
    parts.push({ event: values[i], before: values[i + 1], after: values[i + 2] } as EntryParts)
  }
  return parts
}

/** The message that follows the script's: event, resource before and after, in turn; each is JSON. */
export function entriesMessage(texts: readonly EntryTexts[]): Buffer {
  const parts = texts.flatMap(({ event, before, after }) => [event, before || 'null', after || 'null'])
  return Buffer.from(`[${parts.join(',')}]`)
}

function isStanding(message: unknown): message is Standing {
  return typeof message === 'object' && message !== null && 'epoch' in message && 'count' in message
}

function ownAnnouncement(standing: Standing, texts: readonly EntryTexts[]): Announcement {
  const { after, mark, receivedAtMs } = standing
  const epoch = parseEpoch(standing.epoch)
  const entries = texts.map((entry, i) =>
    ownEntryOf({ epoch, offset: after + i + 1, mark: entry.mark }, entry, receivedAtMs),
  )
  return { epoch, after, mark, entries }
}

function toAnnouncement(standing: Standing, parts: readonly EntryParts[]): Announcement {
  const { after, mark, receivedAtMs } = standing
  const epoch = parseEpoch(standing.epoch)
  const receivedAt = isoTime(receivedAtMs)
  const entries: Entry[] = parts.map((entry, i) => assembleEntry(epoch, after + i + 1, entry, receivedAt))
  return { epoch, after, mark, entries }
}
