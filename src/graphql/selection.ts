// What the subscriptions of a document select, rendered by compiled code where that is possible.
//
// Kept with the document and not with the subscriber: five thousand subscribers that differ in the
// variables of their filters share one. Compiled when the first notice comes: who only subscribes pays for
// nothing.

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  visit,
} from 'graphql'
import type { Notice } from '../hub/feed.ts'
import { compileSelection, NotCompilable, type Write } from './compiled-selection.ts'
import type { Context } from './context.ts'

/** The text of the result; null where `execute` must make it: errors, what reads the store. */
export type Selection = (notice: Notice, context: Context) => string | null

type Variables = Readonly<Record<string, unknown>>

/**
 * Per document, 0.3 kB each: the types that come and the values of variables multiply what is selected.
 * What exceeds it is executed.
 */
const mostFields = 1_000

/** @param document a valid subscription and its fragments, nothing else */
export function createSelections(
  schema: GraphQLSchema,
  document: DocumentNode,
): (coerced: Variables) => Selection {
  const selections = new Map<string, Selection>()
  const names = variablesInDirectives(document)
  let fieldsLeft = mostFields
  function spend(fields: number): void {
    fieldsLeft -= fields
    if (fieldsLeft < 0) throw new NotCompilable()
  }

  return (coerced) => {
    const variables = Object.fromEntries(names.map((name) => [name, coerced[name]]))
    const key = JSON.stringify(variables)
    const known = selections.get(key)
    if (known) return known
    if (fieldsLeft <= 0) return () => null
    // For its place here: variables have more values than there would be memory for.
    spend(1)
    const selection = selectionOf(() => compile(schema, document, variables, spend))
    selections.set(key, selection)
    return selection
  }
}

function selectionOf(compileNow: () => Write): Selection {
  let write: Write | null | undefined
  return (notice, context) => {
    if (write === undefined) write = orNull(compileNow)
    if (write === null) return null
    try {
      return `{"data":${write(notice, context)}}`
    } catch {
      // What is thrown is of this notice, and `execute` meets it again.
      return null
    }
  }
}

/** Null for good where it fails: tried again, a compilation that fails would use up the fields of all others. */
function orNull(compileNow: () => Write): Write | null {
  try {
    return compileNow()
  } catch {
    return null
  }
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Variables,
  spend: (fields: number) => void,
): Write {
  const operation = getOperationAST(document)
  const root = schema.getSubscriptionType()
  if (!operation || !root) throw new NotCompilable()
  const fragments: { [name: string]: FragmentDefinitionNode } = {}
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
  }
  return compileSelection({ schema, fragments, variables, spend }, root, operation.selectionSet)
}

function variablesInDirectives(document: DocumentNode): readonly string[] {
  const names = new Set<string>()
  visit(document, {
    Directive(directive) {
      for (const { value } of directive.arguments ?? []) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value)
      }
    },
  })
  return [...names]
}
