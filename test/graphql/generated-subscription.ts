// Random valid subscriptions over the whole schema: aliases, fragments of every sort, directives with
// and without variables, fields selected twice, and now and then a field that reads the store.

import fc from 'fast-check'
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
} from 'graphql'
import type { OperationRequest } from '../../src/graphql/operation.ts'
import { schema } from '../../src/graphql/schema.ts'

const rootArguments = ['resource(kind: "VirtualMachine", id: $id)', 'resources(filter: $filter)', 'events']
const declarations: { readonly [name: string]: string } = {
  id: '$id: ID!',
  filter: '$filter: ResourceFilter',
  yes: '$yes: Boolean!',
  no: '$no: Boolean! = false',
  maybe: '$maybe: Boolean! = true',
  few: '$few: Int',
}
const values: { readonly [name: string]: unknown } = {
  id: 'VirtualMachine-acme',
  filter: {},
  yes: true,
  no: false,
  maybe: false,
  few: 2,
}

/** Gives a number from 0 to `most`. */
type Draw = (most: number) => number

// A tape of numbers and not `fc.gen`, which compares every draw with those before. When it ends, all that
// is drawn is 0, which is the end of every selection too: a shorter tape is a smaller document.
const anyTape = fc.array(fc.nat(999), { maxLength: 200, size: 'max' })

/** A request that validation may still refuse: names may meet that must not. */
export const anySubscription: fc.Arbitrary<OperationRequest> = anyTape.map((tape) => {
  let drawn = 0
  return subscriptionOf((most) => (tape[drawn++] ?? 0) % (most + 1))
})

function subscriptionOf(draw: Draw): OperationRequest {
  const fragments: string[] = []
  const root = pick(draw, rootArguments)
  const type = root === 'events' ? 'Event' : 'ResourceChange'
  const inner = selection({ draw, fragments }, schema.getType(type) as GraphQLCompositeType, 5)
  const text = [`{ ${pick(draw, ['', 'told: '])}${root} ${inner} }`, ...fragments].join('\n')
  const used = Object.keys(declarations).filter((name) => new RegExp(`\\$${name}\\b`).test(text))
  const declared = used.length > 0 ? `(${used.map((name) => declarations[name]).join(', ')})` : ''
  const given = used.filter((name) => name !== 'maybe' || draw(1) === 1)
  const variables = Object.fromEntries(given.map((name) => [name, values[name]]))
  return { query: `subscription ${declared} ${text}`, variables }
}

type Drawing = { readonly draw: Draw; readonly fragments: string[] }

function pick<T>(draw: Draw, from: readonly T[]): T {
  return from[draw(from.length - 1)] as T
}

function selection(drawing: Drawing, type: GraphQLCompositeType, depth: number): string {
  const parts = Array.from({ length: drawing.draw(4) }, () => part(drawing, type, depth))
  return `{ ${drawing.draw(1) === 0 ? '__typename' : aField(drawing, type, depth)} ${parts.join(' ')} }`
}

function part(drawing: Drawing, type: GraphQLCompositeType, depth: number): string {
  const { draw, fragments } = drawing
  const kind = depth > 0 ? 7 - draw(7) : 7
  if (kind === 0) return `... ${directive(draw)} ${selection(drawing, type, depth - 1)}`
  if (kind === 1) {
    const name = `F${fragments.length}`
    // Its place is taken before what is in it is drawn, which may have fragments of its own.
    const place = fragments.push('') - 1
    fragments[place] = `fragment ${name} on ${type.name} ${selection(drawing, type, depth - 1)}`
    // Twice: the second must not count as visited where a directive leaves the first out.
    return `...${name} ${directive(draw)} ...${name} ${directive(draw)}`
  }
  if (kind < 5 && isAbstractType(type)) {
    const narrower = pick(draw, [...schema.getPossibleTypes(type), type])
    return `... on ${narrower.name} ${directive(draw)} ${selection(drawing, narrower, depth - 1)}`
  }
  return aField(drawing, type, depth)
}

function aField(drawing: Drawing, type: GraphQLCompositeType, depth: number): string {
  const { draw } = drawing
  const fields = Object.values((type as GraphQLObjectType).getFields())
  const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)))
  // Most fields of a kind lead to the store: those without say more about what is compiled.
  const plain = fields.filter((field) => field.args.length === 0 && !field.extensions.readsStore)
  const choice = depth > 0 ? pick(draw, [plain, plain, plain, plain, fields]) : leaves
  if (choice.length === 0) return '__typename'
  return spelled(drawing, type, pick(draw, choice), depth)
}

function spelled(
  drawing: Drawing,
  type: GraphQLCompositeType,
  field: GraphQLField<unknown, unknown>,
  depth: number,
): string {
  const { draw } = drawing
  const named = getNamedType(field.type)
  const alias = pick(draw, ['', '', `${field.name}_again: `, `${type.name}_${field.name}: `])
  const page = field.args.some(({ name }) => name === 'first') ? `(first: ${pick(draw, ['$few', '1'])})` : ''
  const inner = isCompositeType(named) ? selection(drawing, named, depth - 1) : ''
  return `${alias}${field.name}${page} ${directive(draw)} ${inner}`
}

function directive(draw: Draw): string {
  if (draw(2) < 2) return ''
  const name = pick(draw, ['skip', 'include'])
  return `@${name}(if: ${pick(draw, ['$yes', '$no', '$maybe', 'true', 'false'])})`
}
