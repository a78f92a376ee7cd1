// The servers that are measured against each other, each started in a process of its own.

import { openInspector } from '../test/support/inspector.ts'
import { runNode } from '../test/support/program.ts'
import { driverCore, pin, serverCore } from './cores.ts'
import { type OpenData, openDirectory, openRedis } from './data.ts'
import { openSseSubscribers } from './load/sse-subscribers.ts'
import type { OpenSubscribers } from './load/subscribers.ts'
import { openWebsocketSubscribers } from './load/websocket-subscribers.ts'

export type Server = {
  /** GraphQL is at `/graphql`, events are posted to `/events`. */
  readonly url: string
  readonly pid: number
  /** The process of the Redis it keeps its events in; null where it has none. */
  readonly redisPid: number | null
  /** Of the main thread, after a collection; only of servers that were started with `inspected`. */
  heapBytes(): Promise<number>
  stop(): Promise<void>
}

export type Contender = {
  readonly name: string
  /** Heliograph itself, a GraphQL server to compare with, or what no GraphQL server can be. */
  readonly kind: 'OWN' | 'PEER' | 'LIMIT'
  readonly transport: 'WebSocket' | 'SSE'
  readonly subscribe: OpenSubscribers
  start(flags?: readonly string[]): Promise<Server>
}

/** For `start`: what `heapBytes` needs. */
export const inspected = ['--inspect=127.0.0.1:0']

/** One caller is all of them here, and limits are not what is measured. */
const unlimited = {
  HELIOGRAPH_PRINCIPAL_CONNECTIONS: '20000',
  HELIOGRAPH_PRINCIPAL_OPERATIONS: '100000',
  HELIOGRAPH_PRINCIPAL_EVENTS_PER_SECOND: '10000000',
  HELIOGRAPH_RETENTION_EVENTS: '10000000',
}

export const heliograph: Contender = {
  name: 'Heliograph, WebSocket',
  kind: 'OWN',
  transport: 'WebSocket',
  subscribe: openWebsocketSubscribers,
  start: (flags) => startHeliograph(flags, openDirectory),
}
export const heliographSse = overSse('Heliograph, SSE', heliograph)
export const heliographOnRedis: Contender = {
  ...heliograph,
  name: 'Heliograph on Redis',
  start: (flags) => startHeliograph(flags, openRedisAside),
}

export const bareHttp = peer('bare node:http', 'LIMIT', 'bare-http.ts')
export const rawWs = peer('raw ws', 'LIMIT', 'raw-ws.ts')
export const rawWsGathered = peer('raw ws, gathered', 'LIMIT', 'raw-ws.ts', ['--gathered'])
export const mercurius = peer('mercurius', 'PEER', 'mercurius.ts')
export const yoga = peer('yoga + graphql-ws', 'PEER', 'yoga.ts')
export const yogaSse = overSse('yoga, SSE', yoga)
export const redisFilter: Contender = {
  ...peer('graphql-ws + Redis', 'PEER', 'redis-filter.ts'),
  async start(flags = []) {
    const made = new AsyncDisposableStack()
    const { env } = await openRedisAside(made)
    return launch(made, [...flags, 'bench/peers/redis-filter.ts'], { REDIS_URL: env.HELIOGRAPH_REDIS_URL })
  },
}

/** Those that can be asked for the same. */
export const comparable: readonly Contender[] = [
  rawWs,
  rawWsGathered,
  heliograph,
  heliographSse,
  heliographOnRedis,
  redisFilter,
  mercurius,
  yoga,
  yogaSse,
]

function peer(name: string, kind: Contender['kind'], file: string, words: readonly string[] = []): Contender {
  return {
    name,
    kind,
    transport: 'WebSocket',
    subscribe: openWebsocketSubscribers,
    start: (flags = []) =>
      launch(new AsyncDisposableStack(), [...flags, `bench/peers/${file}`, ...words], {}),
  }
}

function overSse(name: string, contender: Contender): Contender {
  return { ...contender, name, transport: 'SSE', subscribe: openSseSubscribers }
}

async function startHeliograph(flags: readonly string[] = [], openData: OpenData): Promise<Server> {
  const made = new AsyncDisposableStack()
  const { env, redisPid } = await openData(made)
  return launch(made, [...flags, 'src/start.js', '--port', '0'], { ...unlimited, ...env }, redisPid)
}

/** Beside what drives the server, so that it takes nothing from it. */
async function openRedisAside(made: AsyncDisposableStack) {
  const data = await openRedis(made)
  pin(data.redisPid, driverCore)
  return data
}

/** Runs a program until it says where it listens; whatever was made for it goes with it. */
async function launch(
  made: AsyncDisposableStack,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  redisPid: number | null = null,
): Promise<Server> {
  const program = runNode(args, { env })
  const pid = program.process.pid ?? 0
  pin(pid, serverCore)
  const onExit = () => program.process.kill('SIGKILL')
  process.once('exit', onExit)
  made.defer(async () => {
    program.process.kill('SIGTERM')
    await program.ended()
    process.off('exit', onExit)
  })
  const [, url = ''] = await program.until(/(?:listening at|GraphQL) +(http:\/\/[\d.:]+)/)
  return {
    url,
    pid,
    redisPid,
    async heapBytes() {
      const inspector = await openInspector(program.output().stderr)
      const bytes = await inspector.heapBytes()
      inspector.close()
      return bytes
    },
    stop: () => made.disposeAsync(),
  }
}
