// A client of one socket that forgets nothing: what it was told over all its connections is one record
// for each operation, and a new connection goes on after the last cursor that came over the old one.

import type { HeliographError } from '../../src/errors.ts'
import { type Cursor, parseCursor } from '../../src/event/position.ts'
import type { Feed } from '../../src/hub/feed.ts'
import type { Hub, HubSocket } from '../../src/hub/hub.ts'
import {
  type ControlledConnection,
  createControlledConnection,
  lineEncoding,
  type Message,
  type Pace,
} from '../support/controlled-connection.ts'

export type PlayedOperation = {
  readonly id: string
  readonly feed: Feed
  /** Where it began; null: with the state. */
  readonly start: Cursor | null
  /** What came over connections that are gone. */
  earlier: readonly Message[]
  /** Whether it ever went on after a cursor it was given: what it was sent of the state is then forgotten. */
  resumed: boolean
}

export type PlayedClient = {
  readonly operations: readonly PlayedOperation[]
  setPace(pace: Pace): void
  subscribe(feed: Feed, after: Cursor | null): void
  /** Writes the bookmarks into the stream, as a transport does. */
  bookmark(): void
  reconnect(hub: Hub): void
  /** Everything the operation was told, bookmarks left out. */
  told(operation: PlayedOperation): Message[]
  /** Resolves once all operations satisfy this; comes back by itself where the gateway threw it out. */
  until(isEnough: (operation: PlayedOperation) => boolean, hub: Hub): Promise<void>
}

let clients = 0

/** @param failed told when a subscription is refused or ended, which never should be */
export function playClient(firstHub: Hub, failed: (error: unknown) => void): PlayedClient {
  const name = `client ${++clients}`
  const operations: PlayedOperation[] = []
  let hub = firstHub
  let pace: Pace = 'TAKES'
  let reader: ControlledConnection = createControlledConnection()
  let socket: HubSocket = hub.openSocket(reader.connection, lineEncoding)

  const messagesOf = ({ id, earlier }: PlayedOperation) => [
    ...earlier,
    ...reader.messages.filter((message) => message.id === id),
  ]

  function start(operation: PlayedOperation, after: Cursor | null): void {
    const { id: operationId, feed } = operation
    const ended = (error: HeliographError) => failed(error)
    // Not awaited: the line may break while the cursor is being checked.
    socket.subscribe({ operationId, feed, after, listener: { ended } }).catch(failed)
  }

  function resume(operation: PlayedOperation): void {
    const last = messagesOf(operation).findLast(({ cursor }) => cursor !== null)?.cursor
    if (last) {
      operation.resumed = true
      start(operation, parseCursor(last))
      return
    }
    // Before SYNCED there is no cursor: the state comes anew.
    operation.earlier = []
    start(operation, operation.start)
  }

  function reconnect(next: Hub): void {
    socket.close()
    for (const operation of operations) operation.earlier = messagesOf(operation)
    hub = next
    reader = createControlledConnection()
    reader.setPace(pace)
    socket = hub.openSocket(reader.connection, lineEncoding)
    operations.forEach(resume)
  }

  return {
    operations,
    reconnect,
    setPace(next) {
      pace = next
      reader.setPace(next)
    },
    subscribe(feed, after) {
      const id = `${name}, operation ${operations.length + 1}`
      const began = after ?? (feed.state === null ? hub.tip() : null)
      const operation: PlayedOperation = { id, feed, start: began, earlier: [], resumed: false }
      operations.push(operation)
      start(operation, after)
    },
    bookmark() {
      for (const [id, cursor] of Object.entries(socket.bookmarks())) {
        const shared = lineEncoding.shared('{"bookmark":true}', parseCursor(cursor))
        reader.connection.write(lineEncoding.frame(id, shared))
      }
    },
    told: (operation) => messagesOf(operation).filter(({ payload }) => payload.bookmark === undefined),
    async until(isEnough, next) {
      while (!operations.every(isEnough)) {
        await reader.until(() => operations.every(isEnough) || reader.overflowed !== null)
        if (reader.overflowed !== null) reconnect(next)
      }
    },
  }
}
