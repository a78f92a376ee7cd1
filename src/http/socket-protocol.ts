// The messages of graphql-transport-ws, by graphql-ws: who subscribes to what, and what went wrong. It is
// given an iterator that only ends for each subscription, for the hub writes the results.

import type { ExecutionArgs, ExecutionResult } from 'graphql'
import { makeServer, type Server, type ServerOptions } from 'graphql-ws'
import type { Release } from '../auth/allowance.ts'
import type { Visitor } from '../auth/gate.ts'
import { parseBearer } from '../auth/token.ts'
import { asHeliographError, errorCatalogue } from '../errors.ts'
import { createFeed, type Prepared } from '../graphql/operation.ts'
import { schema } from '../graphql/schema.ts'
import type { ClientSocket } from './client-socket.ts'
import type { Execution } from './execution.ts'
import { createParkedIterator, type ParkedIterator } from './parked-iterator.ts'

/** What a client may say with `connection_init`: `Authorization` or `token`, nothing else of it is read. */
type Parameters = Record<string, unknown>

/** A socket and who stands behind it. */
export type Peer = {
  readonly client: ClientSocket
  readonly visitor: Visitor
  /** Whether the upgrade has let the caller in already. */
  readonly isAdmitted: boolean
}

type Protocol = ServerOptions<Parameters, Peer>

/** What graphql-ws hands on from a `subscribe` message to whoever runs it. */
type Operation = ExecutionArgs & {
  readonly id: string
  readonly client: ClientSocket
  readonly prepared: Prepared
  /** It is over. */
  readonly release: Release
}

/** Takes the messages of sockets whose `extra` is their Peer. */
export function createSocketProtocol(initTimeoutMs: number, execution: Execution): Server<Peer> {
  return makeServer<Parameters, Peer>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: async (context) => {
      if (!(await letIn(context.extra, context.connectionParams ?? {}))) return false
      context.extra.client.acknowledged()
      return true
    },
    onSubscribe({ extra: { client } }, id, { query, operationName, variables }) {
      let release: Release = () => {}
      try {
        release = client.startOperation()
        const prepared = execution.prepare({ query, operationName, variables })
        const { document } = prepared
        const operation: Operation = {
          schema,
          document,
          operationName: prepared.operationName,
          id,
          client,
          prepared,
          release,
        }
        return operation
      } catch (error) {
        release()
        return execution.show(error)
      }
    },
    execute: async (args) => {
      const { prepared, client, release } = args as Operation
      try {
        return (await execution.run(prepared, execution.contextOf(client.credential()))) as ExecutionResult
      } finally {
        release()
      }
    },
    subscribe: (args) => subscribe(args as Operation, execution),
    // Results come masked and as JSON already.
    onNext: (_context, _id, _payload, _args, result) => result as ReturnType<NonNullable<Protocol['onNext']>>,
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error) => execution.show(error.originalError ?? error)).map((error) => error.toJSON()),
  })
}

/** Lets in whoever the message shows a token for, or closes the socket; what the upgrade showed is enough. */
async function letIn({ client, visitor, isAdmitted }: Peer, parameters: Parameters): Promise<boolean> {
  try {
    const token = tokenIn(parameters)
    if (token !== undefined || !isAdmitted) client.enter(await visitor.admit('READ', token))
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

/** Starts an operation with the hub; whatever is wrong with it ends the iterator with the error. */
function subscribe({ id, client, prepared, release }: Operation, execution: Execution): ParkedIterator {
  let subscriber: { close(): void } | null = null
  let over = false
  const parked = createParkedIterator(() => {
    over = true
    release()
    subscriber?.close()
  })
  const start = async () => {
    const { feed, after } = createFeed(prepared, execution.contextOf(client.credential()))
    subscriber = await client.hubSocket.subscribe({ operationId: id, feed, after, ended: parked.fail })
    if (over) subscriber.close()
  }
  start().catch(parked.fail)
  return parked
}
