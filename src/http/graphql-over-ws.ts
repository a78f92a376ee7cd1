// GraphQL over WebSocket: sockets from their upgrade to their end. Messages are graphql-ws's affair
// (socket-protocol), results of subscriptions the hub's, which writes them to the socket itself.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { handleProtocols } from 'graphql-ws'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import type { Allowances } from '../auth/allowance.ts'
import type { Gate } from '../auth/gate.ts'
import { errorCatalogue, type HeliographError } from '../errors.ts'
import type { Hub } from '../hub/hub.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Settings } from '../settings.ts'
import { ClientSocket } from './client-socket.ts'
import { graphqlPath } from './dispatch.ts'
import type { Execution } from './execution.ts'
import type { Heartbeat } from './heartbeat.ts'
import { showableError } from './json-reply.ts'
import { answerRaw } from './raw-answer.ts'
import { createSocketProtocol } from './socket-protocol.ts'
import { admitUpgrade } from './upgrade.ts'
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

/** Knows its client, so that all sockets share their listeners: each of its own would take 60 bytes. */
class KnownWebSocket extends WebSocket {
  client: ClientSocket | null = null
}

/** Holds the sockets of all clients. */
export function createGraphqlOverWs(
  parts: WsParts,
  execution: Execution,
  heartbeat: Heartbeat,
): GraphqlOverWs {
  const { settings, gate, allowances, metrics, logger, refusal } = parts
  const wsServer = new WebSocketServer({
    WebSocket: KnownWebSocket,
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: settings.messageBytes,
    handleProtocols,
  })
  const protocol = createSocketProtocol(settings.initTimeoutMs, execution)
  const clients = new Set<ClientSocket>()
  let lastGone: (() => void) | null = null

  const listenTo = listeners(logger)

  const open = (ws: KnownWebSocket, client: ClientSocket) => {
    ws.client = client
    heartbeat.add(client)
    clients.add(client)
    metrics.connections(websocketEncoding.name, 1)
    const closed = protocol.opened(client, client)
    listenTo(ws)
    ws.on('close', (code, reason) => {
      client.closed()
      heartbeat.remove(client)
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
      const { visitor, credential } = arrival
      const connection = allowances.openConnection(credential?.principal ?? null)
      socket.setNoDelay(true)
      let isOpen = false
      wsServer.handleUpgrade(request, socket, head, (ws) => {
        isOpen = true
        const client = new ClientSocket(ws, socket, { visitor, connection }, parts)
        if (credential !== null) client.enter(credential)
        open(ws, client)
      })
      // Its handshake was wrong, and the answer may not be read yet.
      if (!isOpen) socket.once('close', () => connection.close())
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

/** Listens to a socket; the functions are the same for all. */
function listeners(logger: Logger): (ws: WebSocket) => void {
  const failed = (error: Error) => logger.debug({ err: error }, 'a WebSocket failed')

  function receive(this: WebSocket, data: RawData): void {
    const client = clientOf(this)
    client?.heard()
    if (!client?.isOpen) return
    client.receive(String(data)).catch((error: unknown) => {
      logger.error({ err: error }, 'a message failed')
      client.close(errorCatalogue.INTERNAL.close, 'a fault of the gateway')
    })
  }

  function pong(this: WebSocket): void {
    clientOf(this)?.heard()
  }

  function ping(this: WebSocket): void {
    clientOf(this)?.endIfUnread()
  }

  return (ws) => {
    ws.on('error', failed).on('message', receive).on('pong', pong).on('ping', ping)
  }
}

function clientOf(ws: WebSocket): ClientSocket | null {
  return ws instanceof KnownWebSocket ? ws.client : null
}
