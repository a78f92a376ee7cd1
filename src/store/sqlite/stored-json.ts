// Reads the JSON of an entry, `{"event":…,"change":…}`, one half at a time.

import type { Event } from '../../event/event.ts'
import type { Epoch } from '../../event/position.ts'
import type { Change, Entry } from '../../event-log/entry.ts'
import { StoredEntry, type StoredFormat } from '../../event-log/stored-entry.ts'
import type { EntryRow } from './messages.ts'

/** The JSON, and what of it is the change once that is known: text, or parsed where it had to be. */
type Stored = { readonly json: string; change: string | Change | null | undefined }

const opening = '{"event":'
const middle = ',"change":'

export function storedEntry(epoch: Epoch, [offset, mark, json]: EntryRow): Entry {
  return new StoredEntry<Stored>({ epoch, offset, mark }, { json, change: undefined }, format)
}

const format: StoredFormat<Stored> = {
  json: ({ json }) => json,
  event: readEvent,
  change(stored, { offset }) {
    if (stored.change === undefined) readEvent(stored)
    const { change = null } = stored
    const parsed = typeof change === 'string' ? (JSON.parse(change) as Change | null) : change
    return parsed && placed(parsed, offset)
  },
}

/** Parses the event, and leaves the change beside it as text where it need not be parsed for that. */
function readEvent(stored: Stored): Event {
  const { json } = stored
  const end = json.indexOf(middle)
  try {
    const event = JSON.parse(json.slice(opening.length, end)) as Event
    stored.change = json.slice(end + middle.length, -1)
    return event
  } catch {
    // The event's data holds a member `change` too: cut there, the event is no JSON.
    const { event, change } = JSON.parse(json) as { readonly event: Event; readonly change: Change | null }
    stored.change = change
    return event
  }
}

/** Stored JSON holds version 0; the entry's own place is what it means. */
function placed(change: Change, version: number): Change {
  return { ...change, after: { ...change.after, version } }
}
