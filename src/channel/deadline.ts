// The end of an attempt, whatever it hangs at: its time is up, or it is given up.

export type Deadline = {
  /** Calls `listener` when it is over, at once where it is; the last one given counts. */
  onOver(listener: (why: string) => void): void
  /** Leaves at most so much time from now. */
  shorten(ms: number, why: string): void
  /** The attempt is done: nobody is called any more. */
  clear(): void
}

/** @param timeoutMs from now */
export function startDeadline(timeoutMs: number, signal: AbortSignal): Deadline {
  const endsAtMs = performance.now() + timeoutMs
  let over: string | null = signal.aborted ? 'given up' : null
  let listener: ((why: string) => void) | null = null
  const end = (why: string) => {
    clear()
    over ??= why
    listener?.(over)
    listener = null
  }
  const giveUp = () => end('given up')
  let timer = setTimeout(end, timeoutMs, `no answer within ${timeoutMs} ms`)
  signal.addEventListener('abort', giveUp, { once: true })
  const clear = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }

  return {
    onOver(next) {
      listener = next
      if (over !== null) end(over)
    },
    shorten(ms, why) {
      if (performance.now() + ms >= endsAtMs) return
      clearTimeout(timer)
      timer = setTimeout(end, ms, why)
    },
    clear() {
      clear()
      listener = null
    },
  }
}
