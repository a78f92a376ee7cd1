// How a failure crosses from a worker to the gateway: as text, and what it means to the caller.

import { asHeliographError, type ErrorCode, HeliographError } from '../../errors.ts'

/** A HeliographError as it is sent between threads. */
export type Failure = { readonly code: ErrorCode; readonly message: string; readonly field: string | null }

/** SQLite's primary result code, null where the error is none of SQLite's. */
export function sqliteCode(error: unknown): number | null {
  const errcode = error instanceof Error && 'errcode' in error ? error.errcode : null
  return typeof errcode === 'number' ? errcode & 0xff : null
}

/** What a caller is told of an error: SQLite's own mean that the store cannot serve just now. */
export function describeFailure(error: unknown): Failure {
  const known = asHeliographError(error)
  if (known) return { code: known.code, message: known.message, field: known.field }
  const message = error instanceof Error ? error.message : String(error)
  const code = sqliteCode(error)
  if (code === null) return { code: 'INTERNAL', message, field: null }
  return { code: 'STORE_UNAVAILABLE', message: `the embedded store failed: ${message}`, field: null }
}

/** The error that `describeFailure` described. */
export function toError(failure: Failure): HeliographError {
  return new HeliographError(
    failure.code,
    failure.message,
    failure.field === null ? {} : { field: failure.field },
  )
}
