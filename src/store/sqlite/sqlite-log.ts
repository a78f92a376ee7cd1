// The log of the embedded store, as the gateway's thread sees it: appends go to the writer, reads to the
// reader, and commits come back as announcements.

import type { Draft } from '../../event/draft.ts'
import type { Cursor } from '../../event/position.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { formatDrafts } from './draft-text.ts'
import { createFollowers } from './followers.ts'
import type { EntryRow, Place, PlacementRow, ReaderCalls, WriterCalls } from './messages.ts'
import { storedEntry } from './stored-json.ts'
import type { WorkerLink } from './worker-link.ts'

export type SqliteLog = EventLog & {
  /** What a commit added, in order: followers hear of it. */
  committed(rows: readonly EntryRow[]): void
}

/** Opens the log over the two workers. */
export async function openSqliteLog(
  writer: WorkerLink<WriterCalls>,
  reader: WorkerLink<ReaderCalls>,
): Promise<SqliteLog> {
  const epoch = await reader.call('epoch')
  const cursorAt = ({ offset, mark }: Place): Cursor => ({ epoch, offset, mark })
  const entriesOf = (rows: readonly EntryRow[]) => rows.map((row) => storedEntry(epoch, row))
  const read: EventLog['read'] = async (after, limit) => entriesOf(await reader.call('read', after, limit))
  const head: EventLog['head'] = async () => cursorAt(await reader.call('head'))
  const followers = createFollowers({ read, head }, (await head()).offset)
  let asked = 0
  let heard = 0

  async function place(drafts: readonly Draft[]): Promise<PlacementRow[]> {
    const number = ++asked
    try {
      return await writer.call('append', formatDrafts(drafts), Date.now(), { number, heard })
    } finally {
      heard = Math.max(heard, number)
    }
  }

  return {
    async append(drafts) {
      if (drafts.length === 0) return []
      const placements = await place(drafts)
      return placements.map(([duplicate, offset, mark]) => ({
        kind: duplicate ? 'DUPLICATE' : 'LOGGED',
        cursor: cursorAt({ offset, mark }),
      }))
    },
    read,
    readBackwards: async (before, limit) => entriesOf(await reader.call('readBackwards', before, limit)),
    at: async (offsets) => (await reader.call('at', offsets)).map((row) => row && storedEntry(epoch, row)),
    head,
    tail: async () => cursorAt(await reader.call('tail')),
    knownSince: async () => new Date(await reader.call('knownSince', Date.now())).toISOString(),
    follow: followers.follow,
    committed: (rows) => followers.announce(rows.map((row) => storedEntry(epoch, row))),
  }
}
