// The one root field of a subscription: which it is, and its arguments. Validation has seen to it that
// there are not two; @skip and @include may still leave none.

import {
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { HeliographError } from '../errors.ts'

/** A valid subscription with its coerced variables. */
export type ValidSubscription = {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly coerced: Readonly<Record<string, unknown>>
}

export type RootField = { readonly field: string; readonly args: { readonly [name: string]: unknown } }

/** @throws HeliographError BAD_INPUT where directives leave no field, GraphQLError for wrong arguments */
export function readRootField(schema: GraphQLSchema, subscription: ValidSubscription): RootField {
  const node = firstField(subscription, subscription.operation.selectionSet)
  const definition = node && schema.getSubscriptionType()?.getFields()[node.name.value]
  if (!definition) {
    throw new HeliographError(
      'BAD_INPUT',
      'the subscription selects nothing: @skip or @include leaves its field out',
    )
  }
  return { field: node.name.value, args: getArgumentValues(definition, node, subscription.coerced) }
}

function firstField(subscription: ValidSubscription, set: SelectionSetNode): FieldNode | null {
  for (const selection of set.selections) {
    if (!isIncluded(selection, subscription)) continue
    if (selection.kind === Kind.FIELD) return selection
    const inner = selectionSetOf(selection, subscription)
    const field = inner && firstField(subscription, inner)
    if (field) return field
  }
  return null
}

function selectionSetOf(
  selection: Exclude<SelectionNode, FieldNode>,
  { document }: ValidSubscription,
): SelectionSetNode | null {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue
    if (definition.name.value === selection.name.value) return definition.selectionSet
  }
  return null
}

function isIncluded(selection: SelectionNode, { coerced }: ValidSubscription): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, coerced)?.if === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, selection, coerced)?.if !== false
}
