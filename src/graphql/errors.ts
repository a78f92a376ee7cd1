// The one place where an error becomes what a client of GraphQL sees: catalogued errors with their code,
// what GraphQL itself refuses as BAD_INPUT, everything else masked as INTERNAL.

import { GraphQLError, type GraphQLErrorOptions } from 'graphql'
import { asHeliographError, type ErrorCode, type HeliographError } from '../errors.ts'

/** Why an operation is not executed at all: every error of parsing, validation, limits and variables. */
export class RefusedOperation extends Error {
  readonly errors: readonly GraphQLError[]

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('\n'))
    this.name = 'RefusedOperation'
    this.errors = errors
  }
}

/** What a masked error is reported to, unmasked. */
export type ReportFault = (error: unknown) => void

/**
 * The error as a client may see it, with `extensions.code` and, where known, `field` and
 * `retryAfterSeconds`. Keeps locations and path.
 */
export function toGraphQLError(error: unknown, reportFault?: ReportFault): GraphQLError {
  const known = causeOf(error)
  if (known) return place(known.message, extensionsOf(known), error)
  if (error instanceof GraphQLError && isRefusal(error)) {
    const { code = 'BAD_INPUT', ...rest } = error.extensions
    return place(error.message, { code, ...rest }, error)
  }
  reportFault?.(error instanceof GraphQLError ? (error.originalError ?? error) : error)
  return place('Unexpected error.', { code: 'INTERNAL' satisfies ErrorCode }, error)
}

/** All errors that a thrown value stands for, as a client may see them. */
export function toGraphQLErrors(error: unknown, reportFault?: ReportFault): readonly GraphQLError[] {
  const errors = error instanceof RefusedOperation ? error.errors : [error]
  return errors.map((one) => toGraphQLError(one, reportFault))
}

/** A GraphQLError for what is wrong with a document, at its node. */
export function refusal(
  code: ErrorCode,
  message: string,
  options: Pick<GraphQLErrorOptions, 'nodes'> = {},
): GraphQLError {
  return new GraphQLError(message, { ...options, extensions: { code } })
}

function place(message: string, extensions: Record<string, unknown>, error: unknown): GraphQLError {
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions })
  const { nodes, source, positions, path } = error
  return new GraphQLError(message, {
    ...(nodes && { nodes }),
    ...(source && { source }),
    ...(positions && { positions }),
    ...(path && { path }),
    extensions,
  })
}

function extensionsOf({ code, field, retryAfterSeconds }: HeliographError): Record<string, unknown> {
  return {
    code,
    ...(field !== null && { field }),
    ...(retryAfterSeconds !== null && { retryAfterSeconds }),
  }
}

/** GraphQL wraps what a resolver or a scalar throws, sometimes twice. */
function causeOf(error: unknown): HeliographError | null {
  const known = asHeliographError(error)
  if (known) return known
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : null
}

/** An error that GraphQL itself made, not one it found in a resolver. */
function isRefusal(error: GraphQLError): boolean {
  if (!error.originalError) return true
  return error.originalError instanceof GraphQLError && isRefusal(error.originalError)
}
