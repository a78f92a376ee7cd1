// What was rendered lately, by entry and audience: a storm of readers that come back is served with the
// renderings the live path made, even when the audience itself was gone for a moment.

/** A rendering, or the promise of one: who asks meanwhile waits for the same. */
export type Payload = string | Promise<string>

/** What a payload costs beside its text, and what an offset that has several costs, in bytes. */
const payloadBytes = 50
const shelfBytes = 350

// The first audience has a place of its own: most entries concern no other, and a Map for each of them
// costs 0.5 µs of the 9 that an entry with one reader costs, nearly all of it in the garbage collector.
type Shelf = {
  readonly audience: string
  payload: Payload | undefined
  others: Map<string, Payload> | null
  bytes: number
}

export class Payloads {
  readonly #maxBytes: number
  /** In the order of first use, which for the live path is the order of the log. */
  readonly #shelves = new Map<number, Shelf>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(offset: number, audience: string): Payload | undefined {
    const shelf = this.#shelves.get(offset)
    return shelf?.audience === audience ? shelf.payload : shelf?.others?.get(audience)
  }

  put(offset: number, audience: string, payload: Payload): void {
    const shelf = this.#shelfOf(offset, audience)
    const bytes = sizeOf(payload) - sizeOf(this.get(offset, audience))
    if (shelf.audience === audience) shelf.payload = payload
    else {
      shelf.others ??= new Map()
      shelf.others.set(audience, payload)
    }
    shelf.bytes += bytes
    this.#bytes += bytes
    this.#trim()
  }

  /** A promised payload came, or (null) failed: the next one to ask then renders again. */
  settle(offset: number, audience: string, promised: Promise<string>, text: string | null): void {
    // Meanwhile the log may have begun anew, and this offset be another entry's.
    if (this.get(offset, audience) !== promised) return
    if (text !== null) this.put(offset, audience, text)
    else this.#forget(offset, audience)
  }

  clear(): void {
    this.#shelves.clear()
    this.#bytes = 0
  }

  #forget(offset: number, audience: string): void {
    const shelf = this.#shelves.get(offset)
    if (shelf?.audience === audience) shelf.payload = undefined
    else shelf?.others?.delete(audience)
  }

  #shelfOf(offset: number, audience: string): Shelf {
    const known = this.#shelves.get(offset)
    if (known) return known
    const shelf: Shelf = { audience, payload: undefined, others: null, bytes: shelfBytes }
    this.#bytes += shelfBytes
    this.#shelves.set(offset, shelf)
    return shelf
  }

  #trim(): void {
    if (this.#bytes <= this.#maxBytes) return
    // An eighth at once: a Map keeps the holes at its front and walks over them to find its oldest, so
    // dropping one at a time would cost more than the rendering.
    for (const [offset, shelf] of this.#shelves) {
      if (this.#bytes <= this.#maxBytes * 0.875) return
      this.#shelves.delete(offset)
      this.#bytes -= shelf.bytes
    }
  }
}

/** A promise weighs nothing yet. */
function sizeOf(payload: Payload | undefined): number {
  return typeof payload === 'string' ? payloadBytes + payload.length : 0
}
