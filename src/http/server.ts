// The HTTP server: every door on one port.
//
// Stop: nobody new is let in; WebSockets close with 1012 and SSE ends without `complete`; requests under
// way are finished, and endless bodies are told to come back. What has not ended in time is cut off.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Allowances } from '../auth/allowance.ts'
import type { Gate } from '../auth/gate.ts'
import type { Tickets } from '../auth/tickets.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Hub } from '../hub/hub.ts'
import type { Intake } from '../ingest/intake.ts'
import type { Health } from '../observe/health.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Resources } from '../resource/resources.ts'
import type { Settings } from '../settings.ts'
import type { Registry } from '../webhook/registry.ts'
import { cloudStackWebhookRoute } from './cloudstack-webhook-route.ts'
import { followConnections } from './connections.ts'
import { createDispatch, graphqlPath, shuttingDown } from './dispatch.ts'
import { createExecution } from './execution.ts'
import { createGraphqlOverSse } from './graphql-over-sse.ts'
import { createGraphqlOverWs } from './graphql-over-ws.ts'
import { graphqlRoute } from './graphql-route.ts'
import { createHeartbeat } from './heartbeat.ts'
import { ingestRoute } from './ingest-route.ts'
import { operatorRoutes } from './operator-routes.ts'
import type { Route } from './route.ts'
import { answerUnreadable } from './unreadable-request.ts'
import { webhookPages } from './webhook-pages.ts'

/** What the doors lead to. */
export type ServerParts = {
  readonly settings: Settings
  readonly gate: Gate
  readonly tickets: Pick<Tickets, 'create'>
  readonly allowances: Allowances
  readonly log: EventLog
  readonly resources: Resources
  readonly webhooks: Registry
  readonly hub: Hub
  readonly intake: Intake
  readonly metrics: Metrics
  readonly health: Health
  readonly logger: Logger
}

export type RunningServer = {
  /** `http://127.0.0.1:4000`, with the port it got where any was asked for. */
  readonly url: string
  /** Ends everything within three quarters of `stopTimeoutMs`; called again, waits for the same stop. */
  stop(): Promise<void>
}

/**
 * Listens, and serves until stopped.
 * @throws the error of node:net where the address cannot be listened on
 */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const { settings, gate, metrics, logger } = parts
  const giveUp = new AbortController()
  const heartbeat = createHeartbeat(settings.bookmarkMs)
  const execution = createExecution(parts)
  const server = createHttpServer(settings)
  const connections = followConnections(server, settings.connections, metrics)
  answerUnreadable(server, connections.hasAnswer)
  let stopped: Promise<void> | null = null
  const refusal = (request: IncomingMessage) =>
    stopped === null ? connections.refusal(request) : shuttingDown()
  const sse = createGraphqlOverSse(parts, execution, heartbeat)
  const sockets = createGraphqlOverWs({ ...parts, refusal }, execution, heartbeat)
  const routes = new Map<string, Route>([
    [graphqlPath, graphqlRoute(parts, execution, sse)],
    ['/events', ingestRoute(parts, giveUp.signal)],
    ['/events/cloudstack', cloudStackWebhookRoute(parts)],
    ...operatorRoutes(parts),
    ...webhookPages(parts.webhooks),
  ])
  const dispatch = createDispatch(routes, gate, refusal, logger)
  server.on('request', (request, response) => void dispatch(request, response))
  server.on('upgrade', (request, socket: Socket, head) => sockets.upgrade(request, socket, head))
  await listen(server, settings)

  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    const { stopTimeoutMs } = settings
    using timers = new DisposableStack()
    timers.adopt(
      setTimeout(() => giveUp.abort(shuttingDown()), stopTimeoutMs * 0.4),
      clearTimeout,
    )
    timers.adopt(
      setTimeout(() => server.closeAllConnections(), stopTimeoutMs * 0.75),
      clearTimeout,
    )
    connections.end()
    sse.stop()
    await sockets.stop(stopTimeoutMs * 0.5)
    await closed
    heartbeat.stop()
  }
  return {
    url: urlOf(server, settings),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

/**
 * What bounds each wait for a client:
 *
 *   the headers, from connecting or the last answer's end   headersTimeoutMs: 408
 *   a body, all of it                                       requestTimeoutMs: 408; NDJSON: none
 *   a body, piece by piece                                  idleTimeoutMs: 408
 *   the rest of a body that was answered already            2 s (connections)
 *   the next request on a connection                        idleTimeoutMs
 *   the reading of an answer or an event stream             idleTimeoutMs without a byte taken (connections)
 *   connection_init on a WebSocket                          initTimeoutMs: 4408
 *   a WebSocket's pong, or a byte taken                     two heartbeats (client-socket)
 *   an operation on a WebSocket that has none               idleTimeoutMs: 1000 (client-socket)
 *   its answer to a goodbye                                 2 s (client-socket)
 *
 * An event stream needs no other: its heartbeats are bytes to be taken.
 */
function createHttpServer({ headersTimeoutMs, idleTimeoutMs }: Settings): Server {
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    // How late the end of that wait may be noticed.
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs / 2),
    // Bodies have their own patience: an NDJSON stream that keeps moving may last for ever.
    requestTimeout: 0,
    keepAliveTimeout: idleTimeoutMs,
    noDelay: true,
    // Some clients offer h2c with every first request: they are answered as if they had not.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  })
  server.timeout = idleTimeoutMs
  // Their bytes are bounded. By number, Node would drop the rest, and with it what a proxy says at the end.
  server.maxHeadersCount = 0
  return server
}

function listen(server: Server, { host, port }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function urlOf(server: Server, { host }: Settings): string {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
