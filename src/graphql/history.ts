// What the log tells of one resource: its events, newest first, and the one that made its last
// transition. Foreign events are left out.

import { HeliographError } from '../errors.ts'
import { type Cursor, cursorExpired, formatCursor, parseCursor } from '../event/position.ts'
import { sees } from '../event/visibility.ts'
import { cursorOf, type Entry } from '../event-log/entry.ts'
import type { Resource } from '../resource/resource.ts'
import { readEntry } from './batch.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { checkPageSize } from './page-size.ts'

type HistoryArguments = {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

const mostOffsets = 200
/** How far back the event of the last transition is looked for. */
const searchedOffsets = 1_000

/**
 * A page of the events about a resource, newest first.
 * @throws HeliographError BAD_INPUT, BAD_CURSOR or CURSOR_EXPIRED
 */
export async function readHistory(
  context: Context,
  resource: Resource,
  args: HistoryArguments,
): Promise<Connection<Entry>> {
  const first = checkPageSize('first', args.first)
  const after = args.after == null ? null : await heldOffset(context, parseCursor(args.after))
  const found: Entry[] = []
  for await (const entry of entriesAbout(context, resource, after, first + 1)) {
    if (sees(context.visibility, entry.event)) found.push(entry)
    if (found.length > first) break
  }
  const edges = found.slice(0, first).map((node) => ({ cursor: formatCursor(cursorOf(node)), node }))
  return {
    edges,
    pageInfo: {
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
      hasNextPage: () => found.length > first,
      hasPreviousPage: () => after !== null,
    },
  }
}

/** The event that made the last transition; null where there is none, or it is foreign or no longer held. */
export async function readTransitionEvent(context: Context, resource: Resource): Promise<Entry | null> {
  let searched = 0
  for await (const entry of entriesAbout(context, resource, null, 10)) {
    if (isLastTransition(entry, resource)) return sees(context.visibility, entry.event) ? entry : null
    searched += 1
    if (searched >= searchedOffsets) return null
  }
  return null
}

function isLastTransition({ event, change }: Entry, { lastTransition }: Resource): boolean {
  const made = change?.after.lastTransition
  if (!made || !event.transition || !lastTransition) return false
  return (
    made.at === lastTransition.at &&
    made.field === lastTransition.field &&
    made.to === lastTransition.to &&
    event.transition.field === made.field &&
    event.transition.to === made.to
  )
}

/** Newest first, before an offset (exclusive; null: from the newest); ends where retention has been. */
async function* entriesAbout(
  context: Context,
  resource: Resource,
  before: number | null,
  expected: number,
): AsyncGenerator<Entry> {
  let next = before
  for (let limit = expected; next !== 0; limit *= 2) {
    const offsets = await context.resources.history(resource, next, Math.min(limit, mostOffsets))
    const entries = await Promise.all(offsets.map((offset) => readEntry(context, offset)))
    for (const entry of entries) if (entry) yield entry
    next = offsets.at(-1) ?? 0
  }
}

/** The offset of a cursor of this log; what is older than a trimmed entry is gone as well, and no error. */
async function heldOffset(context: Context, cursor: Cursor): Promise<number> {
  const entry = await readEntry(context, cursor.offset)
  const there = entry ? cursorOf(entry) : await context.log.head()
  if (there.epoch !== cursor.epoch) throw cursorExpired('the cursor is of another log')
  if (entry && there.mark !== cursor.mark) throw cursorExpired('the log holds another event there')
  if (cursor.offset > there.offset) throw cursorExpired('the cursor is ahead of the log')
  if (cursor.offset < 1)
    throw new HeliographError('BAD_CURSOR', 'after is a cursor before the first event: nothing is older', {
      field: 'after',
    })
  return cursor.offset
}
