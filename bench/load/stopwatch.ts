// How long events were on their way, from the `sent <milliseconds>` in their description.

export type Stopwatch = {
  /** Hears the bytes of a result, or of several that came together. */
  heard(bytes: Buffer): void
  /** Percentiles of what came since it was asked last, in milliseconds. */
  take(): { readonly p50: number; readonly p99: number }
}

const mark = 'sent '

export function createStopwatch(): Stopwatch {
  let latencies: number[] = []
  return {
    heard(bytes) {
      const now = performance.now()
      for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) {
        const end = bytes.indexOf(0x20, at + mark.length)
        latencies.push(now - Number(bytes.toString('latin1', at + mark.length, end)))
      }
    },
    take() {
      const sorted = latencies.toSorted((a, b) => a - b)
      latencies = []
      const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
      return { p50: at(0.5), p99: at(0.99) }
    },
  }
}
