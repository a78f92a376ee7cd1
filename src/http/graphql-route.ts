// The GraphQL path for everything but WebSockets: which transport answers a request. A browser that
// navigates here gets GraphiQL; who accepts event streams gets subscriptions by SSE.

import type { Allowances } from '../auth/allowance.ts'
import type { Credential } from '../auth/credential.ts'
import type { Gate } from '../auth/gate.ts'
import { HeliographError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import type { Execution } from './execution.ts'
import { createGraphiqlPage } from './graphiql.ts'
import { createGraphqlOverHttp } from './graphql-over-http.ts'
import type { GraphqlOverSse } from './graphql-over-sse.ts'
import { readBodyParameters, readQueryParameters } from './graphql-request.ts'
import { decodeUtf8, ordinaryPatience, readBody, readMediaType } from './read-body.ts'
import { accepts, type Exchange, type Route } from './route.ts'

export type GraphqlParts = {
  readonly settings: BodyLimits
  readonly gate: Pick<Gate, 'asksForTokens'>
  readonly allowances: Pick<Allowances, 'whileOperating'>
}

type BodyLimits = Pick<Settings, 'bodyBytes' | 'requestTimeoutMs' | 'idleTimeoutMs'>

/** `/graphql`, all but WebSockets. */
export function graphqlRoute(parts: GraphqlParts, execution: Execution, sse: GraphqlOverSse): Route {
  const { settings, gate, allowances } = parts
  const http = createGraphqlOverHttp(execution)
  const page = createGraphiqlPage(gate.asksForTokens ? 'SSE' : 'WS')

  const answer = async (exchange: Exchange, credential: Credential, body: string | null) => {
    const overHttp = () =>
      allowances.whileOperating(credential.principal, () => http.answer(exchange, credential, body))
    if (!accepts(exchange.request, 'text/event-stream')) return overHttp()
    if (sse.isOver(exchange)) return
    const parameters = body === null ? readQueryParameters(exchange.query) : readBodyParameters(body)
    const streams = !acceptsJson(exchange) || isSubscription(parameters)
    return streams ? sse.answer(exchange, credential, parameters) : overHttp()
  }

  const isSubscription = (parameters: ReturnType<typeof readBodyParameters>) => {
    try {
      return execution.prepare(parameters).kind === 'subscription'
    } catch {
      // Whoever answers it prepares it again and tells what is wrong.
      return false
    }
  }

  return {
    kind: 'GUARDED',
    right: 'READ',
    operationFor: operationOf,
    page: page.answer,
    methods: {
      GET: (exchange, credential) => answer(exchange, credential, null),
      POST: async (exchange, credential) => {
        const body = await readJsonBody(exchange, settings)
        return answer(exchange, credential, body)
      },
    },
  }
}

/** An event stream of a subscription by GET, which is all that an EventSource asks for. */
function operationOf(exchange: Exchange): string | null {
  const { request, query } = exchange
  if (request.method !== 'GET' || acceptsJson(exchange) || !accepts(request, 'text/event-stream')) return null
  const parameters = new URLSearchParams(query)
  return JSON.stringify(['query', 'operationName', 'variables'].map((name) => parameters.get(name)))
}

function acceptsJson({ request }: Exchange): boolean {
  return accepts(request, 'json') || accepts(request, '*/*') || accepts(request, 'application/*')
}

/** Only JSON is taken: what a form of a foreign page can send is not. */
async function readJsonBody({ request }: Exchange, settings: BodyLimits): Promise<string> {
  const type = readMediaType(request)
  if (type !== 'application/json' && type !== 'application/graphql+json') {
    const said = type === '' ? 'is missing' : `is ${type}`
    throw new HeliographError('UNSUPPORTED_MEDIA_TYPE', `Content-Type ${said}: send application/json`, {
      field: 'content-type',
    })
  }
  return decodeUtf8(await readBody(request, settings.bodyBytes, ordinaryPatience(settings)))
}
