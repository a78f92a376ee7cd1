// Whatever has a global id, found by it.

import { markOf, parseResourceId, resourceId } from '../event/event.ts'
import { sees } from '../event/visibility.ts'
import type { Entry } from '../event-log/entry.ts'
import type { Resource } from '../resource/resource.ts'
import { readEntry, readResource } from './batch.ts'
import { NodeInterface } from './builder.ts'
import type { Context } from './context.ts'
import { eventTypeName } from './event.ts'
import { formatEventId, parseEventId } from './node-id.ts'
import { resourceTypeName } from './resource.ts'

NodeInterface.implement({
  description: 'Anything with a global id.',
  resolveType: (node) => ('event' in node ? eventTypeName(node) : resourceTypeName(node)),
  fields: (t) => ({
    id: t.id({
      description:
        'Its global id: give it to `node`. Of a resource it reads VirtualMachine/3b1c…; of an event it is opaque.',
      resolve: (node) => ('event' in node ? formatEventId(node) : resourceId(node)),
    }),
  }),
})

/** The event or resource with this id; null where there is none that the caller may see. */
export async function readNode(context: Context, id: string): Promise<Entry | Resource | null> {
  const ref = parseResourceId(id)
  if (ref) return readResource(context, ref)
  const place = parseEventId(id)
  if (!place) return null
  const entry = await readEntry(context, place.offset)
  return entry && markOf(entry.event) === place.mark && sees(context.visibility, entry.event) ? entry : null
}
