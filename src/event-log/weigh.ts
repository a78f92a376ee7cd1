// What a value costs in memory, roughly: good enough to bound a cache, cheap enough for every entry.

import type { Entry } from './entry.ts'

/** Estimated bytes of an entry. One that was read counts as its text and, twice that, what it parses to. */
export function weighEntry(entry: Entry): number {
  // Not by its parts: to look at them would parse them.
  return entry.json === undefined ? weigh(entry) : 3 * entry.json.length
}

/** Estimated bytes of a JSON-like value. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length
  if (typeof value !== 'object' || value === null) return 8
  let bytes = 32
  // Names of properties are shared by all objects of one shape and are not counted.
  if (Array.isArray(value)) for (const item of value) bytes += 8 + weigh(item)
  else for (const name in value) bytes += 8 + weigh((value as Record<string, unknown>)[name])
  return bytes
}
