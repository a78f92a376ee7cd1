// GraphQL over SSE, distinct connections: a stream for each operation. What is wrong with an operation is
// told inside the stream, where a browser's EventSource can read it; it then ends for good. What passes
// (the store is away, the gateway stops) breaks the stream off, and the reader comes back by itself; so
// does the end of its token, and who comes back with that gets 401.

import type { Allowances, Release } from '../auth/allowance.ts'
import type { Credential } from '../auth/credential.ts'
import { HeliographError } from '../errors.ts'
import { type Cursor, parseCursor } from '../event/position.ts'
import { createFeed, type OperationRequest, type Prepared } from '../graphql/operation.ts'
import type { Hub } from '../hub/hub.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Settings } from '../settings.ts'
import type { Execution } from './execution.ts'
import type { Heartbeat } from './heartbeat.ts'
import { commonHeaders } from './json-reply.ts'
import type { Exchange } from './route.ts'
import { operationId, SseLine, type SseLineParts } from './sse-line.ts'
import { endId, SseStream } from './sse-stream.ts'

export type GraphqlOverSse = {
  /** Answers 204, and says so, where the reader comes back to a stream that is over for good. */
  isOver(exchange: Exchange): boolean
  /**
   * @throws HeliographError before the stream begins: METHOD_NOT_ALLOWED for a mutation by GET,
   * TOO_MANY_CONNECTIONS, TOO_MANY_OPERATIONS
   */
  answer(exchange: Exchange, credential: Credential, parameters: OperationRequest): Promise<void>
  /** Ends every stream without `complete`. */
  stop(): void
}

export type SseParts = {
  readonly settings: Pick<Settings, 'bufferBytes'>
  readonly allowances: Allowances
  readonly hub: Hub
  readonly metrics: Pick<Metrics, 'connections'>
}

export function createGraphqlOverSse(
  parts: SseParts,
  execution: Execution,
  heartbeat: Heartbeat,
): GraphqlOverSse {
  const running = new Set<SseLine>()

  const lineParts: SseLineParts = {
    hub: parts.hub,
    closed(line) {
      heartbeat.remove(line)
      running.delete(line)
      parts.metrics.connections('sse', -1)
    },
    tell: (stream, error) => end(stream, error),
  }

  const openLine = ({ response }: Exchange, credential: Credential, release: Release): SseLine => {
    const line = new SseLine(response, credential, release, lineParts)
    heartbeat.add(line)
    running.add(line)
    parts.metrics.connections('sse', 1)
    response.on('close', () => line.left())
    return line
  }

  /** Counts the stream as a connection and its operation as one, or neither. */
  const admitStream = ({ principal }: Credential): Release => {
    const connection = parts.allowances.openConnection(principal)
    try {
      const endOperation = parts.allowances.startOperation(principal)
      return () => {
        endOperation()
        connection.close()
      }
    } catch (error) {
      connection.close()
      throw error
    }
  }

  const subscribe = async (exchange: Exchange, credential: Credential, prepared: Prepared) => {
    // Its reader may have left while the token was looked at, and would never be heard to leave.
    if (exchange.response.destroyed) return
    if (exchange.response.socket === null) throw behindAnother()
    const line = openLine(exchange, credential, admitStream(credential))
    try {
      const { feed, after } = createFeed(prepared, execution.contextOf(credential))
      await line.socket.subscribe({
        operationId,
        feed,
        after: resumeCursor(exchange) ?? after,
        listener: line,
      })
    } catch (error) {
      line.ended(error)
    }
  }

  /** Tells why the stream ends: for good, or until the reader comes back. */
  const end = (stream: SseStream, error: unknown) => {
    const errors = execution.show(error)
    if (error instanceof HeliographError && error.status === 503) stream.breakOff(error.message)
    else stream.finish(JSON.stringify({ errors }))
  }

  return {
    isOver({ request, response }) {
      if (request.headers['last-event-id'] !== endId) return false
      response.writeHead(204, { ...commonHeaders, 'cache-control': 'no-store' }).end()
      return true
    },
    async answer(exchange, credential, parameters) {
      let prepared: Prepared
      try {
        prepared = execution.prepare(parameters)
      } catch (error) {
        return end(new SseStream(exchange.response), error)
      }
      if (prepared.kind === 'subscription') return subscribe(exchange, credential, prepared)
      if (prepared.kind === 'mutation' && exchange.request.method !== 'POST') {
        throw new HeliographError('METHOD_NOT_ALLOWED', 'mutations are taken by POST only')
      }
      const result = await parts.allowances.whileOperating(credential.principal, () =>
        execution.run(prepared, execution.contextOf(credential)),
      )
      new SseStream(exchange.response).finish(JSON.stringify(result))
    },
    stop() {
      for (const line of [...running]) line.breakOff('the gateway stops')
    },
  }
}

/** Its bytes would pile up behind the answers asked for earlier, whatever its reader reads. */
function behindAnother(): HeliographError {
  return new HeliographError(
    'TOO_MANY_OPERATIONS',
    'another answer is under way on this connection: open one of its own for a stream',
  )
}

/** The cursor a browser brings when it comes back; it beats `after`. @throws HeliographError BAD_CURSOR */
function resumeCursor({ request }: Exchange): Cursor | null {
  const id = request.headers['last-event-id']
  return typeof id === 'string' && id !== '' ? parseCursor(id, 'Last-Event-ID') : null
}
