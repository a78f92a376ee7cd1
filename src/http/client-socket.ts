// One client's WebSocket: what graphql-ws sends and what the hub writes go out on the same wire in order,
// and the socket ends when its reader is gone, idle, or hopelessly behind.

import type { Socket } from 'node:net'
import type { WebSocket as GraphqlSocket } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Allowances, CountedConnection, Release } from '../auth/allowance.ts'
import type { Credential } from '../auth/credential.ts'
import { tokenEnded, type Visitor } from '../auth/gate.ts'
import { errorCatalogue, HeliographError } from '../errors.ts'
import { carryUtf8 } from '../hub/carry.ts'
import type { Connection } from '../hub/feed.ts'
import type { Hub, HubSocket } from '../hub/hub.ts'
import type { Settings } from '../settings.ts'
import { onceDrained } from './drain.ts'
import type { Beating } from './heartbeat.ts'
import { Liveness } from './liveness.ts'
import { SocketOperations } from './socket-operations.ts'
import { websocketEncoding } from './websocket-encoding.ts'
import { pingFrame, textFrame } from './websocket-frame.ts'

/** What all sockets share. */
export type ClientSocketParts = {
  readonly hub: Pick<Hub, 'openSocket'>
  readonly allowances: Pick<Allowances, 'startOperation'>
  readonly settings: Pick<Settings, 'bufferBytes' | 'idleTimeoutMs' | 'socketOperations'>
}

/** Who came with an upgrade. */
export type Comer = {
  readonly visitor: Visitor
  /** Counted for nobody yet, or for the one who came with the upgrade. */
  readonly connection: CountedConnection
}

type TakeMessage = (text: string) => Promise<void>

/** How long a peer may take to answer the goodbye. */
const goodbyeMs = 2_000
/** Pings without an answer after which a client counts as gone. */
const silentRounds = 2
/** Times the budget of unsent bytes at which replies nobody reads end the socket. */
const overflowFactor = 4
const idleClose = 1000

/**
 * A class and not closures: there are ten thousand of these, and most of them idle. It is what the hub
 * writes to, what graphql-ws sends by and what the heartbeat calls, all in one object.
 */
export class ClientSocket implements Connection, GraphqlSocket, Beating {
  readonly visitor: Visitor
  readonly hubSocket: HubSocket
  readonly #ws: WebSocket
  /** The same connection below `ws`. */
  readonly #socket: Socket
  readonly #connection: CountedConnection
  readonly #parts: ClientSocketParts
  readonly #operations: SocketOperations
  readonly #liveness: Liveness
  #take: TakeMessage | null = null
  #entered: Credential | null = null
  #stopWatching: (() => void) | null = null
  #isAcknowledged = false
  #busyAt = performance.now()

  /** Opens the hub's side of a socket as well. `closed` is for whoever hears that it closed. */
  constructor(ws: WebSocket, socket: Socket, { visitor, connection }: Comer, parts: ClientSocketParts) {
    const { hub, allowances, settings } = parts
    this.#ws = ws
    this.#socket = socket
    this.visitor = visitor
    this.#connection = connection
    this.#parts = parts
    this.#operations = new SocketOperations(settings.socketOperations, allowances)
    this.#liveness = new Liveness(socket)
    this.hubSocket = hub.openSocket(this, websocketEncoding)
  }

  get protocol(): string {
    return this.#ws.protocol
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  get hasEntered(): boolean {
    return this.#entered !== null
  }

  /** @throws HeliographError UNAUTHENTICATED before somebody entered */
  credential(): Credential {
    if (this.#entered !== null) return this.#entered
    throw new HeliographError('UNAUTHENTICATED', 'connection_init comes first')
  }

  /**
   * Whoever is let in by this socket; its end is the socket's.
   * @throws HeliographError TOO_MANY_CONNECTIONS where the principal has as many as it may
   */
  enter(credential: Credential): void {
    // It may have closed while the token was looked at.
    if (!this.isOpen) return
    this.#connection.enter(credential.principal)
    this.#stopWatching?.()
    this.#entered = credential
    this.#stopWatching = credential.watch(() =>
      this.close(errorCatalogue.FORBIDDEN.close, tokenEnded().message),
    )
  }

  /** Counts an operation until it is given to `endOperation`. @throws HeliographError TOO_MANY_OPERATIONS */
  startOperation(): Release {
    return this.#operations.start(this.credential().principal)
  }

  endOperation(release: Release): void {
    this.#operations.end(release)
  }

  /** Who takes the client's messages. */
  onMessage(take: TakeMessage): void {
    this.#take = take
  }

  /** A message came from the client. */
  receive(text: string): Promise<void> {
    return this.#take?.(text) ?? Promise.resolve()
  }

  /** Something came from the client. */
  heard(): void {
    this.#liveness.heard()
  }

  /** The client may subscribe from now on. */
  acknowledged(): void {
    this.#isAcknowledged = true
  }

  /** Sends a message of the protocol after everything the hub has gathered; nothing once it is closing. */
  send(text: string): void {
    if (!this.isOpen) return
    this.#busyAt = performance.now()
    this.hubSocket.flush()
    // Looked at before it is sent, so that one large reply is no reason.
    this.endIfUnread()
    if (this.isOpen) this.#ws.send(text)
  }

  write(bytes: string): void {
    if (this.isOpen) this.#socket.write(bytes, 'latin1')
  }

  unsentBytes(): number {
    return this.#socket.writableLength
  }

  onDrain(drained: () => void): void {
    onceDrained(this.#socket, drained)
  }

  overflow({ code, message }: HeliographError): void {
    this.#sayGoodbye(errorCatalogue[code].close ?? errorCatalogue.OVERLOADED.close, message)
  }

  /** Ends the socket of a client that keeps asking and does not read what it is answered. */
  endIfUnread(): void {
    if (this.unsentBytes() > overflowFactor * this.#parts.settings.bufferBytes) this.overflow(unread())
  }

  /** Once a period: pings with bookmarks, and ends the socket of a client that is gone or idle. */
  beat(): void {
    if (!this.#isAcknowledged || !this.isOpen) return
    if (this.#liveness.silentRounds() >= silentRounds) this.terminate()
    else if (this.#isIdle()) this.#sayGoodbye(idleClose, 'nothing runs here')
    // With bytes on the way no answer can come before those are read, and reading them is a sign of life.
    else if (this.unsentBytes() === 0) this.#ping()
  }

  /** Says goodbye, and cuts the line where the peer does not answer. */
  close(code: number = errorCatalogue.INTERNAL.close, reason = ''): void {
    this.hubSocket.flush()
    this.#sayGoodbye(code, reason)
  }

  /** Cuts the line. */
  terminate(): void {
    this.#ws.terminate()
  }

  /** It is closed: gives back what it held. */
  closed(): void {
    this.#stopWatching?.()
    this.#operations.endAll()
    this.hubSocket.close()
    this.#connection.close()
  }

  #isIdle(): boolean {
    const now = performance.now()
    if (this.#operations.count > 0) this.#busyAt = now
    return now - this.#busyAt > this.#parts.settings.idleTimeoutMs
  }

  #ping(): void {
    this.hubSocket.flush()
    const cursors = this.hubSocket.bookmarks()
    const isEmpty = Object.keys(cursors).length === 0
    const message = JSON.stringify(isEmpty ? { type: 'ping' } : { type: 'ping', payload: { cursors } })
    this.write(pingFrame + textFrame(carryUtf8(message)))
  }

  #sayGoodbye(code: number, reason: string): void {
    if (!this.isOpen) return
    this.hubSocket.close()
    this.#ws.close(code, clip(reason))
    const cut = setTimeout(() => this.terminate(), goodbyeMs)
    this.#ws.once('close', () => clearTimeout(cut))
  }
}

/** A close reason has at most 123 bytes. */
function clip(reason: string): string {
  return Buffer.byteLength(reason) <= 123 ? reason : `${Buffer.from(reason).toString('ascii', 0, 120)}...`
}

function unread(): HeliographError {
  return new HeliographError('OVERLOADED', 'replies are not read: read what was asked for, then ask for more')
}
