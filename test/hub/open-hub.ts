// A hub over a real store, and clients at the far end of sockets under the test's control.

import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import type { HeliographError } from '../../src/errors.ts'
import type { Cursor } from '../../src/event/position.ts'
import type { EventLog } from '../../src/event-log/event-log.ts'
import type { Encoding, Feed } from '../../src/hub/feed.ts'
import { createHub, type Hub, type HubParts, type HubSocket } from '../../src/hub/hub.ts'
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts'
import type { Resources } from '../../src/resource/resources.ts'
import type { Store } from '../../src/store/store.ts'
import { openStore } from '../store/conformance/open-store.ts'
import {
  type ControlledConnection,
  createControlledConnection,
  lineEncoding,
  type Message,
  type Pace,
} from '../support/controlled-connection.ts'
import type { Engine } from '../support/engine.ts'
import { sqliteEngine } from '../support/store.ts'

export type Limits = Partial<HubParts['limits']>

/** One started operation, as its client sees it. */
export type Operation = {
  /** What it was told so far. */
  messages(): Message[]
  /** The events' ids, or the changes as `ADDED vm-1 Running`. */
  told(): string[]
  /** Resolves once it was told this, spelled as in `told`. */
  heard(what: string): Promise<void>
  readonly ended: HeliographError | null
  /** Resolves once the hub ended it. */
  readonly end: Promise<HeliographError>
  lastCursor(): string | null
  close(): void
}

export type Client = {
  readonly reader: ControlledConnection
  readonly socket: HubSocket
  subscribe(feed: Feed, after?: Cursor | null, operationId?: string): Promise<Operation>
}

export type OpenedHub = {
  readonly hub: Hub
  readonly store: Store
  readonly metrics: Metrics
  connect(pace?: Pace, encoding?: Encoding): Client
}

type Options = {
  readonly engine?: Engine
  readonly limits?: Limits
}

/** Opens a hub that is closed, and whose store is gone, when the test is over. */
export async function openHub({ engine = sqliteEngine, limits }: Options = {}): Promise<OpenedHub> {
  const { store } = await openStore(engine)
  return { store, ...(await startHub(store, limits)) }
}

type Seams = { log?: EventLog; resources?: Resources }

/** A hub on a store that is open, closed when the test is over. */
export async function startHub(
  store: Store,
  limits: Limits = {},
  seams: Seams = {},
): Promise<Omit<OpenedHub, 'store'>> {
  const metrics = createMetrics()
  const hub = await newHub(store, limits, seams, metrics)
  onTestFinished(() => hub.close())
  return { hub, metrics, connect: (pace, encoding) => connect(hub, pace, encoding) }
}

// One for all: each set observes the process, and goes on doing so when its hub is gone.
const unwatched = createMetrics()

/** A hub that the caller closes; nobody looks at its metrics. */
export function newHub(
  { log, resources }: Store,
  limits: Limits = {},
  seams: Seams = {},
  metrics: HubParts['metrics'] = unwatched,
): Promise<Hub> {
  return createHub({
    ...{ log, resources, ...seams, metrics },
    logger: pino({ level: 'silent' }),
    limits: { bufferBytes: 1024 * 1024, flushIntervalMs: 0, ...limits },
  })
}

/** A client on a new socket of the hub. */
export function connect(hub: Hub, pace: Pace = 'TAKES', encoding: Encoding = lineEncoding): Client {
  const reader = createControlledConnection()
  reader.setPace(pace)
  const socket = hub.openSocket(reader.connection, encoding)
  let operations = 0
  return {
    reader,
    socket,
    async subscribe(feed, after = null, operationId = `operation ${++operations}`) {
      const ending = Promise.withResolvers<HeliographError>()
      let endedBy: HeliographError | null = null
      const ended = (error: HeliographError) => {
        if (endedBy !== null) throw new Error('ended twice')
        // As a transport does before it tells its client why.
        socket.flush()
        endedBy = error
        ending.resolve(error)
      }
      const subscriber = await socket.subscribe({ operationId, feed, after, listener: { ended } })
      const messages = () => reader.messages.filter(({ id }) => id === operationId)
      const told = () => messages().map(spell)
      return {
        messages,
        told,
        heard: (what) => reader.until(() => told().includes(what)),
        get ended() {
          return endedBy
        },
        end: ending.promise,
        lastCursor: () => messages().findLast(({ cursor }) => cursor !== null)?.cursor ?? null,
        close: () => subscriber.close(),
      }
    },
  }
}

function spell({ payload }: Message): string {
  if (payload.type === undefined) return String(payload.eventId)
  if (payload.type === 'SYNCED') return 'SYNCED'
  return `${payload.type} ${payload.uid} ${payload.state}`
}
