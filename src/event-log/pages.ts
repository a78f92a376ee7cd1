// Reads the log for those who catch up. Readers at one place share a read, and the last pages stay at
// hand: a socket that fell behind brings all its subscribers at once, and one with a small budget comes
// back to the same page many times.

import type { Cursor } from '../event/position.ts'
import type { EventLog } from './event-log.ts'
import { isSameCursor, type Placed, place } from './placed.ts'
import { weighEntry } from './weigh.ts'

const keptPages = 4
/** A page of larger events is shared while it is read, and not kept. */
const keptPageBytes = 2 * 1024 * 1024

type Page = { readonly after: Cursor; readonly placed: readonly Placed[] }

export type Pages = {
  /**
   * Some entries after the cursor; none where it is the head.
   * @throws HeliographError as `EventLog.read`
   */
  after(cursor: Cursor): Promise<readonly Placed[]>
  /** Forgets what it holds: the log began anew, or nobody catches up any more. */
  clear(): void
}

export function createPages(log: Pick<EventLog, 'read'>, pageEntries: number): Pages {
  const reading = new Map<string, Promise<readonly Placed[]>>()
  let kept: Page[] = []

  async function read(after: Cursor): Promise<readonly Placed[]> {
    const placed = (await log.read(after, pageEntries)).map(place)
    const bytes = placed.reduce((sum, { entry }) => sum + weighEntry(entry), 0)
    if (placed.length > 0 && bytes <= keptPageBytes) kept = [{ after, placed }, ...kept].slice(0, keptPages)
    return placed
  }

  return {
    async after(cursor) {
      for (const page of kept) {
        const rest = restOf(page, cursor)
        if (rest) return rest
      }
      const key = `${cursor.epoch} ${cursor.offset} ${cursor.mark}`
      const shared = reading.get(key)
      if (shared) return shared
      const page = read(cursor).finally(() => reading.delete(key))
      reading.set(key, page)
      return page
    },
    clear() {
      kept = []
    },
  }
}

/** What the page holds after the cursor; null where it does not show that the cursor is of this log. */
function restOf({ after, placed }: Page, cursor: Cursor): readonly Placed[] | null {
  if (isSameCursor(after, cursor)) return placed
  const index = cursor.offset - after.offset - 1
  const own = placed[index]
  const isLast = index === placed.length - 1
  return own && !isLast && isSameCursor(own.cursor, cursor) ? placed.slice(index + 1) : null
}
