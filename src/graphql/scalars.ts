// The scalars beside GraphQL's own.

import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql'
import type { Json } from '../event/event.ts'
import { builder } from './builder.ts'

builder.scalarType('Cursor', {
  description:
    'A place in the log, as opaque text. It can be continued for as long as the log holds it: what follows it is then complete. Give back what was given; a cursor of another log or version is refused by name.',
  serialize: (value) => value,
  // What the text means is checked where it is used, so that the error names the argument.
  parseValue: (value) => readText('Cursor', value),
  parseLiteral: (node) => readText('Cursor', valueFromASTUntyped(node)),
})

builder.scalarType('DateTime', {
  description: 'An instant in UTC with milliseconds: 2026-05-14T09:31:07.000Z. Text order is time order.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value,
  parseValue: (value) => readText('DateTime', value),
})

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value as Json,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables) as Json,
})

builder.scalarType('Long', {
  description:
    'A whole number between -(2^53 - 1) and 2^53 - 1, such as a size in bytes: beyond the 32 bits of Int, and exact in JSON.',
  serialize: (value) => value,
  parseValue: (value) => readLong(value),
  parseLiteral: (node) => readLong(node.kind === Kind.INT ? Number(node.value) : null),
})

function readText(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new GraphQLError(`${name} is text`)
}

function readLong(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number
  throw new GraphQLError('Long is a whole number of at most 53 bits')
}
