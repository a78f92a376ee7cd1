// A selection as functions that write JSON text straight from a notice: no path, no info, no result
// object. They make what graphql-js makes where nothing goes wrong and nothing has to wait; all else (an
// error, a promise, null where none may be) they decline, and `execute` makes that result from the start.
//
// Six scalars cost 0.5 µs and not 13, seventeen leaves 4 and not 28; compiling costs as much as one
// execution, 2 µs per field. Our own because graphql-jit 0.8.9 (1.0 µs) makes source text of a document,
// and a string among its arguments can be made to run as code; it also leaves out fragments that are
// spread a second time, and confuses the order and the directives of fields that are selected twice.

import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'
// The very code that `execute` collects with: what is selected, and in which order, cannot differ.
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { isPromise } from 'graphql/jsutils/isPromise.js'
import { plainJson } from '../hub/carry.ts'
import type { Context } from './context.ts'

/** The JSON text of a value. @throws anything where it declines */
export type Write = (value: unknown, context: Context) => string

export type Compilation = {
  readonly schema: GraphQLSchema
  readonly fragments: Parameters<typeof collectFields>[1]
  /** Coerced; only directives read them. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Told how many fields are about to be compiled, which is what it costs. @throws NotCompilable */
  spend(fields: number): void
}

/** The selection is for `execute`, whatever the notice. */
export class NotCompilable extends Error {}

type Resolve = (source: unknown, args: object, context: Context, info: GraphQLResolveInfo) => unknown
type FieldWriter = { readonly lead: string; readonly resolve: Resolve; readonly write: Write }
type Fields = ReturnType<typeof collectFields>
type Nodes = readonly FieldNode[]

// Made once: its stack trace would cost more than the execution that is saved.
const declined = new Error('left to execute')
const noArguments = Object.freeze({})
// Only a resolver with a fourth parameter would read it, and such a field is not compiled.
const noInfo = Object.freeze({}) as GraphQLResolveInfo

/** @throws NotCompilable */
export function compileSelection(
  compilation: Compilation,
  type: GraphQLObjectType,
  set: SelectionSetNode,
): Write {
  const { schema, fragments, variables } = compilation
  return objectWriter(compilation, type, collectFields(schema, fragments, variables, type, set))
}

function objectWriter(compilation: Compilation, type: GraphQLObjectType, selected: Fields): Write {
  if (type.isTypeOf) throw new NotCompilable()
  compilation.spend(selected.size)
  const fields = [...selected].map(([key, nodes], index): FieldWriter => {
    return { lead: `${index === 0 ? '' : ','}"${key}":`, ...compileField(compilation, type, nodes) }
  })
  return (source, context) => {
    let text = '{'
    for (const { lead, resolve, write } of fields) {
      const value = resolve(source, noArguments, context, noInfo)
      text += lead + write(value, context)
    }
    return `${text}}`
  }
}

function compileField(
  compilation: Compilation,
  parent: GraphQLObjectType,
  nodes: Nodes,
): Omit<FieldWriter, 'lead'> {
  const name = nodes[0]?.name.value ?? ''
  if (name === '__typename') return { resolve: () => parent.name, write: () => JSON.stringify(parent.name) }
  const field = parent.getFields()[name]
  // By the arguments of the root the notice was chosen: its fields read nothing else.
  const readsArguments = field?.args.length !== 0 && parent !== compilation.schema.getSubscriptionType()
  if (!field || readsArguments || field.extensions.readsStore) throw new NotCompilable()
  const { resolve = readerOf(name) } = field
  if (resolve.length > 3) throw new NotCompilable()
  return { resolve, write: valueWriter(compilation, field.type, nodes) }
}

function readerOf(name: string): Resolve {
  return (source) => (source as Record<string, unknown>)[name]
}

function valueWriter(compilation: Compilation, type: GraphQLOutputType, nodes: Nodes): Write {
  const isNullable = !isNonNullType(type)
  const write = presentWriter(compilation, isNonNullType(type) ? type.ofType : type, nodes)
  return (value, context) => {
    if (typeof value === 'string') return write(value, context)
    if (value !== null && value !== undefined) return write(settled(value), context)
    if (isNullable) return 'null'
    throw declined
  }
}

/** Writes what is there: no null, no promise. */
function presentWriter(compilation: Compilation, type: GraphQLOutputType, nodes: Nodes): Write {
  if (isLeafType(type)) return leafWriter(type)
  if (isListType(type)) return listWriter(compilation, type, nodes)
  const { schema, fragments, variables } = compilation
  const writerOf = (object: GraphQLObjectType) =>
    objectWriter(compilation, object, collectSubfields(schema, fragments, variables, object, nodes))
  if (isObjectType(type)) return writerOf(type)
  if (isAbstractType(type)) return abstractWriter(compilation, type, writerOf)
  throw new NotCompilable()
}

function leafWriter(type: GraphQLLeafType): Write {
  return (value) => {
    const serialized = type.serialize(value)
    // Half of what `stringify` costs, and nearly every value is such text.
    if (typeof serialized === 'string' && plainJson.test(serialized)) return `"${serialized}"`
    if (serialized === null || serialized === undefined) throw declined
    return JSON.stringify(serialized)
  }
}

function listWriter(compilation: Compilation, type: GraphQLList<GraphQLOutputType>, nodes: Nodes): Write {
  const write = valueWriter(compilation, type.ofType, nodes)
  return (list, context) => {
    if (!Array.isArray(list)) throw declined
    let text = '['
    for (let index = 0; index < list.length; index++) {
      text += (index === 0 ? '' : ',') + write(list[index], context)
    }
    return `${text}]`
  }
}

/**
 * Compiled for each type when the first of it comes: of all kinds of resources few are met. One that does not
 * compile is declined from then on, and takes nothing from the others.
 */
function abstractWriter(
  { schema }: Compilation,
  type: GraphQLAbstractType,
  writerOf: (object: GraphQLObjectType) => Write,
): Write {
  const writers = new Map<string, Write>()
  const { resolveType } = type
  if (!resolveType) throw new NotCompilable()

  function compile(name: string): Write {
    const object = schema.getType(name)
    if (!isObjectType(object) || !schema.isSubType(type, object)) throw declined
    const write = orDecline(() => writerOf(object))
    writers.set(name, write)
    return write
  }

  return (value, context) => {
    const name = resolveType(value, context, noInfo, type)
    if (typeof name !== 'string') throw declined
    return (writers.get(name) ?? compile(name))(value, context)
  }
}

function orDecline(compile: () => Write): Write {
  try {
    return compile()
  } catch {
    return () => {
      throw declined
    }
  }
}

/** Declines what is no value yet. Lets go of a promise: `execute` is about to ask for the same. */
function settled<Value>(value: Value): Value {
  if (value instanceof Error || typeof value === 'function') throw declined
  if (!isPromise(value)) return value
  value.then(null, () => {})
  throw declined
}
