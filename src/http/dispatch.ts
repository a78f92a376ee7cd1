// From a request to the door it asks for: the path is looked up, the caller told, and whatever is refused
// on the way, or thrown by the door, is answered in one form.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Credential } from '../auth/credential.ts'
import type { Gate, Visitor } from '../auth/gate.ts'
import { HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import { allowOrigin, isPreflight, replyPreflight } from './cors.ts'
import { replyError, showableError } from './json-reply.ts'
import { accepts, type Exchange, type Route, splitTarget } from './route.ts'
import { SseStream } from './sse-stream.ts'
import { misplacedTicket, readTicket, refuseBoth } from './ticket.ts'

/** Where GraphQL is served, over every transport. */
export const graphqlPath = '/graphql'

export type Dispatch = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** @param refusal why a request is not served at the moment, whatever it asks; open doors answer nevertheless */
export function createDispatch(
  routes: ReadonlyMap<string, Route>,
  gate: Gate,
  refusal: (request: IncomingMessage) => HeliographError | null,
  logger: Logger,
): Dispatch {
  return async (request, response) => {
    const { path, query } = splitTarget(request.url ?? '/')
    const route = routes.get(path)
    try {
      const refused = route?.kind === 'OPEN' ? null : refusal(request)
      if (refused !== null) throw refused
      await enter({ request, response, query }, path, route, gate)
    } catch (error) {
      const shown = showableError(error, logger)
      const form = path === graphqlPath ? 'GRAPHQL' : 'PLAIN'
      // Who has the beginning of an answer already can only be told by cutting it off.
      if (response.headersSent) response.destroy()
      // To an EventSource every status but 200 is the end, and this passes: a stream that breaks off is not.
      else if (shown.status === 503 && asksForStream({ request, response, query }, route))
        new SseStream(response).breakOff(shown.message)
      else replyError(response, shown, form, headersOf(shown, route))
    }
  }
}

/** The refusal of everything new while the gateway stops. */
export function shuttingDown(): HeliographError {
  return new HeliographError('SHUTTING_DOWN', 'the gateway is stopping: try again in a moment', {
    retryAfterSeconds: 1,
  })
}

async function enter(exchange: Exchange, path: string, route: Route | undefined, gate: Gate): Promise<void> {
  const { request, response } = exchange
  if (route?.kind === 'OPEN' || route?.kind === 'SIGNED')
    return methodOf(request, path, route.methods)(exchange)
  const visitor = gate.check(request)
  if (visitor.listedOrigin !== null) {
    allowOrigin(response, visitor.listedOrigin)
    if (isPreflight(request)) return replyPreflight(response)
  }
  if (route === undefined)
    throw new HeliographError('NOT_FOUND', `nothing is at ${path}: GET / lists the doors`)
  if (route.kind === 'PAGE') return methodOf(request, path, route.methods)(exchange)
  if (route.page !== undefined && asksForPage(request)) return route.page(exchange)
  const credential = await admit(exchange, visitor, route)
  return methodOf(request, path, route.methods)(exchange, credential)
}

function admit(
  exchange: Exchange,
  visitor: Visitor,
  route: Extract<Route, { kind: 'GUARDED' }>,
): Promise<Credential> {
  const ticket = readTicket(exchange.query)
  if (ticket === null) return visitor.admit(route.right)
  refuseBoth(exchange.request)
  const operation = route.operationFor?.(exchange) ?? null
  if (operation === null) throw misplacedTicket()
  return visitor.admitByTicket(ticket, operation)
}

function asksForStream(exchange: Exchange, route: Route | undefined): boolean {
  return route?.kind === 'GUARDED' && (route.operationFor?.(exchange) ?? null) !== null
}

function asksForPage(request: IncomingMessage): boolean {
  return (request.method === 'GET' || request.method === 'HEAD') && accepts(request, 'text/html')
}

/** What answers the method; HEAD is answered like GET, and Node leaves the body out. */
function methodOf<Handle>(
  request: IncomingMessage,
  path: string,
  methods: Readonly<Record<string, Handle>>,
): Handle {
  const name = request.method === 'HEAD' ? 'GET' : String(request.method)
  const handle = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (handle !== undefined) return handle
  throw new HeliographError(
    'METHOD_NOT_ALLOWED',
    `${path} does not take ${request.method}: use ${Object.keys(methods).join(' or ')}`,
  )
}

/** What an answer says beside the error: which methods there are, and how to prove oneself without a token. */
function headersOf({ code }: HeliographError, route: Route | undefined): OutgoingHttpHeaders {
  if (code === 'METHOD_NOT_ALLOWED' && route) return { allow: Object.keys(route.methods).join(', ') }
  if (code === 'UNAUTHENTICATED' && route?.kind === 'SIGNED') return { 'www-authenticate': 'Signature' }
  return {}
}
