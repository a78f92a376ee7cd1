// One socket's subscribers: starts them, gives their bookmarks, and drops them when the socket goes.

import type { HeliographError } from '../errors.ts'
import { type Cursor, formatCursor } from '../event/position.ts'
import { laterOf } from '../event-log/placed.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Audience } from './audience.ts'
import type { Audiences } from './audiences.ts'
import type { Connection, Encoding, Feed } from './feed.ts'
import type { Outbox } from './outbox.ts'
import type { Readers } from './readers.ts'
import { SendBuffer } from './send-buffer.ts'
import type { Start } from './start.ts'
import { type Keeper, type Listener, Subscriber } from './subscriber.ts'

/** What a transport asks for when a client starts an operation. */
export type SubscriptionRequest = {
  /** The client's own id of the operation; names it in frames and bookmarks. */
  readonly operationId: string
  readonly feed: Feed
  /** Where to continue; null starts with the state where the feed has one, else with what comes next. */
  readonly after: Cursor | null
  readonly listener: Listener
}

/** A socket as its transport sees it from the hub's side. */
export type HubSocket = {
  /**
   * Starts an operation; resolves once the cursor is checked, and deliveries may have begun by then.
   * @throws HeliographError CURSOR_EXPIRED, STORE_UNAVAILABLE, SHUTTING_DOWN
   */
  subscribe(request: SubscriptionRequest): Promise<{ close(): void }>
  /** Writes what is gathered, now: call it before the transport writes anything of its own. */
  flush(): void
  /**
   * By operation id of the quiet operations (nothing framed since the last call): a cursor that the
   * operation has passed and whose frames are written; nothing before SYNCED.
   */
  bookmarks(): Record<string, string>
  /** The socket is gone: drops all its subscribers; nothing is written any more. */
  close(): void
}

export type SocketParts = {
  readonly audiences: Audiences
  readonly readers: Readers
  readonly outbox: Outbox
  readonly bufferBytes: number
  readonly logger: Pick<Logger, 'error'>
  readonly metrics: Pick<Metrics, 'subscribers' | 'catchUps'>
  readonly start: Start
  readonly closed: (socket: Socket) => void
}

/** A class and not a closure: there are ten thousand of these, and most of them idle. */
export class Socket implements HubSocket, Keeper {
  readonly #parts: SocketParts
  readonly #buffer: SendBuffer
  readonly #members = new Map<Subscriber, Audience>()
  #closed = false

  constructor(connection: Connection, encoding: Encoding, parts: SocketParts) {
    this.#parts = parts
    this.#buffer = new SendBuffer(connection, encoding, this, parts)
  }

  get subscribers(): number {
    return this.#members.size
  }

  async subscribe(request: SubscriptionRequest): Promise<{ close(): void }> {
    const { start } = this.#parts
    const asked = start.positionFor(request.feed, request.after)
    // Awaited only where it must be: without a cursor the operation is live before anything can come.
    const position = asked instanceof Promise ? await asked : asked
    start.assertFollowable(position)
    if (this.#closed) return { close() {} }
    return this.#begin(request, position)
  }

  flush(): void {
    this.#buffer.flush()
  }

  bookmarks(): Record<string, string> {
    this.#buffer.flush()
    const cursors: [operationId: string, cursor: string][] = []
    for (const [subscriber, audience] of this.#members) {
      // Asked of all: each call begins a new time of quiet.
      if (!subscriber.takeQuiet() || !subscriber.synced) continue
      cursors.push([subscriber.operationId, formatCursor(passedBy(subscriber, audience))])
    }
    return Object.fromEntries(cursors)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const subscriber of [...this.#members.keys()]) this.drop(subscriber)
    this.#buffer.close()
    this.#parts.closed(this)
  }

  /** Ends every operation with this error. */
  endAll(error: HeliographError): void {
    for (const subscriber of [...this.#members.keys()]) subscriber.end(error)
  }

  fellBehind(subscriber: Subscriber): void {
    const audience = this.#members.get(subscriber)
    if (audience === undefined) return
    this.#parts.metrics.catchUps()
    this.#parts.readers.follow(subscriber, audience)
  }

  /** Tells the transport; its faults are its own, and the other subscribers' turn comes regardless. */
  end(subscriber: Subscriber, error: HeliographError): void {
    this.drop(subscriber)
    try {
      subscriber.listener.ended(error)
    } catch (fault) {
      this.#parts.logger.error({ err: fault }, 'a transport failed to end an operation')
    }
  }

  drop(subscriber: Subscriber): void {
    const audience = this.#members.get(subscriber)
    if (audience === undefined) return
    this.#members.delete(subscriber)
    subscriber.open = false
    audience.leave(subscriber)
    this.#parts.audiences.release(audience)
    this.#parts.metrics.subscribers(-1)
  }

  #begin(request: SubscriptionRequest, position: Cursor): Subscriber {
    const { audiences, readers, metrics } = this.#parts
    const { feed, after } = request
    const audience = audiences.acquire(feed)
    const subscriber = new Subscriber(request, this.#buffer, position, this)
    this.#members.set(subscriber, audience)
    metrics.subscribers(1)
    if (after === null && feed.state !== null) readers.start(subscriber, audience, feed.state)
    else readers.follow(subscriber, audience)
    return subscriber
  }
}

/** A live subscriber is where its audience is, or further where it joined ahead of it. */
function passedBy(subscriber: Subscriber, audience: Audience): Cursor {
  return subscriber.live ? laterOf(subscriber.position, audience.passed()) : subscriber.position
}
