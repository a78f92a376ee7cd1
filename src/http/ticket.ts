// The stream ticket of a request: where it stands, and where it counts for nothing.

import type { IncomingMessage } from 'node:http'
import { HeliographError } from '../errors.ts'

/** The ticket in a query string, whatever it is worth; null where none is shown. */
export function readTicket(query: string): string | null {
  return new URLSearchParams(query).get('ticket')
}

/** @throws HeliographError BAD_INPUT where a token is shown as well: two callers are one too many */
export function refuseBoth({ headers }: IncomingMessage): void {
  if (headers.authorization === undefined) return
  throw new HeliographError(
    'BAD_INPUT',
    'a ticket and an Authorization header came together: show one of them, the header where it can be sent',
    { field: 'ticket' },
  )
}

/** The refusal of a ticket at any other door. */
export function misplacedTicket(): HeliographError {
  return new HeliographError(
    'UNAUTHENTICATED',
    "a ticket counts for nothing here: it opens an event stream by GET /graphql with Accept: text/event-stream, as a browser's EventSource asks; everywhere else send Authorization: Bearer <token>",
    { field: 'ticket' },
  )
}
