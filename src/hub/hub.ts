// Tells every live subscriber what the log says: one follower of the log, audiences that share each
// rendering, sockets that gather frames. Nothing on an entry's way awaits a client.

import { type Cursor, cursorExpired } from '../event/position.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { createPages } from '../event-log/pages.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Resources } from '../resource/resources.ts'
import { createAudiences } from './audiences.ts'
import type { Connection, Encoding } from './feed.ts'
import { createLivePath } from './live-path.ts'
import { createOutbox } from './outbox.ts'
import { Payloads } from './payloads.ts'
import { createReaders } from './readers.ts'
import { Ring } from './ring.ts'
import type { HubSocket } from './socket.ts'
import { createSockets } from './sockets.ts'
import { createStart } from './start.ts'
import { createTurns } from './turns.ts'

export type { HubSocket, SubscriptionRequest } from './socket.ts'
export type { Listener } from './subscriber.ts'

export type Hub = {
  /** One Encoding object per transport, not per socket: what is shared is shared by its identity. */
  openSocket(connection: Connection, encoding: Encoding): HubSocket
  /** The last entry handed to the live path. */
  tip(): Cursor
  counts(): { subscribers: number; audiences: number; sockets: number; catchingUp: number }
  /** Stops following; sockets are closed by their transports before. */
  close(): Promise<void>
}

export type HubParts = {
  readonly log: Pick<EventLog, 'head' | 'read' | 'follow'>
  readonly resources: Pick<Resources, 'list'>
  readonly logger: Pick<Logger, 'error'>
  readonly metrics: Pick<
    Metrics,
    'deliveries' | 'subscribers' | 'audiences' | 'catchUps' | 'logHead' | 'lagEntries'
  >
  readonly limits: {
    /** Unsent bytes a socket may hold before its subscribers leave the live path. */
    readonly bufferBytes: number
    /** 0: frames are written at the end of each turn of the event loop. */
    readonly flushIntervalMs: number
    /** The newest entries kept at hand; default 10,000 and 16 MiB, whichever is less. */
    readonly ringEntries?: number
    readonly ringBytes?: number
    /** Entries read at once while catching up; default 500. */
    readonly pageEntries?: number
  }
}

const mebibyte = 1024 * 1024
/** Renderings kept for those who come back. */
const payloadBytes = 16 * mebibyte
/** Catching up leaves this much of a socket's budget to the live subscribers beside it. */
const liveShare = 0.5

export async function createHub(parts: HubParts): Promise<Hub> {
  const { log, logger, metrics } = parts
  const limits = { ringEntries: 10_000, ringBytes: 16 * mebibyte, pageEntries: 500, ...parts.limits }
  const stop = new AbortController()
  const ring = new Ring(await log.head(), limits.ringEntries, limits.ringBytes)
  const payloads = new Payloads(payloadBytes)
  const pages = createPages(log, limits.pageEntries)
  const outbox = createOutbox(limits.flushIntervalMs, metrics)
  const audiences = createAudiences({ payloads, ring, metrics, logger })
  const readers = createReaders({
    ...parts,
    ring,
    pages,
    turns: createTurns(),
    pageEntries: limits.pageEntries,
    reserveBytes: limits.bufferBytes * liveShare,
    stopped: stop.signal,
  })
  const start = createStart({ log, ring, pages, stopped: stop.signal })
  const { bufferBytes } = limits
  const sockets = createSockets({ audiences, readers, start, outbox, bufferBytes, logger, metrics })

  function restarted(head: Cursor): void {
    ring.restart(head)
    payloads.clear()
    pages.clear()
    sockets.endAll(cursorExpired('The log lost entries and began anew'))
  }
  const following = await log.follow(
    ring.tip,
    createLivePath({ ring, audiences, readers, metrics, restarted }),
  )

  return {
    openSocket: sockets.open,
    tip: () => ring.tip,
    counts: () => ({ ...sockets.counts(), audiences: audiences.count(), catchingUp: readers.count() }),
    async close() {
      stop.abort()
      sockets.close()
      outbox.close()
      await following.close()
    },
  }
}
