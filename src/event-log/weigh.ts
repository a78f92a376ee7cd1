// What a value costs in memory, roughly: good enough to bound a cache, cheap enough for every entry.

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
