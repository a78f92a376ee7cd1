// One client's WebSocket: what graphql-ws sends and what the hub writes go out on the same wire in order,
// and the socket ends when its reader is gone, idle, or hopelessly behind.

import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { Allowances, CountedConnection, Release } from '../auth/allowance.ts'
import type { Credential } from '../auth/credential.ts'
import { tokenEnded } from '../auth/gate.ts'
import { errorCatalogue, HeliographError } from '../errors.ts'
import { carryUtf8 } from '../hub/carry.ts'
import type { Connection } from '../hub/feed.ts'
import type { Hub, HubSocket } from '../hub/hub.ts'
import type { Settings } from '../settings.ts'
import { onceDrained } from './drain.ts'
import { createSocketOperations } from './socket-operations.ts'
import { websocketEncoding } from './websocket-encoding.ts'
import { pingFrame, textFrame } from './websocket-frame.ts'

export type ClientSocket = {
  /** @throws HeliographError UNAUTHENTICATED before somebody entered */
  credential(): Credential
  /**
   * Whoever is let in by this socket; its end is the socket's.
   * @throws HeliographError TOO_MANY_CONNECTIONS where the principal has as many as it may
   */
  enter(credential: Credential): void
  /** Counts an operation until it is over. @throws HeliographError TOO_MANY_OPERATIONS */
  startOperation(): Release
  readonly hubSocket: HubSocket
  /** Sends a message of the protocol after everything the hub has gathered; nothing once it is closing. */
  send(text: string): void
  /** Says goodbye, and cuts the line where the peer does not answer. */
  close(code: number, reason: string): void
  /** Something came from the client. */
  heard(): void
  /** Ends the socket of a client that keeps asking and does not read what it is answered. */
  endIfUnread(): void
  /** The client may subscribe from now on. */
  acknowledged(): void
  /** Once a period: pings with bookmarks, and ends the socket of a client that is gone or idle. */
  beat(): void
  /** Cuts the line. */
  terminate(): void
}

export type ClientSocketParts = {
  readonly ws: WebSocket
  /** The same connection below `ws`. */
  readonly socket: Socket
  readonly hub: Pick<Hub, 'openSocket'>
  /** Counted for nobody yet, or for the one who came with the upgrade. */
  readonly connection: CountedConnection
  readonly allowances: Pick<Allowances, 'startOperation'>
  readonly settings: Pick<Settings, 'bufferBytes' | 'idleTimeoutMs' | 'socketOperations'>
}

/** How long a peer may take to answer the goodbye. */
const goodbyeMs = 2_000
/** Pings without an answer after which a client counts as gone. */
const silentRounds = 2
/** Times the budget of unsent bytes at which replies nobody reads end the socket. */
const overflowFactor = 4
const idleClose = 1000

/** Opens the hub's side of a socket as well; `hubSocket.close` is for whoever hears that it closed. */
export function createClientSocket(parts: ClientSocketParts): ClientSocket {
  const { ws, socket, hub, settings } = parts
  const isOpen = () => ws.readyState === WebSocket.OPEN
  const life = createLife(socket)
  const operations = createSocketOperations(settings.socketOperations, parts.allowances)
  let isAcknowledged = false
  let busyAt = performance.now()

  const sayGoodbye = (code: number, reason: string) => {
    if (!isOpen()) return
    hubSocket.close()
    ws.close(code, clip(reason))
    const cut = setTimeout(() => ws.terminate(), goodbyeMs)
    ws.once('close', () => clearTimeout(cut))
  }
  const overflow = ({ code, message }: HeliographError) =>
    sayGoodbye(errorCatalogue[code].close ?? errorCatalogue.OVERLOADED.close, message)
  const connection: Connection = {
    write: (bytes) => {
      if (isOpen()) socket.write(bytes, 'latin1')
    },
    unsentBytes: () => socket.writableLength,
    onDrain: (drained) => onceDrained(socket, drained),
    overflow,
  }
  const hubSocket = hub.openSocket(connection, websocketEncoding)

  const endIfUnread = () => {
    if (socket.writableLength > overflowFactor * settings.bufferBytes) overflow(unread())
  }

  const ping = () => {
    hubSocket.flush()
    const cursors = hubSocket.bookmarks()
    const isEmpty = Object.keys(cursors).length === 0
    const message = JSON.stringify(isEmpty ? { type: 'ping' } : { type: 'ping', payload: { cursors } })
    connection.write(pingFrame + textFrame(carryUtf8(message)))
  }

  const close = (code: number, reason: string) => {
    hubSocket.flush()
    sayGoodbye(code, reason)
  }

  const entry = createEntry(parts, close)
  ws.once('close', operations.endAll)

  return {
    ...entry,
    startOperation: () => operations.start(entry.credential().principal),
    hubSocket,
    send(text) {
      if (!isOpen()) return
      busyAt = performance.now()
      hubSocket.flush()
      // Looked at before it is sent, so that one large reply is no reason.
      endIfUnread()
      if (isOpen()) ws.send(text)
    },
    endIfUnread,
    close,
    heard: life.heard,
    acknowledged() {
      isAcknowledged = true
    },
    beat() {
      if (!isAcknowledged || !isOpen()) return
      if (life.silentFor() >= silentRounds) return ws.terminate()
      if (operations.count() > 0) busyAt = performance.now()
      else if (performance.now() - busyAt > settings.idleTimeoutMs)
        return sayGoodbye(idleClose, 'nothing runs here')
      // With bytes on the way no answer can come before those are read, and reading them is a sign of life.
      if (socket.writableLength === 0) ping()
    },
    terminate: () => ws.terminate(),
  }
}

/** Who has entered by a socket; the socket closes when the token they came with ends. */
function createEntry(
  { ws, connection }: ClientSocketParts,
  close: (code: number, reason: string) => void,
): Pick<ClientSocket, 'credential' | 'enter'> {
  let entered: Credential | null = null
  let stopWatching = () => {}
  ws.once('close', () => stopWatching())
  return {
    credential() {
      if (entered !== null) return entered
      throw new HeliographError('UNAUTHENTICATED', 'connection_init comes first')
    },
    enter(credential) {
      // It may have closed while the token was looked at.
      if (ws.readyState !== WebSocket.OPEN) return
      connection.enter(credential.principal)
      stopWatching()
      entered = credential
      stopWatching = credential.watch(() => close(errorCatalogue.FORBIDDEN.close, tokenEnded().message))
    },
  }
}

/** Tells for how many rounds a peer has given no sign of life: no message, no pong, no byte taken. */
function createLife(socket: Socket) {
  let heardSince = true
  let silent = 0
  let takenBefore = 0
  return {
    heard: () => {
      heardSince = true
    },
    silentFor() {
      const taken = socket.bytesWritten - socket.writableLength
      const reads = socket.writableLength > 0 && taken > takenBefore
      takenBefore = taken
      silent = heardSince || reads ? 0 : silent + 1
      heardSince = false
      return silent
    },
  }
}

/** A close reason has at most 123 bytes. */
function clip(reason: string): string {
  return Buffer.byteLength(reason) <= 123 ? reason : `${Buffer.from(reason).toString('ascii', 0, 120)}...`
}

function unread(): HeliographError {
  return new HeliographError('OVERLOADED', 'replies are not read: read what was asked for, then ask for more')
}
