// Gathers the sockets that have frames to write and writes each once. The write system call is two
// thirds of what a delivery costs, so frames per write is the lever of the whole fan-out.

import type { Metrics } from '../observe/metrics.ts'

/** What the outbox knows of a socket. */
type Writer = { flush(): void }

export type Outbox = {
  /** The socket has something to write; it is written with all others, soon. */
  add(writer: Writer): void
  /** Counts frames as written. */
  delivered(transport: string, frames: number): void
  close(): void
}

/** @param flushIntervalMs 0: at the end of each turn of the event loop; more trades latency for CPU */
export function createOutbox(flushIntervalMs: number, metrics: Pick<Metrics, 'deliveries'>): Outbox {
  let writers: Writer[] = []
  const delivered = new Map<string, number>()
  let cancel: (() => void) | null = null

  function schedule(): () => void {
    // Not a microtask: that would write between two announcements that one read of the socket brought
    // in. An immediate runs after the poll phase, when everything this turn brought has been fanned out.
    if (flushIntervalMs === 0) {
      const immediate = setImmediate(flushAll)
      return () => clearImmediate(immediate)
    }
    const timer = setTimeout(flushAll, flushIntervalMs)
    return () => clearTimeout(timer)
  }

  function flushAll(): void {
    cancel = null
    const due = writers
    writers = []
    for (const writer of due) writer.flush()
    // A labelled counter costs as much as a delivery; one call per turn does not.
    for (const [transport, frames] of delivered) metrics.deliveries(transport, frames)
    delivered.clear()
  }

  return {
    add(writer) {
      writers.push(writer)
      cancel ??= schedule()
    },
    delivered(transport, frames) {
      delivered.set(transport, (delivered.get(transport) ?? 0) + frames)
    },
    close() {
      cancel?.()
      cancel = null
    },
  }
}
