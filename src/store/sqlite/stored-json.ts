// Reads the JSON of an entry, `{"event":…,"change":…}`, one half at a time.

import type { Event } from '../../event/event.ts'
import type { Epoch } from '../../event/position.ts'
import type { Change, Entry } from '../../event-log/entry.ts'
import { StoredEntry, type StoredFormat } from '../../event-log/stored-entry.ts'
import type { EntryRow } from './messages.ts'

/** The JSON, and its halves once it was parsed; the change as text where it need not be parsed for that. */
type Stored = {
  readonly json: string
  event: Event | undefined
  change: string | Change | null | undefined
}

const opening = '{"event":'
const middle = ',"change":'

export function storedEntry(epoch: Epoch, [offset, mark, json]: EntryRow): Entry {
  return new StoredEntry<Stored>(
    { epoch, offset, mark },
    { json, event: undefined, change: undefined },
    format,
  )
}

const format: StoredFormat<Stored> = {
  json: ({ json }) => json,
  event: (stored) => stored.event ?? readEvent(stored),
  change(stored, { offset }) {
    if (stored.change === undefined) readEvent(stored)
    const { change = null } = stored
    const parsed = typeof change === 'string' ? (JSON.parse(change) as Change | null) : change
    return parsed && placed(parsed, offset)
  },
  forget(stored) {
    stored.event = undefined
    stored.change = undefined
  },
}

/** Parses the event, and leaves the change beside it. */
function readEvent(stored: Stored): Event {
  const { json } = stored
  const end = json.indexOf(middle)
  try {
    const event = JSON.parse(json.slice(opening.length, end)) as Event
    stored.change = json.slice(end + middle.length, -1)
    stored.event = event
    return event
  } catch {
    // The event's data holds a member `change` too: cut there, the event is no JSON.
    const { event, change } = JSON.parse(json) as { readonly event: Event; readonly change: Change | null }
    stored.change = change
    stored.event = event
    return event
  }
}

/** Stored JSON holds version 0; the entry's own place is what it means. */
function placed(change: Change, version: number): Change {
  return { ...change, after: { ...change.after, version } }
}
