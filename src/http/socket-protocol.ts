// The messages of graphql-transport-ws, by graphql-ws: who subscribes to what, and what went wrong. It is
// given an iterator that only ends for each subscription, for the hub writes the results.

import type { ExecutionResult } from 'graphql'
import { makeServer, type Server, type ServerOptions } from 'graphql-ws'
import type { Release } from '../auth/allowance.ts'
import { parseBearer } from '../auth/token.ts'
import { asHeliographError, errorCatalogue } from '../errors.ts'
import { createFeed } from '../graphql/operation.ts'
import type { ClientSocket } from './client-socket.ts'
import type { Execution } from './execution.ts'
import { ParkedIterator } from './parked-iterator.ts'
import { RunningOperation } from './running-operation.ts'

/** What a client may say with `connection_init`: `Authorization` or `token`, nothing else of it is read. */
type Parameters = Record<string, unknown>

type Protocol = ServerOptions<Parameters, ClientSocket>

/** Takes the messages of sockets, each of which is its own `extra`. */
export function createSocketProtocol(initTimeoutMs: number, execution: Execution): Server<ClientSocket> {
  return makeServer<Parameters, ClientSocket>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: async (context) => {
      if (!(await letIn(context.extra, context.connectionParams ?? {}))) return false
      context.extra.acknowledged()
      return true
    },
    onSubscribe({ extra: client }, id, { query, operationName, variables }) {
      let release: Release | null = null
      try {
        release = client.startOperation()
        const prepared = execution.prepare({ query, operationName, variables })
        return new RunningOperation(id, client, prepared, release)
      } catch (error) {
        if (release !== null) client.endOperation(release)
        return execution.show(error)
      }
    },
    execute: async (args) => {
      const operation = args as RunningOperation
      try {
        return (await run(operation, execution)) as ExecutionResult
      } finally {
        operation.close()
      }
    },
    subscribe(args) {
      const operation = args as RunningOperation
      const parked = new ParkedIterator(operation)
      subscribe(operation, parked, execution).catch((error: unknown) => parked.ended(error))
      return parked
    },
    // Results come masked and as JSON already.
    onNext: (_context, _id, _payload, _args, result) => result as ReturnType<NonNullable<Protocol['onNext']>>,
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error) => execution.show(error.originalError ?? error)).map((error) => error.toJSON()),
  })
}

/** Lets in whoever the message shows a token for, or closes the socket; what the upgrade showed is enough. */
async function letIn(client: ClientSocket, parameters: Parameters): Promise<boolean> {
  try {
    const token = tokenIn(parameters)
    if (token !== undefined || !client.hasEntered) client.enter(await client.visitor.admit('READ', token))
    return true
  } catch (error) {
    const known = asHeliographError(error)
    if (known === null) throw error
    client.close(errorCatalogue[known.code].close ?? errorCatalogue.FORBIDDEN.close, known.message)
    return false
  }
}

/** `{ "Authorization": "Bearer …" }` as a header would be, or `{ "token": "…" }`. */
function tokenIn(parameters: Parameters): string | undefined {
  const header = parameters.Authorization ?? parameters.authorization
  const token = typeof header === 'string' ? parseBearer(header) : parameters.token
  return typeof token === 'string' ? token : undefined
}

async function run(operation: RunningOperation, execution: Execution) {
  return execution.run(operation.takePrepared(), execution.contextOf(operation.client.credential()))
}

/** Starts an operation with the hub; whatever is wrong with it ends the iterator with the error. */
async function subscribe(
  operation: RunningOperation,
  parked: ParkedIterator,
  execution: Execution,
): Promise<void> {
  const { id, client } = operation
  const { feed, after } = createFeed(operation.takePrepared(), execution.contextOf(client.credential()))
  operation.follow(await client.hubSocket.subscribe({ operationId: id, feed, after, listener: parked }))
}
