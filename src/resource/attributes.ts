// Which attributes of a report are kept: catalogued fields under their names and in their types,
// relations as ids, states never (they are kept as states), and nothing that looks like a secret.

import type { Report } from '../event/draft.ts'
import type { Json } from '../event/event.ts'
import { withoutSecrets } from '../event/secrets.ts'
import { readValue } from './attribute-value.ts'
import { catalogueKind } from './catalog.ts'
import type { CatalogueKind, Relation } from './catalog-kind.ts'

export type Attributes = { readonly [name: string]: Json }

/** What a report says of the attributes; null takes one away. */
export function keptAttributes(
  kindName: string,
  report: Pick<Report, 'attributes' | 'attributesKept'>,
): Attributes {
  if (Object.keys(report.attributes).length === 0) return {}
  const kind = catalogueKind(kindName)
  const catalogued = kind ? cataloguedAttributes(kind, report.attributes) : {}
  if (report.attributesKept === 'CATALOGUE') return catalogued
  const kept = withoutSecrets(report.attributes)
  for (const field of kind?.fields ?? []) delete kept[field.reportedAs ?? field.name]
  for (const name of stateFields(kindName)) delete kept[name]
  return { ...kept, ...withoutSecrets(catalogued) }
}

/** The states of a kind, the main one first: these are no attributes. */
export function stateFields(kindName: string): string[] {
  return ['state', ...(catalogueKind(kindName)?.otherStates ?? []).map(({ name }) => name)]
}

/** Adds what is reported and takes away what is reported as null; the same object where nothing changes. */
export function mergeAttributes(known: Attributes, reported: Attributes): Attributes {
  const changed = Object.entries(reported).filter(([name, value]) => !isSame(known[name] ?? null, value))
  if (changed.length === 0) return known
  const merged = { ...known, ...Object.fromEntries(changed) }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
}

function cataloguedAttributes(kind: CatalogueKind, reported: Attributes): Attributes {
  const kept: { [name: string]: Json } = {}
  for (const field of kind.fields) {
    const value = reported[field.reportedAs ?? field.name]
    const read = value === undefined ? undefined : readValue(field, value)
    if (read !== undefined) kept[field.name] = read
  }
  for (const relation of kind.relations) {
    const linked = readLink(relation, reported)
    if (linked !== undefined) kept[relation.attribute] = linked
  }
  return kept
}

function readLink(relation: Relation, reported: Attributes): Json | undefined {
  const list = relation.listedIn && reported[relation.listedIn.attribute]
  if (relation.listedIn && Array.isArray(list)) {
    const { key } = relation.listedIn
    return uidsIn(
      list.map((entry) =>
        entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? (entry[key] ?? null) : null,
      ),
    )
  }
  const value = reported[relation.attribute]
  if (value === undefined || value === null) return value
  if (relation.many) return Array.isArray(value) ? uidsIn(value) : undefined
  return typeof value === 'string' ? value || null : undefined
}

function uidsIn(values: readonly Json[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string' && value !== ''))] as string[]
}

function isSame(one: Json, other: Json): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other))
}
