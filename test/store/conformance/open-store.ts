// Stores for one test each, and what the suites do with them again and again.

import { onTestFinished, vi } from 'vitest'
import type { Cursor } from '../../../src/event/position.ts'
import { cursorOf, type Entry } from '../../../src/event-log/entry.ts'
import type { EventLog } from '../../../src/event-log/event-log.ts'
import type { Retention } from '../../../src/store/store.ts'
import type { Engine, Opened } from '../../support/engine.ts'

/** A store on new data, gone when the test is over. */
export async function openStore(engine: Engine, retention: Partial<Retention> = {}): Promise<Opened> {
  const opened = await engine.open(retention)
  onTestFinished(() => opened.stop())
  return opened
}

/** Stops the clock for this test, and returns the function that sets it on. */
export function stopClock(): (ms: number) => void {
  let nowMs = Date.parse('2026-05-14T10:00:00.000Z')
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  return (ms) => {
    nowMs += ms
    vi.setSystemTime(nowMs)
  }
}

/** Every entry that is held, oldest first. */
export async function readAll(log: EventLog): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let after: Cursor = await log.tail(); ; ) {
    const page = await log.read(after, 1000)
    const last = page.at(-1)
    if (!last) return entries
    entries.push(...page)
    after = cursorOf(last)
  }
}

/** The numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

export function offsetsOf(entries: readonly Entry[]): number[] {
  return entries.map((entry) => entry.position.offset)
}

/** Entries as plain values: one that was read is parsed when it is looked at. */
export function valuesOf(entries: readonly (Entry | null)[] = []) {
  return entries.map(
    (entry) => entry && { cursor: cursorOf(entry), event: entry.event, change: entry.change },
  )
}

export type Reader = {
  /** What it was told so far. */
  readonly entries: readonly Entry[]
  /** Resolves once it was told of the entry at this offset. */
  reached(offset: number): Promise<void>
  /** Resolves once it follows no more. */
  close(): Promise<void>
}

/** Follows a log and keeps what it is told. */
export async function startReader(log: EventLog, after: Cursor): Promise<Reader> {
  const entries: Entry[] = []
  const waiting = new Set<{ offset: number; resolve(): void; reject(error: Error): void }>()
  const settle = () => {
    for (const wait of waiting) if ((entries.at(-1)?.position.offset ?? 0) >= wait.offset) wait.resolve()
  }
  const following = await log.follow(after, {
    entries(told) {
      entries.push(...told)
      settle()
    },
    restarted() {
      for (const wait of waiting) wait.reject(new Error('the log was restarted'))
    },
  })
  return {
    entries,
    reached(offset) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting.add({ offset, resolve, reject })
      settle()
      return promise
    },
    close: following.close,
  }
}
