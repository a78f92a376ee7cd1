// Keeps the servers under test and what drives them on different cores, so that neither is measured with
// the other's work in its caches.

import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

/** Where servers run, each alone at any time. */
export const serverCore = 0
/** Where what drives them runs, and the stores and brokers beside them. */
export const driverCore = 1

/** For what is not about the CPU of one server: wherever the system puts it. */
export const anyCore = `0-${cpus().length - 1}`

/** Moves a process with all its threads; threads and processes to come follow. Nothing on a machine with one core. */
export function pin(pid: number, core: number | string): void {
  if (cpus().length < 2) return
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
}
