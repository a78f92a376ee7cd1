// A private RabbitMQ node on free loopback ports and a directory of its own, with a port mapper of its
// own: to be stopped, killed, or started again on the same data.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Connection } from 'rabbitmq-client'
import { findProgram } from './install.ts'

export type TestRabbitMQ = {
  /** With the password `secret-word`, so that tests can look for it where it must not be. */
  readonly url: string
  readonly port: number
  /** The process of the node; 0 while it does not run. */
  pid(): number
  /** For the test's own publishing and looking; opened on first use. */
  client(): Connection
  /** How many messages wait in a queue, those being delivered not counted; null: no such queue. */
  waiting(queue: string): Promise<number | null>
  /** Ends the node as a crash would (SIGKILL); the data stays for `start`. */
  kill(): Promise<void>
  /** Starts again on the same ports and data. */
  start(): Promise<void>
  /** Ends the node and its port mapper, and removes the data. */
  stop(): Promise<void>
}

/** Debian's own /usr/sbin/rabbitmq-server changes the user and forgets the environment. */
const debianScript = '/usr/lib/rabbitmq/bin/rabbitmq-server'

/** @param running false: prepares everything, and starts with `start` */
export async function startRabbitMQ({ running = true } = {}): Promise<TestRabbitMQ> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-rabbitmq-'))
  const [port, distPort, mapperPort] = [await lowFreePort(), await lowFreePort(), await lowFreePort()]
  const env = await prepare(directory, port, distPort, mapperPort)
  const mapper = spawn('epmd', ['-port', String(mapperPort), '-address', '127.0.0.1'], {
    env,
    stdio: 'ignore',
  })
  const onExit = () => mapper.kill('SIGKILL')
  process.once('exit', onExit)
  const url = `amqp://guest:secret-word@127.0.0.1:${port}/`
  let node: ChildProcess | null = null
  let client: Connection | null = null

  async function kill(): Promise<void> {
    client?.unsafeDestroy()
    client = null
    const ending = node
    node = null
    if (ending !== null) await end(ending)
  }

  const rabbitmq: TestRabbitMQ = {
    url,
    port,
    pid: () => node?.pid ?? 0,
    client() {
      client ??= new Connection(url).on('error', () => {})
      return client
    },
    async waiting(queue) {
      const counted = await rabbitmq
        .client()
        .queueDeclare({ queue, passive: true })
        .catch(() => null)
      return counted?.messageCount ?? null
    },
    kill,
    async start() {
      await accepting(mapperPort)
      node = await launch(env)
    },
    async stop() {
      await kill()
      await end(mapper)
      process.off('exit', onExit)
      await rm(directory, { recursive: true, force: true })
    },
  }
  if (running) await rabbitmq.start()
  return rabbitmq
}

async function prepare(directory: string, port: number, distPort: number, mapperPort: number) {
  const settings = [
    `listeners.tcp.local = 127.0.0.1:${port}`,
    'default_pass = secret-word',
    'vm_memory_high_watermark.absolute = 1GB',
    'disk_free_limit.absolute = 1MB',
  ]
  await writeFile(join(directory, 'rabbitmq.conf'), `${settings.join('\n')}\n`)
  await writeFile(join(directory, 'plugins'), '[].\n')
  await writeFile(join(directory, 'env.conf'), '')
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'C.UTF-8',
    HOME: directory,
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // The script becomes the node itself, so that its id is the node's.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_NODENAME: `heliograph-${port}@localhost`,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(directory, 'env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '+S 1:1 +sbwt none -noinput -kernel inet_dist_use_interface {127,0,0,1}',
  }
}

async function launch(env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const script = existsSync(debianScript) ? debianScript : findProgram(['rabbitmq-server'])
  if (script === null) throw new Error('rabbitmq-server is not on the PATH: run npm test once')
  const node = spawn(script, [], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const onExit = () => node.kill('SIGKILL')
  process.once('exit', onExit)
  node.once('exit', () => process.off('exit', onExit))
  let output = ''
  await new Promise<void>((resolve, reject) => {
    node.once('exit', () => reject(new Error(`rabbitmq-server ended at once:\n${output}`)))
    for (const stream of [node.stdout, node.stderr]) {
      stream?.on('data', (chunk) => {
        output += String(chunk)
        if (/completed with \d+ plugins/.test(output)) resolve()
      })
    }
  })
  for (const stream of [node.stdout, node.stderr]) stream?.removeAllListeners('data').resume()
  return node
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function accepting(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (open) return
    await pause(20)
  }
}

/** How many ports this process has looked at. */
let picked = 0

/** A port that was free a moment ago, below those that outgoing connections take. */
async function lowFreePort(): Promise<number> {
  for (;;) {
    // Test files run side by side, each in a process of its own: so they do not meet.
    const port = 20_000 + ((process.pid * 41 + picked++) % 12_000)
    const probe = createServer().listen(port, '127.0.0.1')
    const free = await once(probe, 'listening').then(
      () => true,
      () => false,
    )
    if (!free) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
