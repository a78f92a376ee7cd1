// Global ids. Of a resource: `VirtualMachine/3b1c…`, which people may read and write. Of an event: its
// place in the log with the event's mark, opaque, so that no other event can ever be taken for it.

import { HeliographError } from '../errors.ts'
import { markOf, parseResourceId, type ResourceRef } from '../event/event.ts'
import type { Entry } from '../event-log/entry.ts'
import { resourceKey } from '../resource/resource.ts'

export type EventPlace = { readonly offset: number; readonly mark: number }

const eventPattern = /^Event:(\d{1,15}):([0-9a-f]{8})$/
const kindPattern = /^[A-Z][A-Za-z0-9]*$/

export function formatEventId({ position, event }: Entry): string {
  const mark = markOf(event).toString(16).padStart(8, '0')
  return Buffer.from(`Event:${position.offset}:${mark}`).toString('base64url')
}

/** Null for what is no id of an event. */
export function parseEventId(id: string): EventPlace | null {
  const [, offset, mark] = eventPattern.exec(Buffer.from(id, 'base64url').toString()) ?? []
  if (offset === undefined || mark === undefined) return null
  return { offset: Number(offset), mark: Number.parseInt(mark, 16) }
}

/**
 * What an id means beside a kind: the cloud's own, or the global one, whose kind must then fit.
 * @throws HeliographError BAD_INPUT where the kind in the id is another
 */
export function readRef(kind: string, id: string, field = 'id'): ResourceRef {
  if (kind === '')
    throw new HeliographError('BAD_INPUT', 'kind is empty', { field: field.replace(/id$/, 'kind') })
  if (id === '') throw new HeliographError('BAD_INPUT', `${field} is empty`, { field })
  const global = parseResourceId(id)
  // The cloud's own id may hold a slash, but does not look like a kind before it.
  if (!global || !kindPattern.test(global.kind)) return { kind, uid: id }
  if (resourceKey(global) === resourceKey({ kind, uid: global.uid })) return { kind, uid: global.uid }
  throw new HeliographError('BAD_INPUT', `${field} names a ${global.kind}, not a ${kind}: ${id}`, { field })
}
