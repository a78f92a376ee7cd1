// Reading what others sent: what a value is, and errors that name the field and say what would be right.

import { HeliographError } from '../errors.ts'
import type { Json } from './event.ts'

/** An error that names a field of the message and says what would be right. */
export function badInput(field: string, says: string, cause?: unknown): HeliographError {
  return new HeliographError('BAD_INPUT', `${field} ${says}`, { field, cause })
}

/** What a JSON value is, with its article, for messages. */
export function nameOfType(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return value === undefined ? 'missing' : `a ${typeof value}`
}

/** True for a JSON object: no list, no null. */
export function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
