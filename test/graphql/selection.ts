// Selections of everything: what a client would have to type to read all there is, to a depth.

import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
} from 'graphql'
import { schema } from '../../src/graphql/schema.ts'

/** All fields of a type with its `__typename`, object fields only while `depth` lasts. */
export function everythingOf(type: GraphQLNamedType, depth: number): string {
  if (isAbstractType(type)) {
    const kinds = schema.getPossibleTypes(type)
    return `{ __typename ${kinds.map((kind) => `... on ${kind.name} ${everythingOf(kind, depth)}`).join(' ')} }`
  }
  if (!isObjectType(type)) return ''
  const fields = Object.values(type.getFields()).map((field) => fieldOf(type.name, field, depth))
  return `{ __typename ${fields.join(' ')} }`
}

/** Under an alias of its own: types that implement one interface may differ in the types of their fields. */
function fieldOf(parent: string, field: GraphQLField<unknown, unknown>, depth: number): string {
  const type = getNamedType(field.type)
  if (isLeafType(type)) return `${parent}_${field.name}: ${field.name}`
  if (depth === 0) return ''
  const page = field.args.some(({ name }) => name === 'first') ? '(first: 500)' : ''
  // Edges, pages and transitions are not a step further.
  const isFrame = /(Connection|Edge|PageInfo|Transition|Ref|Actor)$/.test(type.name)
  return `${parent}_${field.name}: ${field.name}${page} ${everythingOf(type, isFrame ? depth : depth - 1)}`
}

export type Seen = { readonly __typename: string; readonly [alias: string]: unknown }

/** Every object of a result that has a `__typename`. */
export function objectsIn(value: unknown): Seen[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(objectsIn)
  return '__typename' in value ? [value as Seen, ...inner] : inner
}

/** The value of a field, whatever its alias. */
export function fieldIn(seen: Seen, name: string): unknown {
  return seen[`${seen.__typename}_${name}`]
}
