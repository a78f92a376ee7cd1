// A queue full of CloudStack's messages drains through the gateway into its store: how fast, and what an
// event costs whom. Broker, store and gateway are processes of their own, all on this machine.

import { setTimeout as pause } from 'node:timers/promises'
import { type Program, runNode } from '../../test/support/program.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../../test/support/rabbitmq.ts'
import { type BusMessage, makeMix } from '../cloudstack-mix.ts'
import { type Data, type OpenData, openDirectory, openRedis } from '../data.ts'
import { type CpuTimes, cpuBetween, readCpu, total } from '../measure.ts'
import type { Figures, OpenWorkload, Workload } from '../workload.ts'

const eventCount = 20_000
const drainTimeoutMs = 60_000
/** Late by half of it on average, and 1 % of the gateway's CPU. */
const pollMs = 50

type Bench = {
  readonly broker: TestRabbitMQ
  readonly messages: readonly BusMessage[]
  readonly nodeFlags: readonly string[]
}

export const amqp: Workload = {
  name: 'AMQP',
  isRate: true,
  title: `${eventCount.toLocaleString('en')} CloudStack messages drain from a full RabbitMQ queue`,
  bounds: [{ figure: 'events/s', atLeast: 10_000 }],
  async open(nodeFlags): Promise<OpenWorkload> {
    const broker = await startRabbitMQ()
    const bench = { broker, messages: makeMix(eventCount), nodeFlags }
    return {
      subjects: [
        { name: 'SQLite', run: () => runOn(bench, openDirectory) },
        { name: 'Redis', run: () => runOn(bench, openRedis) },
      ],
      close: () => broker.stop(),
    }
  },
}

async function runOn(bench: Bench, openData: OpenData): Promise<Figures> {
  await using made = new AsyncDisposableStack()
  const exchange = 'cloudstack-events'
  const queue = 'heliograph'
  await fill(bench, exchange, queue)
  made.defer(async () => void (await bench.broker.client().queueDelete({ queue })))
  const data = await openData(made)
  const startedAt = performance.now()
  const gateway = runNode([...bench.nodeFlags, 'src/start.js', '--port', '0'], {
    env: { ...data.env, HELIOGRAPH_AMQP_URL: bench.broker.url, HELIOGRAPH_LOG_LEVEL: 'info' },
  })
  const onExit = () => gateway.process.kill('SIGKILL')
  process.once('exit', onExit)
  made.defer(async () => {
    await gateway.kill()
    process.off('exit', onExit)
  })
  const figures = await drain(gateway, data, bench.broker, startedAt)
  gateway.process.kill('SIGTERM')
  await gateway.ended()
  return figures
}

/** From the first delivery, which follows at once on the line of the log, until the log holds the last event. */
async function drain(
  gateway: Program,
  { redisPid: pid }: Data,
  { pid: brokerPid }: TestRabbitMQ,
  startedAt: number,
): Promise<Figures> {
  const gatewayPid = gateway.process.pid ?? 0
  const read = () => ({
    atMs: performance.now(),
    gateway: readCpu(gatewayPid),
    store: pid === null ? new Map() : readCpu(pid),
    broker: readCpu(brokerPid()),
  })
  const opened = gateway.until(/GraphQL +(\S+)\/graphql /)
  await gateway.until(/consuming from the AMQP broker/)
  const before = read()
  const url = (await opened)[1] ?? ''
  await drained(url)
  const after = read()
  await verify(url)
  const threads = cpuBetween(before.gateway, after.gateway)
  const perEvent = (times: CpuTimes) => total(times) / 1_000 / eventCount
  const main = (threads.get(gatewayPid) ?? 0) / 1_000 / eventCount
  return {
    'events/s': eventCount / ((after.atMs - before.atMs) / 1_000),
    'events/s, start of the gateway included': eventCount / ((after.atMs - startedAt) / 1_000),
    'gateway, CPU µs/event': perEvent(threads),
    '  its main thread': main,
    '  its other threads': perEvent(threads) - main,
    ...(pid !== null && { 'Redis, CPU µs/event': perEvent(cpuBetween(before.store, after.store)) }),
    'RabbitMQ, CPU µs/event': perEvent(cpuBetween(before.broker, after.broker)),
  }
}

/** Asks for the head of the log until it is at the last event: a subscriber would be work for the hub. */
async function drained(url: string): Promise<void> {
  const signal = AbortSignal.timeout(drainTimeoutMs)
  while (!(await readMetrics(url)).has(`heliograph_log_head_offset ${eventCount}`)) {
    await pause(pollMs, undefined, { signal })
  }
}

/** The lines of /metrics. */
async function readMetrics(url: string): Promise<ReadonlySet<string>> {
  return new Set((await (await fetch(`${url}/metrics`)).text()).split('\n'))
}

/** Nothing is lost, nothing doubled, nothing refused. */
async function verify(url: string): Promise<void> {
  const expected = {
    'heliograph_events_ingested_total{result="logged"}': eventCount,
    'heliograph_events_ingested_total{result="rejected"}': 0,
    'heliograph_events_ingested_total{result="duplicate"}': 0,
    heliograph_log_head_offset: eventCount,
  }
  const lines = await readMetrics(url)
  for (const [name, value] of Object.entries(expected)) {
    if (lines.has(`${name} ${value}`)) continue
    const found = [...lines].find((line) => line.startsWith(name))
    throw new Error(`${name} must be ${value} after the run: ${found}`)
  }
}

/** The queue as the gateway declares it, filled before it starts. */
async function fill({ broker, messages }: Bench, exchange: string, queue: string): Promise<void> {
  const client = broker.client()
  await client.exchangeDeclare({ exchange, type: 'topic', durable: true, autoDelete: false })
  await client.queueDeclare({ queue, durable: true, arguments: { 'x-single-active-consumer': true } })
  await client.queueBind({ queue, exchange, routingKey: '#' })
  const channel = await client.acquire()
  await channel.confirmSelect()
  await Promise.all(
    messages.map(({ routingKey, body }) =>
      channel.basicPublish({ exchange, routingKey, durable: true }, body),
    ),
  )
  await channel.close()
}
