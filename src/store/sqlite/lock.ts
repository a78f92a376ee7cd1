// One process on one data directory: an open transaction on a file of its own, which the operating
// system ends with the process, however that dies.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HeliographError } from '../../errors.ts'
import { sqliteCode } from './failure.ts'

const busy = 5

/**
 * Takes the directory until `release` is called or the process ends.
 * @throws HeliographError STORE_IN_USE where another process has it; BAD_SETTING where it cannot be written.
 */
export function lockDirectory(directory: string): { release(): void } {
  try {
    const lock = new DatabaseSync(join(directory, 'heliograph.lock'), { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return { release: () => lock.close() }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (sqliteCode(cause) === busy) {
      throw new HeliographError(
        'STORE_IN_USE',
        `another process has the data in ${directory} open: stop it, or give this one a HELIOGRAPH_DATA of its own`,
        { field: 'HELIOGRAPH_DATA', cause },
      )
    }
    throw new HeliographError('BAD_SETTING', `HELIOGRAPH_DATA: ${directory} cannot be written: ${reason}`, {
      field: 'HELIOGRAPH_DATA',
      cause,
    })
  }
}
