// Reads an attribute as the catalogue types it. What the cloud gives differs between versions, so a
// value of another type becomes what it plainly means, else null; never an error.

import type { Json } from '../event/event.ts'
import type { FieldType } from '../resource/catalog.ts'

/** @returns the value for a field of this type, null for what it cannot be */
export function readAttribute(type: FieldType, value: Json | undefined): Json {
  if (value === undefined || value === null) return null
  return readers[type](value)
}

const readers: { readonly [Type in FieldType]: (value: Json) => Json } = {
  STRING: readText,
  ID: readText,
  INT: (value) => readWhole(value, -(2 ** 31), 2 ** 31 - 1),
  LONG: (value) => readWhole(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  BOOLEAN: readFlag,
  DATE_TIME: readTime,
  JSON: (value) => value,
}

function readText(value: Json): string | null {
  return typeof value === 'object' ? null : String(value)
}

function readWhole(value: Json, least: number, most: number): number | null {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most
    ? number
    : null
}

function readFlag(value: Json): boolean | null {
  if (typeof value === 'boolean') return value
  return value === 'true' ? true : value === 'false' ? false : null
}

/** The cloud writes `2026-05-14T09:31:07+0000`, without a colon in the offset. */
function readTime(value: Json): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]/.test(value)) return null
  const instant = new Date(value.replace(' ', 'T').replace(/ ?([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isNaN(instant.getTime()) ? null : instant.toISOString()
}
