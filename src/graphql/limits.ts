// What a document may ask for: its size, how deep it nests, how many root fields it has and what it
// costs. Cost counts every field once per thing it may be read from, so a page of 500 with 10 fields
// costs about 5,000. Introspection is free, and not counted as depth.

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  Source,
  TokenKind,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import { type ComplexityEstimatorArgs, getComplexity } from 'graphql-query-complexity'
import { refusal, toGraphQLError } from './errors.ts'
import { pageSize } from './page-size.ts'

/** The limits that are settings. */
export type Limits = { readonly queryDepth: number; readonly queryCost: number }

/** Bytes of a document; variables are not part of it. */
export const documentBytes = 64 * 1024
/** Tokens of a document: what parsing it costs. */
export const documentTokens = 5_000
/** Brackets of any kind in each other. */
export const documentBrackets = 200
/** Fields at the root of an operation, aliases counted. */
export const rootFields = 50

/** Fields and fragments that are looked at to find the cost, each as often as it is spread. */
const measuredFields = 10_000

/** What a list of unknown length counts as. */
const presumedLength = 10

/**
 * Parses a document within its limits.
 * @throws GraphQLError BAD_INPUT for wrong syntax, TOO_LARGE for too much of it
 */
export function parseDocument(text: string): DocumentNode {
  if (Buffer.byteLength(text) > documentBytes) {
    throw refusal('TOO_LARGE', `the document is over ${documentBytes} bytes: pass values as variables`)
  }
  try {
    refuseNested(text)
    return parse(text, { maxTokens: documentTokens })
  } catch (error) {
    const shown = toGraphQLError(error)
    if (!shown.message.startsWith('Syntax Error: Document contains more')) throw shown
    throw refusal(
      'TOO_LARGE',
      `the document has more than ${documentTokens} tokens: pass values as variables`,
    )
  }
}

const opening: readonly string[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]
const closing: readonly string[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]

/** The parser goes into brackets by recursion, and would run out of stack before it ran out of tokens. */
function refuseNested(text: string): void {
  const lexer = new Lexer(new Source(text))
  let depth = 0
  for (let tokens = 0; tokens < documentTokens; tokens++) {
    const { kind } = lexer.advance()
    if (kind === TokenKind.EOF) return
    if (opening.includes(kind)) depth += 1
    else if (closing.includes(kind)) depth -= 1
    if (depth <= documentBrackets) continue
    throw refusal('TOO_LARGE', `the document has more than ${documentBrackets} brackets in each other`)
  }
}

/** The rules beside those of the GraphQL specification: depth and root fields. */
export function validationRules(limits: Limits): ValidationRule[] {
  return [
    (context: ValidationContext) => ({
      OperationDefinition(operation) {
        for (const error of shapeErrors(context.getDocument(), operation, limits)) context.reportError(error)
      },
    }),
  ]
}

/** What is wrong with the shape of an operation, whatever its variables. */
export function shapeErrors(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: Limits,
): GraphQLError[] {
  const shape = measure(document, operation)
  const errors: GraphQLError[] = []
  if (shape.depth > limits.queryDepth) {
    const message = `the selection nests ${shape.depth} deep: at most ${limits.queryDepth} is allowed`
    errors.push(refusal('QUERY_TOO_DEEP', message, { nodes: operation }))
  }
  if (shape.rootFields > rootFields) {
    const message = `the operation has ${shape.rootFields} root fields: at most ${rootFields} are allowed`
    errors.push(refusal('QUERY_TOO_COSTLY', message, { nodes: operation }))
  }
  return errors
}

type Shape = { readonly depth: number; readonly rootFields: number }

function measure(document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const fragments = new Map(
    document.definitions
      .filter(
        (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
      )
      .map((fragment) => [fragment.name.value, fragment]),
  )
  // A fragment is measured once, so that fragments within fragments cost no more than their text. While
  // it is measured it counts as nothing: a circle is refused by a rule of the specification.
  const known = new Map<string, Shape>()

  function measureFragment(name: string): Shape {
    const shape = known.get(name)
    if (shape) return shape
    known.set(name, { depth: 0, rootFields: 0 })
    const fragment = fragments.get(name)
    const measured = fragment ? measureSelection(fragment.selectionSet) : { depth: 0, rootFields: 0 }
    known.set(name, measured)
    return measured
  }

  function measureSelection(set: SelectionSetNode): Shape {
    let depth = 0
    let fields = 0
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value.startsWith('__')) continue
        fields += 1
        depth = Math.max(
          depth,
          1 + (selection.selectionSet ? measureSelection(selection.selectionSet).depth : 0),
        )
        continue
      }
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : measureSelection(selection.selectionSet)
      fields += inner.rootFields
      depth = Math.max(depth, inner.depth)
    }
    return { depth, rootFields: fields }
  }

  return measureSelection(operation.selectionSet)
}

export type CostRequest = {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** What is wrong with the cost of a valid operation with these variables: nothing, or one error. */
export function costErrors(
  { schema, document, operationName, variables }: CostRequest,
  limits: Limits,
): GraphQLError[] {
  try {
    const cost = getComplexity({
      schema,
      query: document,
      variables: { ...variables },
      ...(operationName ? { operationName } : {}),
      estimators: [costOf],
      maxQueryNodes: measuredFields,
    })
    if (cost <= limits.queryCost) return []
    return [
      refusal(
        'QUERY_TOO_COSTLY',
        `the selection costs ${cost}: at most ${limits.queryCost} is allowed; ask for smaller pages or fewer fields`,
      ),
    ]
  } catch (error) {
    const shown = toGraphQLError(error)
    if (!shown.message.startsWith('Query exceeds')) return [shown]
    return [
      refusal(
        'QUERY_TOO_COSTLY',
        `the selection has more than ${measuredFields} fields, fragments spread out`,
      ),
    ]
  }
}

function costOf({ field, args, childComplexity }: ComplexityEstimatorArgs): number {
  if (field.name.startsWith('__')) return 0
  const isPaged = field.args.some(({ name }) => name === 'first' || name === 'last')
  if (isPaged) return 1 + childComplexity * pageLength(args)
  return 1 + childComplexity * (field.extensions.holdsMany === true ? presumedLength : 1)
}

/** A wrong size is refused where the page is read; here it counts as the most there is. */
function pageLength({ first, last }: { readonly [name: string]: unknown }): number {
  const asked = first ?? last ?? pageSize.usual
  return typeof asked === 'number' && asked >= 1 && asked <= pageSize.most ? asked : pageSize.most
}
