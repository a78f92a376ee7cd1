// The value of a catalogued field in the form its type promises, whatever form it was reported in:
// CloudStack writes numbers and booleans as text here and there, and dates without the colon.

import type { Json, Timestamp } from '../event/event.ts'
import { parseBusTime, parseRfc3339 } from '../event/time.ts'
import type { CatalogueField, FieldType } from './catalog-kind.ts'

type Read = (value: Json) => Json | undefined

const reads: { readonly [type in Exclude<FieldType, 'JSON'>]: Read } = {
  STRING: readText,
  ID: readText,
  INT: (value) => readNumber(value, (number) => Math.abs(number) <= 0x7fff_ffff),
  LONG: (value) => readNumber(value, Number.isSafeInteger),
  BOOLEAN: readFlag,
  DATE_TIME: readTime,
}

/** The value as the field's type has it, null for an empty one, undefined where it does not fit. */
export function readValue(field: CatalogueField, value: Json): Json | undefined {
  if (value === null) return null
  return field.type === 'JSON' ? readJson(field, value) : reads[field.type](value)
}

function readText(value: Json): Json | undefined {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function readNumber(value: Json, fits: (number: number) => boolean): Json | undefined {
  if (value === '') return null
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && fits(number) ? number : undefined
}

function readFlag(value: Json): Json | undefined {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : undefined
}

/** As the API writes it, `2026-05-14T09:31:07+0000`, or as anybody else does. */
function readTime(value: Json): Timestamp | undefined {
  if (typeof value !== 'string') return undefined
  return parseRfc3339(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) ?? parseBusTime(value) ?? undefined
}

function readJson(field: CatalogueField, value: Json): Json {
  const { keys } = field
  return keys && Array.isArray(value) ? value.map((entry) => pick(entry, keys)) : value
}

function pick(value: Json, keys: readonly string[]): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)))
}
