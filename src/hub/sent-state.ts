// What a subscriber has been sent of the state, as far as the changes to come may already be in it.

import { type Resource, resourceKey } from '../resource/resource.ts'
import type { Notice } from './feed.ts'

export class SentState {
  readonly #from: number
  readonly #versions = new Map<string, number>()
  #newest: number

  /** @param from the offset of the position that was noted before the state was read */
  constructor(from: number) {
    this.#from = from
    this.#newest = from
  }

  add(resource: Resource): void {
    // No change at or before the noted position will come, so nothing about it need be remembered.
    if (resource.version <= this.#from) return
    this.#versions.set(resourceKey(resource), resource.version)
    this.#newest = Math.max(this.#newest, resource.version)
  }

  /** Whether the resource was sent as this entry, or a later one, left it. */
  contains(notice: Notice, offset: number): boolean {
    if (notice.kind !== 'CHANGE') return false
    const version = this.#versions.get(resourceKey(notice.resource))
    return version !== undefined && version >= offset
  }

  /** Whether no entry after this offset can be contained any more. */
  isPast(offset: number): boolean {
    return offset >= this.#newest
  }
}
