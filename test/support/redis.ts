// A private redis-server from the PATH, on a free loopback port and a directory of its own: to be
// stopped, killed, paused, restarted on the same data, or put back to an earlier copy of it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

export type RedisOptions = {
  /** Keeps an append-only file, synced with every write. Without it a restart starts empty. */
  readonly appendOnly?: boolean
  /** More settings, as on the command line: `{ 'maxmemory-policy': 'allkeys-lru' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

export type TestRedis = {
  readonly url: string
  readonly port: number
  /** For the test's own commands; opened on first use. */
  client(): Redis
  /** Cuts connections of a type, as `CLIENT KILL TYPE` does; resolves to how many. */
  killClients(type: 'normal' | 'pubsub'): Promise<number>
  /** Stops answering, connections stay open (SIGSTOP), until `resume`. */
  pause(): void
  resume(): void
  /** Ends the process as a crash would (SIGKILL); the data stays for `start`. */
  kill(): Promise<void>
  /** Ends the process in good order (SIGTERM); the data stays for `start`. */
  halt(): Promise<void>
  /** Starts again on the same port and data. */
  start(): Promise<void>
  /** `halt`, then `start`. */
  restart(): Promise<void>
  /** Copies the append-only file as it is now; `restore` puts it back while the process is ended. */
  copyData(): Promise<{ restore(): Promise<void> }>
  /** Ends the process and removes the data. */
  stop(): Promise<void>
}

/** Starts a Redis that saves nothing unless told to. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-redis-'))
  const port = await freePort()
  const args = argumentsOf(options, directory, port)
  let server = await launch(args)
  let client: Redis | null = null

  async function end(signal: NodeJS.Signals): Promise<void> {
    client?.disconnect()
    client = null
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill(signal)
    // A paused process notices nothing but SIGKILL.
    server.kill('SIGCONT')
    await ended
  }

  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    client() {
      client ??= new Redis(port, '127.0.0.1').on('error', () => {})
      return client
    },
    async killClients(type) {
      return Number(await redis.client().call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes'))
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    halt: () => end('SIGTERM'),
    async start() {
      server = await launch(args)
    },
    async restart() {
      await end('SIGTERM')
      server = await launch(args)
    },
    async copyData() {
      const copy = `${directory}-${Date.now()}`
      await cp(join(directory, 'appendonlydir'), copy, { recursive: true })
      return {
        async restore() {
          await rm(join(directory, 'appendonlydir'), { recursive: true })
          await cp(copy, join(directory, 'appendonlydir'), { recursive: true })
          await rm(copy, { recursive: true })
        },
      }
    },
    async stop() {
      await end('SIGTERM')
      await rm(directory, { recursive: true, force: true })
    },
  }
  return redis
}

/**
 * Starts a Sentinel that watches the primary at `primaryPort` by the name `main`, and alone decides when
 * its replica takes over.
 */
export async function startSentinel(primaryPort: number): Promise<{ port: number; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-sentinel-'))
  const port = await freePort()
  const file = join(directory, 'sentinel.conf')
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
    'sentinel down-after-milliseconds main 300',
    'sentinel failover-timeout main 1000',
  ]
  await writeFile(file, `${settings.join('\n')}\n`)
  const server = await launch([file, '--sentinel'])
  return {
    port,
    async stop() {
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function argumentsOf(
  { appendOnly = false, settings = {} }: RedisOptions,
  directory: string,
  port: number,
): string[] {
  const all = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    appendfsync: 'always',
    ...settings,
  }
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
}

async function launch(args: readonly string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const onExit = () => server.kill('SIGKILL')
  process.once('exit', onExit)
  server.once('exit', () => process.off('exit', onExit))
  let output = ''
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error('redis-server is not on the PATH: run npm test once', { cause })),
    )
    server.once('exit', () => reject(new Error(`redis-server ended at once:\n${output}`)))
    server.stdout?.on('data', (chunk) => {
      output += String(chunk)
      if (/Ready to accept connections|\+monitor master/.test(output)) resolve()
    })
  })
  server.removeAllListeners('error')
  server.stdout?.removeAllListeners('data').resume()
  return server
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
