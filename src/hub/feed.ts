// What the hub must know of one kind of subscription, and the ports of the two who use the hub: the
// GraphQL side gives it a Feed, the transports a Connection and an Encoding.

import type { HeliographError } from '../errors.ts'
import type { Filing } from '../event/filter-index.ts'
import type { Cursor } from '../event/position.ts'
import type { Entry } from '../event-log/entry.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourceQuery } from '../resource/resources.ts'

/** What a subscriber is told: an event, what became of a resource, or that the state has been sent. */
export type Notice =
  | { readonly kind: 'EVENT'; readonly entry: Entry }
  | {
      readonly kind: 'CHANGE'
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
      readonly resource: Resource
      /** Null while the initial state is sent: such a notice has no cursor either. */
      readonly entry: Entry | null
    }
  | { readonly kind: 'SYNCED'; readonly cursor: Cursor }

/** One audience: all subscribers with the same key get identical bytes. */
export type Feed = {
  /** Document, operation, arguments without `after`, used variables and visibility; never a token. */
  readonly key: string
  /** Where the filter index files it. */
  readonly filing: Filing
  /** What this entry tells the audience; null for nothing. Filter and visibility are decided here. */
  select(entry: Entry): Notice | null
  /** The execution result as JSON text; a promise where the selection reads the store. */
  render(notice: Notice): string | Promise<string>
  /** The initial state to send to a subscriber without a cursor; null where there is none. */
  readonly state: ResourceQuery | null
}

/** A socket as the hub sees it: bytes out, and how many of them still wait. */
export type Connection = {
  /** Hands bytes (carried as latin1) to the socket: one write. Never called after `closed`. */
  write(bytes: string): void
  /** Bytes handed over and not yet taken by the operating system. */
  unsentBytes(): number
  /** Calls back once, when nothing waits any more. */
  onDrain(drained: () => void): void
  /** The reader cannot keep up at all: end the socket with this error's close code. */
  overflow(error: HeliographError): void
}

/** How a transport wraps results. `shared` is made once per audience and event, `frame` per subscriber. */
export type Encoding = {
  readonly name: string
  /**
   * @param payload the execution result, its UTF-8 bytes carried as latin1
   * @param cursor for the encoding to spell where its clients see it
   */
  shared(payload: string, cursor: Cursor | null): string
  frame(operationId: string, shared: string): string
}
