// Calls each of many connections once a period, spread over it: ten thousand sockets that are pinged in
// the same millisecond would stall everybody else.

/** Something called once a period. */
export type Beating = { beat(): void }

export type Heartbeat = {
  /** Calls its `beat` once a period, first within one period, until it is removed. */
  add(one: Beating): void
  remove(one: Beating): void
  stop(): void
}

const slotCount = 16

/** @param periodMs time between two calls of the same beat */
export function createHeartbeat(periodMs: number): Heartbeat {
  const slots = Array.from({ length: slotCount }, () => new Set<Beating>())
  let turn = 0
  const timer = setInterval(() => {
    turn = (turn + 1) % slotCount
    for (const one of slots[turn] ?? []) one.beat()
  }, periodMs / slotCount)
  timer.unref()
  let next = 0
  return {
    add(one) {
      next = (next + 1) % slotCount
      slots[next]?.add(one)
    },
    // Looked for: a function to take it out would be kept for every connection.
    remove(one) {
      for (const slot of slots) if (slot.delete(one)) return
    },
    stop: () => clearInterval(timer),
  }
}
