// Which dedupe records may hold a fingerprint, in memory: a million take 25 MB, and an event that was
// never seen costs no read. On disk their keys are random, and an index of them would be written to at a
// place of its own for every event.
//
// Open addressing: an offset lies at the slot of its fingerprint, or at the next free one.

export type Seen = {
  /** The offsets that were added under a fingerprint and not forgotten, newest first. */
  find(fingerprint: number): readonly number[]
  /** Offsets rise from call to call. */
  add(fingerprint: number, offset: number): void
  /** Forgets all offsets up to this one. */
  forget(upTo: number): void
}

const none: readonly number[] = []
const leastSlots = 1024

/** Empty. Fingerprints are whole numbers of 32 bits without a sign. */
export function createSeen(): Seen {
  let fingerprints = new Uint32Array(leastSlots)
  // 0 is a free slot, and the offset of no entry.
  let offsets = new Float64Array(leastSlots)
  let taken = 0
  let forgotten = 0

  function put(fingerprint: number, offset: number): void {
    const mask = offsets.length - 1
    let slot = fingerprint & mask
    while (offsets[slot] !== 0) slot = (slot + 1) & mask
    fingerprints[slot] = fingerprint
    offsets[slot] = offset
    taken += 1
  }

  // Forgotten offsets keep their slots until now, so that no chain of slots is ever broken. Plain loops:
  // with a call for each slot it would be a fourteenth of what the writer does while the log grows.
  function rebuild(): void {
    const [oldFingerprints, oldOffsets] = [fingerprints, offsets]
    let kept = 0
    for (const offset of oldOffsets) if (offset > forgotten) kept += 1
    const size = Math.max(leastSlots, 2 ** Math.ceil(Math.log2(kept * 3)))
    fingerprints = new Uint32Array(size)
    offsets = new Float64Array(size)
    taken = 0
    for (let slot = 0; slot < oldOffsets.length; slot++) {
      const offset = oldOffsets[slot] ?? 0
      if (offset > forgotten) put(oldFingerprints[slot] ?? 0, offset)
    }
  }

  return {
    find(fingerprint) {
      const mask = offsets.length - 1
      let found = none
      for (let slot = fingerprint & mask; offsets[slot] !== 0; slot = (slot + 1) & mask) {
        const offset = offsets[slot] ?? 0
        if (fingerprints[slot] === fingerprint && offset > forgotten) found = [...found, offset]
      }
      return found.length > 1 ? found.toSorted((a, b) => b - a) : found
    },
    add(fingerprint, offset) {
      if (taken * 3 > offsets.length * 2) rebuild()
      put(fingerprint, offset)
    },
    forget(upTo) {
      forgotten = Math.max(forgotten, upTo)
    },
  }
}
