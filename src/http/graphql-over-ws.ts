// GraphQL over WebSocket: sockets from their upgrade to their end. Messages are graphql-ws's affair
// (socket-protocol), results of subscriptions the hub's, which writes them to the socket itself.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Allowances, CountedConnection } from '../auth/allowance.ts'
import type { Gate } from '../auth/gate.ts'
import { errorCatalogue, type HeliographError } from '../errors.ts'
import type { Hub } from '../hub/hub.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Settings } from '../settings.ts'
import { type ClientSocket, createClientSocket } from './client-socket.ts'
import { graphqlPath } from './dispatch.ts'
import type { Execution } from './execution.ts'
import type { Heartbeat } from './heartbeat.ts'
import { showableError } from './json-reply.ts'
import { answerRaw } from './raw-answer.ts'
import { createSocketProtocol } from './socket-protocol.ts'
import { type Arrival, admitUpgrade } from './upgrade.ts'
import { websocketEncoding } from './websocket-encoding.ts'

export type GraphqlOverWs = {
  /** Takes a socket over, or refuses it with an HTTP answer. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void
  /** Closes all sockets with 1012. @param graceMs after which what is left is cut off */
  stop(graceMs: number): Promise<void>
}

export type WsParts = {
  readonly settings: Settings
  readonly gate: Gate
  readonly allowances: Allowances
  readonly hub: Hub
  readonly metrics: Pick<Metrics, 'connections'>
  readonly logger: Logger
  /** Why a request is not served at the moment, whatever it asks. */
  refusal(request: IncomingMessage): HeliographError | null
}

type CountedArrival = Arrival & { readonly connection: CountedConnection }

/** Holds the sockets of all clients. */
export function createGraphqlOverWs(
  parts: WsParts,
  execution: Execution,
  heartbeat: Heartbeat,
): GraphqlOverWs {
  const { settings, gate, allowances, hub, metrics, logger, refusal } = parts
  const wsServer = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: settings.messageBytes,
    handleProtocols,
  })
  const protocol = createSocketProtocol(settings.initTimeoutMs, execution)
  const clients = new Set<ClientSocket>()
  let lastGone: (() => void) | null = null

  const open = (ws: WebSocket, socket: Socket, { visitor, credential, connection }: CountedArrival) => {
    const client = createClientSocket({ ws, socket, hub, connection, allowances, settings })
    if (credential !== null) client.enter(credential)
    const stopBeat = heartbeat.add(client.beat)
    clients.add(client)
    metrics.connections(websocketEncoding.name, 1)
    const closed = protocol.opened(
      {
        protocol: ws.protocol,
        send: client.send,
        close: client.close,
        onMessage: (take) => listenTo(ws, client, take, logger),
      },
      { client, visitor, isAdmitted: credential !== null },
    )
    ws.on('error', (error) => logger.debug({ err: error }, 'a WebSocket failed'))
    ws.once('close', (code, reason) => {
      client.hubSocket.close()
      stopBeat()
      clients.delete(client)
      metrics.connections(websocketEncoding.name, -1)
      void closed(code, String(reason))
      if (clients.size === 0) lastGone?.()
    })
  }

  const upgrade = async (request: IncomingMessage, socket: Socket, head: Buffer) => {
    try {
      const arrival = await admitUpgrade(request, graphqlPath, gate)
      const refused = refusal(request)
      if (refused !== null) throw refused
      // Its client may have left while the token was looked at, and would never be heard to leave.
      if (socket.destroyed) return
      const connection = allowances.openConnection(arrival.credential?.principal ?? null)
      socket.once('close', connection.close)
      socket.setNoDelay(true)
      wsServer.handleUpgrade(request, socket, head, (ws) => open(ws, socket, { ...arrival, connection }))
    } catch (error) {
      answerRaw(socket, showableError(error, logger))
    }
  }

  return {
    upgrade(request, socket, head) {
      socket.on('error', (error) => logger.debug({ err: error }, 'a socket failed'))
      void upgrade(request, socket, head)
    },
    async stop(graceMs) {
      const gone = new Promise<void>((resolve) => {
        lastGone = resolve
      })
      for (const client of clients) client.close(errorCatalogue.SHUTTING_DOWN.close, 'the gateway restarts')
      const cut = setTimeout(() => {
        for (const client of clients) client.terminate()
      }, graceMs)
      if (clients.size > 0) await gone
      clearTimeout(cut)
    },
  }
}

function listenTo(
  ws: WebSocket,
  client: ClientSocket,
  take: (message: string) => Promise<void>,
  logger: Logger,
): void {
  const { close } = errorCatalogue.INTERNAL
  ws.on('message', (data) => {
    client.heard()
    if (ws.readyState !== ws.OPEN) return
    take(String(data)).catch((error: unknown) => {
      logger.error({ err: error }, 'a message failed')
      client.close(close, 'a fault of the gateway')
    })
  })
  ws.on('pong', client.heard)
  ws.on('ping', client.endIfUnread)
}
