// GraphQL over HTTP, by yoga: queries by GET and POST, mutations by POST, in the media types and with the
// status codes of the specification. Documents are prepared as on the other transports, within the same
// limits and from the same cache; subscriptions are told which transports stream.

import { GraphQLError } from 'graphql'
import { createYoga, type Plugin } from 'graphql-yoga'
import type { Credential } from '../auth/credential.ts'
import { type ErrorCode, errorCatalogue, HeliographError } from '../errors.ts'
import type { Context } from '../graphql/context.ts'
import { RefusedOperation } from '../graphql/errors.ts'
import type { Prepared } from '../graphql/operation.ts'
import { schema } from '../graphql/schema.ts'
import type { Execution } from './execution.ts'
import { checkParameters, readQueryParameters } from './graphql-request.ts'
import { commonHeaders, replyJson } from './json-reply.ts'
import type { Exchange } from './route.ts'

export type GraphqlOverHttp = {
  /** @param body the JSON text of a POST; null for a GET, whose parameters stand in the query string */
  answer(exchange: Exchange, credential: Credential, body: string | null): Promise<void>
}

type Caller = { readonly credential: Credential }

/** Yoga without its pages, its caches and its transports for subscriptions. */
export function createGraphqlOverHttp(execution: Execution): GraphqlOverHttp {
  const yoga = createYoga<Caller, Context>({
    schema,
    context: ({ credential }) => execution.contextOf(credential),
    plugins: [preparing(execution)],
    maskedErrors: { maskError: (error) => catalogued(execution.show(error)) },
    parserAndValidationCache: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    cors: false,
    logging: false,
  })

  return {
    async answer({ request, response, query }, credential, body) {
      const accept = request.headers.accept ?? '*/*'
      const headers = { accept, 'content-type': 'application/json' }
      const init = body === null ? { headers } : { method: 'POST', headers, body }
      const search = body === null ? checkedQuery(query) : ''
      const answered = await yoga.fetch(`http://gateway/graphql?${search}`, init, { credential })
      const text = await answered.text()
      if (response.destroyed) return
      if (text === '') return replyNotAcceptable(response, accept)
      response.writeHead(answered.status, {
        ...commonHeaders,
        'cache-control': 'no-store',
        vary: 'accept',
        ...Object.fromEntries(answered.headers),
      })
      response.end(text)
    },
  }
}

/** Read before yoga does, which takes JSON that is none among the parameters for a fault of its own. */
function checkedQuery(text: string): string {
  const { query, operationName, variables } = readQueryParameters(text)
  return new URLSearchParams({
    query,
    ...(operationName && { operationName }),
    ...(variables && { variables: JSON.stringify(variables) }),
  }).toString()
}

/** Hands yoga documents that were prepared, so that it neither parses nor validates. */
function preparing(execution: Execution): Plugin<Context & Caller> {
  return {
    onParse({ params, context, setParsedDocument }) {
      const { operationName, variables } = context.params
      const prepared = prepare(execution, { query: String(params.source), operationName, variables })
      if (prepared.kind === 'subscription') throw needsStream()
      setParsedDocument(prepared.document)
    },
    onValidate({ setResult }) {
      setResult([])
    },
  }
}

/** A refused document is 400, but 200 for those who accept only application/json: so says the specification. */
function prepare(execution: Execution, parameters: Record<string, unknown>): Prepared {
  try {
    return execution.prepare(checkParameters(parameters))
  } catch (error) {
    const http = error instanceof HeliographError ? { status: error.status } : { status: 400, spec: true }
    throw new RefusedOperation(execution.show(error).map((one) => withExtensions(one, { http })))
  }
}

function needsStream(): GraphQLError {
  return new GraphQLError(
    'a subscription needs a transport that streams: WebSocket (graphql-transport-ws) on this path, or Accept: text/event-stream',
    { extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' satisfies ErrorCode, http: { status: 406 } } },
  )
}

/** What yoga refuses itself has codes of its own; clients see only the catalogue's. */
function catalogued([error = new GraphQLError('Unexpected error.')]: readonly GraphQLError[]): GraphQLError {
  const { code, http } = error.extensions as { code?: string; http?: { status?: number } }
  if (code !== undefined && Object.hasOwn(errorCatalogue, code)) return error
  const fitting: ErrorCode =
    http?.status === errorCatalogue.METHOD_NOT_ALLOWED.status ? 'METHOD_NOT_ALLOWED' : 'BAD_INPUT'
  return withExtensions(error, { code: fitting })
}

function withExtensions(error: GraphQLError, added: Record<string, unknown>): GraphQLError {
  // Kept whole but for what it is wrapped around: yoga decides by that what may be shown.
  const { message, nodes = null, source = null, positions = null, path = null, extensions } = error
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    extensions: { ...extensions, ...added },
  })
}

function replyNotAcceptable(response: Exchange['response'], accept: string): void {
  const message = `Accept is "${accept}": application/graphql-response+json, application/json and text/event-stream are spoken here`
  const code: ErrorCode = 'UNSUPPORTED_MEDIA_TYPE'
  replyJson(response, 406, { error: { code, message }, errors: [{ message, extensions: { code } }] })
}
