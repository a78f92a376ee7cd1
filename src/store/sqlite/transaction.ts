// Runs pieces of work on a database: each wholly or not at all.

import type { DatabaseSync } from 'node:sqlite'

/** Runs `work` as one transaction that writes; what it throws undoes all of it. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite has ended it already after some errors, a full disk among them.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Runs `work` on one state of the data, whatever is committed meanwhile. */
export function snapshot<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN')
  try {
    return work()
  } finally {
    if (database.isTransaction) database.exec('COMMIT')
  }
}
