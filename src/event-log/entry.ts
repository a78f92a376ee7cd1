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
  readonly position: Position
  readonly event: Event
  readonly change: Change | null
}

export function cursorOf(entry: Entry): Cursor {
  return { epoch: entry.position.epoch, offset: entry.position.offset, mark: markOf(entry.event) }
}
