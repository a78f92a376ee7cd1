// Keeps the servers under test and what drives them on different cores, so that neither is measured with
// the other's work in its caches.

import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Where servers run, each alone at any time. */
export const serverCore = 0
/** Where what drives them runs, and the stores and brokers beside them. */
export const driverCore = 1

/** Moves a process with all its threads; threads to come follow. Nothing on a machine with one core. */
export function pin(pid: number, core: number): void {
  if (availableParallelism() < 2) return
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
}
