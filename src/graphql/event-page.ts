// Pages of events, both ways, oldest first.

import { HeliographError } from '../errors.ts'
import { compileFilter } from '../event/filter.ts'
import { type Cursor, formatCursor, parseCursor } from '../event/position.ts'
import { sees } from '../event/visibility.ts'
import { cursorOf, type Entry } from '../event-log/entry.ts'
import { type MatchingPage, readMatching } from '../event-log/matching.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { type EventFilterInput, readEventFilter } from './filter.ts'
import { checkPageSize } from './page-size.ts'

export type EventPageArguments = {
  readonly filter?: EventFilterInput | null | undefined
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

/**
 * One page of the events that match and that the caller may see.
 * @throws HeliographError BAD_INPUT, BAD_CURSOR or CURSOR_EXPIRED, with the argument
 */
export async function readEvents(context: Context, args: EventPageArguments): Promise<Connection<Entry>> {
  const matches = compileFilter(readEventFilter(args.filter))
  const page = readPageArguments(args)
  const found = await readMatching(
    context.log,
    ({ event }) => sees(context.visibility, event) && matches(event),
    page,
  )
  return {
    edges: found.entries.map((node) => ({ cursor: formatCursor(cursorOf(node)), node })),
    pageInfo: {
      startCursor: textOf(found.start),
      endCursor: textOf(found.end),
      hasNextPage: found.hasNext,
      hasPreviousPage: found.hasPrevious,
    },
  }
}

function readPageArguments({ first, after, last, before }: EventPageArguments): MatchingPage {
  if (first != null && last != null) throw both('first', 'last')
  if (last == null && before == null) {
    return { kind: 'FORWARD', first: checkPageSize('first', first), after: readCursor(after, 'after') }
  }
  if (first != null) throw both('first', 'before')
  if (after != null) throw both('after', last == null ? 'before' : 'last')
  return { kind: 'BACKWARD', last: checkPageSize('last', last), before: readCursor(before, 'before') }
}

function both(one: string, other: string): HeliographError {
  const message = `${one} and ${other} together say nothing clear: take first and after, or last and before`
  return new HeliographError('BAD_INPUT', message, { field: other })
}

function readCursor(text: string | null | undefined, name: string): Cursor | null {
  return text == null ? null : parseCursor(text, name)
}

function textOf(cursor: Cursor | null): string | null {
  return cursor && formatCursor(cursor)
}
