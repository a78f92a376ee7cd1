// Reads the JSON of an entry, `{"event":…,"change":…}`, one half at a time.

import type { Event } from '../../event/event.ts'
import type { Epoch } from '../../event/position.ts'
import type { Change, Entry } from '../../event-log/entry.ts'
import { StoredEntry, type StoredFormat } from '../../event-log/stored-entry.ts'
import type { EntryRow } from './messages.ts'

type Whole = { readonly event: Event; readonly change: Change | null }

const opening = '{"event":'
const middle = ',"change":'

/** An entry that was read. */
export function storedEntry(epoch: Epoch, [offset, mark, json]: EntryRow): Entry {
  return new StoredEntry({ epoch, offset, mark }, json, format)
}

const format: StoredFormat<string> = {
  json: (json) => json,
  event: (json) => halvesOf(json).event,
  change(json, { offset }) {
    const { change } = halvesOf(json)
    const parsed = typeof change === 'string' ? (JSON.parse(change) as Change | null) : change
    return parsed && placed(parsed, offset)
  },
}

/** The event, and the change as text where it need not be parsed for that. */
function halvesOf(json: string): { readonly event: Event; readonly change: string | Change | null } {
  const end = json.indexOf(middle)
  try {
    const event = JSON.parse(json.slice(opening.length, end)) as Event
    return { event, change: json.slice(end + middle.length, -1) }
  } catch {
    // The event's data holds a member `change` too: cut there, the event is no JSON.
    return JSON.parse(json) as Whole
  }
}

/** Stored JSON holds version 0; the entry's own place is what it means. */
function placed(change: Change, version: number): Change {
  return { ...change, after: { ...change.after, version } }
}
