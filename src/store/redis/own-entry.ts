// An entry that this gateway appended itself, as it hears of it: text until somebody looks into it. Kept as
// objects, the newest entries cost the collector and whoever weighs them 9 µs each; parsing those that are
// looked into costs less.

import type { Event } from '../../event/event.ts'
import type { Cursor } from '../../event/position.ts'
import type { Change, Entry } from '../../event-log/entry.ts'
import { assembleEntry, type EntryParts, type EntryTexts } from './record.ts'

export class OwnEntry implements Entry {
  readonly position: Cursor
  /** As stored; what the entry takes in memory is told by them. */
  readonly texts: EntryTexts
  readonly #receivedAt: string | null
  #read: Entry | null = null

  /** @param receivedAt replaces what the event says where not null */
  constructor(position: Cursor, texts: EntryTexts, receivedAt: string | null) {
    this.position = position
    this.texts = texts
    this.#receivedAt = receivedAt
  }

  get event(): Event {
    return this.#whole().event
  }

  get change(): Change | null {
    return this.#whole().change
  }

  #whole(): Entry {
    const { epoch, offset } = this.position
    this.#read ??= assembleEntry(epoch, offset, partsOf(this.texts), this.#receivedAt)
    return this.#read
  }
}

function partsOf({ event, before, after }: EntryTexts): EntryParts {
  return {
    event: JSON.parse(event),
    before: JSON.parse(before || 'null'),
    after: JSON.parse(after || 'null'),
  }
}
