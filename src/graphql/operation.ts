// From a request to something that can run: `prepareOperation` for every operation, `createFeed` to make
// of a subscription what the hub needs.

import { createHash } from 'node:crypto'
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { HeliographError } from '../errors.ts'
import { type Cursor, parseCursor } from '../event/position.ts'
import { visibilityKey } from '../event/visibility.ts'
import type { Feed, Notice } from '../hub/feed.ts'
import type { Context } from './context.ts'
import { createDocuments, type FeedDocument } from './document.ts'
import { RefusedOperation, toGraphQLError, toGraphQLErrors } from './errors.ts'
import { chooseFeed } from './feed-choice.ts'
import { costErrors, type Limits, shapeErrors } from './limits.ts'
import { readRootField } from './root-field.ts'
import { schema } from './schema.ts'

/** What a client sends, whatever the transport. */
export type OperationRequest = {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
}

/** An operation that is valid and within the limits. */
export type Prepared = {
  readonly kind: 'query' | 'mutation' | 'subscription'
  /** The chosen operation and the fragments it uses; nothing else of the client's document. */
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly operationName: string | null
  /** As they were sent. */
  readonly variables: Readonly<Record<string, unknown>>
  /** As the operation types them, defaults filled in. */
  readonly coerced: Readonly<Record<string, unknown>>
  /** Null for other operations than subscriptions. */
  readonly feed: FeedDocument | null
}

const checkDocument = createDocuments(schema)
const mostVariableErrors = 10

/**
 * Parses, validates and measures a request. Documents are remembered.
 * @throws RefusedOperation with every error of syntax, validation, limits and variables
 */
export function prepareOperation(request: OperationRequest, limits: Limits): Prepared {
  const { document, operation, feed } = checked(request)
  refuseIf(shapeErrors(document, operation, limits))
  const variables = request.variables ?? {}
  const { errors = [], coerced = {} } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variables,
    {
      maxErrors: mostVariableErrors,
    },
  )
  refuseIf(errors)
  refuseIf(costErrors({ schema, document, variables }, limits))
  const operationName = operation.name?.value ?? null
  return { kind: operation.operation, document, operation, operationName, variables, coerced, feed }
}

function checked({ query, operationName }: OperationRequest) {
  try {
    return checkDocument(query, operationName || null)
  } catch (error) {
    throw new RefusedOperation(toGraphQLErrors(error))
  }
}

function refuseIf(errors: readonly unknown[]): void {
  if (errors.length > 0) throw new RefusedOperation(errors.map((error) => toGraphQLError(error)))
}

/**
 * Makes of a prepared subscription what the hub needs, and where it is to begin. The context of the
 * first subscriber serves the whole audience; the key holds all of it that the result depends on.
 * @throws RefusedOperation for arguments that are wrong
 */
export function createFeed(prepared: Prepared, context: Context): { feed: Feed; after: Cursor | null } {
  try {
    return feedOf(prepared, context)
  } catch (error) {
    throw new RefusedOperation(toGraphQLErrors(error, context.reportFault))
  }
}

function feedOf(prepared: Prepared, context: Context): { feed: Feed; after: Cursor | null } {
  const { text, document, selectionFor } = preparedFeed(prepared)
  const { field, args } = readRootField(schema, prepared)
  const { filing, select, state } = chooseFeed(field, args, context.visibility)
  // By names of their own, so that the feed holds on to nothing else of the request.
  const { variables, coerced } = prepared
  const selection = selectionFor(coerced)
  return {
    feed: {
      key: hashOf([text, usedVariables(document, coerced), visibilityKey(context.visibility)]),
      filing,
      select,
      state,
      render: (notice) => selection(notice, context) ?? executeUpon(notice, document, variables, context),
    },
    after: args.after == null ? null : parseCursor(args.after as string),
  }
}

/** Of all that it depends on: kept for each audience, the text itself would be hundreds of bytes. */
function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

function preparedFeed({ feed }: Prepared): FeedDocument {
  if (feed) return feed
  throw new HeliographError(
    'BAD_INPUT',
    'only a subscription can be subscribed to: send this operation by HTTP',
  )
}

/** Only what the feed's own document declares: `after` in a variable does not set subscribers apart. */
function usedVariables(document: DocumentNode, coerced: Prepared['coerced']): Prepared['coerced'] {
  const [operation] = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  const names = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? []
  return Object.fromEntries(names.map((name) => [name, coerced[name]]))
}

/** A promise only where the selection reads the store. */
function executeUpon(
  notice: Notice,
  document: DocumentNode,
  variables: Prepared['variables'],
  context: Context,
): string | Promise<string> {
  const result = execute({
    schema,
    document,
    rootValue: notice,
    contextValue: context,
    variableValues: variables,
  })
  return result instanceof Promise
    ? result.then((late) => textOf(late, context))
    : textOf(result as ExecutionResult, context)
}

function textOf({ errors, ...result }: ExecutionResult, { reportFault }: Context): string {
  if (!errors) return JSON.stringify(result)
  return JSON.stringify({ errors: errors.map((error) => toGraphQLError(error, reportFault)), ...result })
}
