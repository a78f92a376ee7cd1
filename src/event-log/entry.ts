// One place in the log: an event, and what it did to its resource.

import { type Event, markOf, type ResourceRef } from '../event/event.ts'
import type { Cursor, Position } from '../event/position.ts'
import type { Resource, ResourceFacts } from '../resource/resource.ts'

/**
 * What an event did to its resource. `before` holds what filters and visibility read, null where the
 * resource was not known; `after.version` is the offset of the entry. Where `before.kind` differs from
 * `after.kind`, a VirtualMachine turned out to be a Router or SystemVm.
 */
export type Change = {
  readonly ref: ResourceRef
  readonly before: ResourceFacts | null
  readonly after: Resource
}

export type Entry = {
  /** With its mark where that is at hand: it is a cursor then. */
  readonly position: Position | Cursor
  readonly event: Event
  readonly change: Change | null
  /**
   * What it was read from, where it was read from a store: every value of the event and of the change as
   * `JSON.stringify` writes it. What is not in here need not be looked for in the entry.
   */
  readonly json?: string
}

export function cursorOf(entry: Entry): Cursor {
  const { position } = entry
  // The event is not touched where it need not be: that may parse it.
  return 'mark' in position ? position : { ...position, mark: markOf(entry.event) }
}
