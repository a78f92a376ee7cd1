// The newest entries of the log, at hand, up to the tip: the last one handed to the live path. Who comes
// back within it needs no store. Contiguous; bounded by entries and by bytes, whichever is less.

import type { Cursor } from '../event/position.ts'
import { isSameCursor, type Placed } from '../event-log/placed.ts'
import { weighEntry } from '../event-log/weigh.ts'

type Slot = { readonly placed: Placed; readonly bytes: number }

export class Ring {
  readonly #maxEntries: number
  readonly #maxBytes: number
  /** The entry at offset o stands at o % maxEntries: offsets are dense, so finding one is a division. */
  readonly #slots: (Slot | undefined)[]
  #tip: Cursor
  #oldest: number
  #bytes = 0

  /** @param start the head when following began: the tip until an entry comes */
  constructor(start: Cursor, maxEntries: number, maxBytes: number) {
    this.#tip = start
    this.#oldest = start.offset + 1
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#slots = new Array(maxEntries)
  }

  get tip(): Cursor {
    return this.#tip
  }

  /** Takes the entry that follows the tip, and makes it the tip. */
  push(placed: Placed): void {
    const { offset } = placed.cursor
    if (offset - this.#oldest === this.#maxEntries) this.#dropOldest()
    const bytes = weighEntry(placed.entry)
    this.#slots[offset % this.#maxEntries] = { placed, bytes }
    this.#tip = placed.cursor
    this.#bytes += bytes
    while (this.#bytes > this.#maxBytes) this.#dropOldest()
  }

  /** At most `limit` entries after the cursor; null where its own entry is not held with its mark. */
  after(cursor: Cursor, limit: number): Placed[] | null {
    if (!this.holds(cursor)) return null
    const found: Placed[] = []
    const last = Math.min(this.#tip.offset, cursor.offset + limit)
    for (let offset = cursor.offset + 1; offset <= last; offset++) {
      const placed = this.#at(offset)
      if (placed) found.push(placed)
    }
    return found
  }

  /** Whether everything between this cursor and the tip is here. */
  holds(cursor: Cursor): boolean {
    if (isSameCursor(cursor, this.#tip)) return true
    const placed = this.#at(cursor.offset)
    return placed !== undefined && isSameCursor(placed.cursor, cursor)
  }

  /** Whether entries from this offset on are here, as far as there are any. */
  reaches(offset: number): boolean {
    return offset >= this.#oldest
  }

  /** The log began anew: forgets everything, and goes on after `head`. */
  restart(head: Cursor): void {
    this.#slots.fill(undefined)
    this.#tip = head
    this.#oldest = head.offset + 1
    this.#bytes = 0
  }

  #at(offset: number): Placed | undefined {
    if (offset < this.#oldest || offset > this.#tip.offset) return undefined
    return this.#slots[offset % this.#maxEntries]?.placed
  }

  #dropOldest(): void {
    const index = this.#oldest % this.#maxEntries
    this.#bytes -= this.#slots[index]?.bytes ?? 0
    this.#slots[index] = undefined
    this.#oldest += 1
  }
}
