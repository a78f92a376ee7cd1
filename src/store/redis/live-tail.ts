// Where this gateway stands in the log. Announcements move it as long as each follows exactly on the
// last; after anything else it reads the log. What it saw last is checked against the store with every
// such read: where the log lost it, a new epoch begins.

import { randomBytes } from 'node:crypto'
import { asHeliographError } from '../../errors.ts'
import { type Cursor, parseEpoch } from '../../event/position.ts'
import { cursorOf, type Entry } from '../../event-log/entry.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { lookInto } from '../../event-log/stored-entry.ts'
import type { Announcement } from './announcements.ts'
import type { Call } from './connection.ts'
import { createFollowings } from './followings.ts'
import { keys } from './keys.ts'
import type { LogReader } from './log-reader.ts'
import { settleEpoch } from './upkeep-scripts.ts'

export type LiveTail = {
  readonly follow: EventLog['follow']
  /** Where it stands. */
  standing(): Cursor
  /** Takes what was announced; null for what could not be read. */
  hear(announcement: Announcement | null): void
  /** Reads what is new and checks what was seen last; resolves when that is done. */
  catchUp(): Promise<void>
  /** For how long nothing was heard, and nothing looked for. */
  silentForMs(): number
}

const pageEntries = 500
// What is announced while the log is read; beyond that it is read from the log as well.
const mostWaiting = 200

/** Stands at the head of the log, which it begins where Redis holds none. */
export async function openLiveTail(look: Call, reader: LogReader, channel: string): Promise<LiveTail> {
  await settle(look, { epoch: parseEpoch('0'.repeat(16)), offset: 0, mark: 0 }, channel)
  let last = await reader.head()
  // A page is told to several followers, and each must get the whole of it or nothing.
  const read: LogReader['read'] = async (after, limit) => lookInto(await reader.read(after, limit))
  const followings = createFollowings({ read, head: reader.head }, () => last)
  let waiting: Announcement[] = []
  let reading: Promise<void> | null = null
  let readAgain = false
  let activeAt = performance.now()

  function deliver(entries: readonly Entry[]): void {
    const newest = entries.at(-1)
    if (newest === undefined) return
    activeAt = performance.now()
    last = cursorOf(newest)
    followings.deliver(entries)
  }

  /** Takes an announcement that continues what was seen; false where the log must be read. */
  function take({ epoch, after, mark, entries }: Announcement): boolean {
    if (epoch !== last.epoch || after > last.offset) return false
    const seen = last.offset - after
    // Read from the log before it was heard.
    if (seen > 0 && seen >= entries.length) return true
    const before = entries[seen - 1]
    if ((before ? cursorOf(before).mark : mark) !== last.mark) return false
    deliver(seen > 0 ? entries.slice(seen) : entries)
    return true
  }

  function hear(announcement: Announcement | null): void {
    if (reading === null) {
      if (announcement === null || !take(announcement)) catchUp().catch(() => {})
    } else if (announcement === null || waiting.length >= mostWaiting) {
      readAgain = true
    } else {
      waiting.push(announcement)
    }
  }

  function catchUp(): Promise<void> {
    activeAt = performance.now()
    readAgain = true
    reading ??= readUntilCurrent().finally(() => {
      reading = null
      waiting = []
    })
    return reading
  }

  async function readUntilCurrent(): Promise<void> {
    while (readAgain) {
      readAgain = false
      try {
        await readNew()
      } catch (error) {
        if (asHeliographError(error)?.code !== 'CURSOR_EXPIRED') throw error
        await restart()
      }
      if (!waiting.every(take)) readAgain = true
      waiting = []
    }
    followings.resume()
  }

  async function readNew(): Promise<void> {
    for (;;) {
      const page = await read(last, pageEntries)
      deliver(page)
      if (page.length < pageEntries) return
    }
  }

  async function restart(): Promise<void> {
    if (await settle(look, last, channel)) {
      readAgain = true
      return
    }
    last = await reader.head()
    followings.restart(last)
  }

  return {
    follow: followings.follow,
    standing: () => last,
    hear,
    catchUp,
    silentForMs: () => performance.now() - activeAt,
  }
}

/** Whether the log goes on from what was seen; begins a new epoch where it has lost that. */
async function settle(look: Call, seen: Cursor, channel: string): Promise<boolean> {
  const next = randomBytes(8).toString('hex')
  const args = [seen.epoch, seen.offset, seen.mark, next, channel]
  return (await look((redis) => settleEpoch(redis, [keys.meta, keys.log], args))) === 'CONTINUES'
}
