// What a process used of the CPU, thread by thread, as Linux accounts it; and medians of several runs.

import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Nanoseconds of CPU by thread id. */
export type CpuTimes = ReadonlyMap<number, number>

/** What the threads of a process have used so far; those that have ended are not in it. */
export function readCpu(pid: number): CpuTimes {
  const times = new Map<number, number>()
  for (const name of readdirSync(`/proc/${pid}/task`)) {
    const nanoseconds = readThread(`/proc/${pid}/task/${name}/schedstat`)
    if (nanoseconds !== null) times.set(Number(name), nanoseconds)
  }
  return times
}

/** Null where the thread has ended meanwhile. The first number of schedstat is the time on a CPU. */
function readThread(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0])
  } catch {
    return null
  }
}

/** Nanoseconds used between two readings, by thread; a thread that is new began at nothing. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): CpuTimes {
  return new Map([...after].map(([thread, used]) => [thread, used - (before.get(thread) ?? 0)]))
}

export function total(times: CpuTimes): number {
  return [...times.values()].reduce((sum, used) => sum + used, 0)
}

/** The middle of several runs with the lowest and the highest. */
export type Spread = { readonly median: number; readonly low: number; readonly high: number }

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(0),
    high: at(sorted.length - 1),
  }
}

/** The resident memory of a process, in bytes. */
export function readRss(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024
}

const restPollMs = 250
// A fifth of the time: as much as profiling alone takes.
const restNanoseconds = 50e6
const longestUnrestMs = 120_000

/** Resolves once a process does next to nothing: what was asked of it has begun. */
export async function untilRest(pid: number): Promise<void> {
  const signal = AbortSignal.timeout(longestUnrestMs)
  for (let before = readCpu(pid), busy = true; busy; ) {
    await pause(restPollMs, undefined, { signal })
    const after = readCpu(pid)
    busy = total(cpuBetween(before, after)) > restNanoseconds
    before = after
  }
}

/** Microseconds that a process used for each of so many units since `before`. */
export function microsPerUnit(pid: number, before: CpuTimes, units: number): number {
  return total(cpuBetween(before, readCpu(pid))) / 1_000 / units
}
