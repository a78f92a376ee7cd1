// Announcements of appends, the fast path: each carries its entries and the cursor they follow. One may
// get lost or come late; whoever listens must notice by that cursor and read the log instead.

import { type Epoch, parseEpoch } from '../../event/position.ts'
import type { Entry } from '../../event-log/entry.ts'
import type { Connection } from './connection.ts'
import { assembleEntry, type EntryParts, isoTime } from './record.ts'

export type Announcement = {
  readonly epoch: Epoch
  /** The offset and mark of the entry before the first of these. */
  readonly after: number
  readonly mark: number
  readonly entries: readonly Entry[]
}

/** What the scripts publish: where a batch stands. Its entries are the next message, where there are any. */
type Standing = {
  readonly epoch: string
  readonly after: number
  readonly mark: number
  readonly count: number
  /** When the entries were received, where later than they say themselves. */
  readonly receivedAtMs: number | null
}

/** Calls `hear` for every announcement; null for one that cannot be read. Resolves once subscribed. */
export async function listen(
  { pubsub, channel }: Pick<Connection, 'pubsub' | 'channel'>,
  hear: (announcement: Announcement | null) => void,
): Promise<void> {
  let standing: Standing | null = null
  await pubsub.subscribe<unknown>(channel, (message) => {
    const announced = standing
    standing = null
    if (isStanding(message)) {
      if (message.count === 0) hear(toAnnouncement(message, []))
      else standing = message
    } else if (!Array.isArray(message)) {
      hear(null)
    } else if (announced) {
      hear(announced.count * 3 === message.length ? toAnnouncement(announced, message) : null)
    }
    // Else the script has refused the batch whose entries these are.
  })
}

/** The message that follows the script's: event, resource before and after, in turn; each is JSON. */
export function entriesMessage(texts: readonly { event: string; before: string; after: string }[]): string {
  const parts = texts.flatMap(({ event, before, after }) => [event, before || 'null', after || 'null'])
  return `[${parts.join(',')}]`
}

function isStanding(message: unknown): message is Standing {
  return typeof message === 'object' && message !== null && 'epoch' in message && 'count' in message
}

function toAnnouncement(standing: Standing, parts: readonly unknown[]): Announcement {
  const { after, mark, receivedAtMs } = standing
  const epoch = parseEpoch(standing.epoch)
  const receivedAt = isoTime(receivedAtMs)
  const entries: Entry[] = []
  for (let i = 0; i < parts.length; i += 3) {
    const entry = { event: parts[i], before: parts[i + 1], after: parts[i + 2] } as EntryParts
    entries.push(assembleEntry(epoch, after + entries.length + 1, entry, receivedAt))
  }
  return { epoch, after, mark, entries }
}
