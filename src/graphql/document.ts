// Documents as text become checked operations, and the newest thousand are kept: clients send the same
// few documents again and again.

import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  print,
  separateOperations,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { RefusedOperation, refusal } from './errors.ts'
import { parseDocument } from './limits.ts'
import { createSelections, type Selection } from './selection.ts'

export type CheckedDocument = {
  /** The chosen operation and the fragments it uses. */
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly feed: FeedDocument | null
}

/** Of a subscription: the same without `after`, which tells subscribers apart but not what they get. */
export type FeedDocument = {
  readonly document: DocumentNode
  /** Normalised. */
  readonly text: string
  /** @param coerced the variables of one subscriber */
  selectionFor(coerced: Readonly<Record<string, unknown>>): Selection
}

const keptDocuments = 1_000
const keptCharacters = 8 * 1024 ** 2

/** Parses, validates and remembers documents for one schema. */
export function createDocuments(schema: GraphQLSchema) {
  const kept = new Map<string, CheckedDocument>()
  let characters = 0

  function keep(key: string, checked: CheckedDocument): void {
    kept.set(key, checked)
    characters += key.length
    for (const oldest of kept.keys()) {
      if (kept.size <= keptDocuments && characters <= keptCharacters) break
      kept.delete(oldest)
      characters -= oldest.length
    }
  }

  /** @throws RefusedOperation with every error of syntax and validation, or GraphQLError for the syntax */
  return (query: string, operationName: string | null): CheckedDocument => {
    const key = `${operationName ?? ''}\n${query}`
    const known = kept.get(key)
    if (known) {
      // Moves to the end: the first in the map is the one used longest ago.
      kept.delete(key)
      kept.set(key, known)
      return known
    }
    const checked = check(schema, query, operationName)
    keep(key, checked)
    return checked
  }
}

function check(schema: GraphQLSchema, query: string, operationName: string | null): CheckedDocument {
  const whole = parseDocument(query)
  const errors = findErrors(schema, whole)
  if (errors.length > 0) throw new RefusedOperation(errors)
  const operation = getOperationAST(whole, operationName)
  if (!operation) throw refusal('BAD_INPUT', missingOperation(operationName))
  // Validation lets a mutation pass even where the schema has none.
  if (!schema.getRootType(operation.operation))
    throw refusal('BAD_INPUT', `there is no ${operation.operation} here`)
  const document = separateOperations(whole)[operation.name?.value ?? ''] ?? whole
  return {
    document,
    operation,
    feed: operation.operation === 'subscription' ? feedOf(schema, document) : null,
  }
}

function findErrors(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document)
  } catch (error) {
    // The rule that a subscription has one root field looks at @skip and @include, but knows no variables.
    if (!(error instanceof GraphQLError)) throw error
    const message = '@skip and @include at the root of a subscription take no variables: write true or false'
    return [refusal('BAD_INPUT', message, { nodes: error.nodes ?? null })]
  }
}

function missingOperation(operationName: string | null): string {
  if (operationName) return `the document has no operation ${operationName}: check operationName`
  return 'the document has no operation, or several: say which with operationName'
}

function feedOf(schema: GraphQLSchema, document: DocumentNode): CheckedDocument['feed'] {
  const feed = withoutUnusedVariables(withoutAfter(schema, document))
  return { document: feed, text: print(feed), selectionFor: createSelections(schema, feed) }
}

/** Takes `after` from the root fields, in fragments too. */
function withoutAfter(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const types = new TypeInfo(schema)
  const root = schema.getSubscriptionType()
  return visit(
    document,
    visitWithTypeInfo(types, {
      Field(field): FieldNode | undefined {
        if (types.getParentType() !== root) return undefined
        return { ...field, arguments: field.arguments?.filter(({ name }) => name.value !== 'after') ?? [] }
      },
    }),
  )
}

function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable({ name }) {
      used.add(name.value)
    },
  })
  return visit(document, {
    [Kind.VARIABLE_DEFINITION]: ({ variable }) => (used.has(variable.name.value) ? false : null),
  })
}
