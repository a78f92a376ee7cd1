// Calls each of many connections once a period, spread over it: ten thousand sockets that are pinged in
// the same millisecond would stall everybody else.

/** Something called once a period until it is taken out. */
export type Beat = () => void

export type Heartbeat = {
  /** Calls `beat` once a period, first within one period. @returns takes it out */
  add(beat: Beat): () => void
  stop(): void
}

const slotCount = 16

/** @param periodMs time between two calls of the same beat */
export function createHeartbeat(periodMs: number): Heartbeat {
  const slots = Array.from({ length: slotCount }, () => new Set<Beat>())
  let turn = 0
  const timer = setInterval(() => {
    turn = (turn + 1) % slotCount
    for (const beat of slots[turn] ?? []) beat()
  }, periodMs / slotCount)
  timer.unref()
  let next = 0
  return {
    add(beat) {
      next = (next + 1) % slotCount
      const slot = slots[next]
      slot?.add(beat)
      return () => slot?.delete(beat)
    },
    stop: () => clearInterval(timer),
  }
}
