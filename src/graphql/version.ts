// `Resource.version`: the cursor of the entry that last changed a resource. The state holds its offset
// only, so the entry tells the rest, unless the resource came with its entry.

import { type Cursor, formatCursor } from '../event/position.ts'
import { cursorOf, type Entry } from '../event-log/entry.ts'
import type { Resource } from '../resource/resource.ts'
import { readEntry } from './batch.ts'
import type { Context } from './context.ts'

const cursors = new WeakMap<Resource, Cursor>()

/** Notes the entry that made a resource what it is, so that its version needs no read. */
export function versionAt(resource: Resource, entry: Entry): Resource {
  cursors.set(resource, cursorOf(entry))
  return resource
}

/**
 * As text for clients; a promise only where the log must be asked. Once retention has taken the entry,
 * the oldest cursor that can be continued stands for it: nothing between the two changed the resource.
 */
export function readVersion(context: Context, resource: Resource): string | Promise<string> {
  const known = cursors.get(resource)
  return known ? formatCursor(known) : askVersion(context, resource)
}

async function askVersion(context: Context, { version }: Resource): Promise<string> {
  const entry = version > 0 ? await readEntry(context, version) : null
  return formatCursor(entry ? cursorOf(entry) : await context.log.tail())
}
