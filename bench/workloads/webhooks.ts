// Webhooks: how many signed deliveries a gateway makes, and whether endpoints that hang hold up the others.

import { cpuBetween, readRss, total } from '../measure.ts'
import { type Engine, openWebhookBench, type WebhookBench } from '../webhook-bench.ts'
import type { Figures, Workload } from '../workload.ts'

const engines: readonly Engine[] = ['SQLite', 'Redis']
const endpointCount = 100
const fanOutEvents = 400
const orderedEvents = 5_000
const many = 1_000_000

const paths = (origin: string, name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${origin}/${name}-${n}`)

/** A workload of one run for each engine, on a gateway of its own. */
function workload(
  about: Pick<Workload, 'name' | 'title' | 'bounds' | 'mostRuns'>,
  measure: (bench: WebhookBench) => Promise<Figures>,
  nodeFlags: readonly string[] = [],
): Workload {
  return {
    ...about,
    isRate: true,
    async open(flags) {
      const run = async (engine: Engine) => {
        const bench = await openWebhookBench(engine, [...flags, ...nodeFlags])
        try {
          return await measure(bench)
        } finally {
          await bench.close()
        }
      }
      return {
        subjects: engines.map((name) => ({ name, run: () => run(name) })),
        close: async () => {},
      }
    },
  }
}

export const webhooks = workload(
  {
    name: 'WEBHOOKS',
    title: 'signed deliveries to endpoints that take everything',
    bounds: [
      { figure: 'deliveries/s, 100 endpoints', atLeast: 6_000 },
      { figure: 'deliveries/s, one endpoint in order', atLeast: 1_500 },
    ],
  },
  async (bench) => {
    await bench.subscribe(paths(bench.origins[0], 'many', endpointCount), 'MANY')
    await bench.subscribe(paths(bench.origins[0], 'one', 1), 'ONE')
    // What is compiled late is compiled by then.
    await deliver(bench, 100, 'MANY', endpointCount)
    const fanOut = await deliver(bench, fanOutEvents, 'MANY', endpointCount)
    const ordered = await deliver(bench, orderedEvents, 'ONE', 1)
    return {
      'deliveries/s, 100 endpoints': fanOut.perSecond,
      '  gateway, CPU µs/delivery': fanOut.gatewayMicros,
      '  receiver, CPU µs/delivery': fanOut.receiverMicros,
      'deliveries/s, one endpoint in order': ordered.perSecond,
      '  gateway, CPU µs/delivery, in order': ordered.gatewayMicros,
    }
  },
)

async function deliver(bench: WebhookBench, events: number, type: string, endpoints: number) {
  const count = events * endpoints
  await bench.taken()
  const before = bench.cpu()
  const startedAt = performance.now()
  const received = bench.until(count)
  for (let posted = 0; posted < events; posted += 100)
    await bench.post(Math.min(100, events - posted), [type])
  await received
  const seconds = (performance.now() - startedAt) / 1_000
  const after = bench.cpu()
  return {
    perSecond: count / seconds,
    gatewayMicros: total(cpuBetween(before.gateway, after.gateway)) / 1_000 / count,
    receiverMicros: total(cpuBetween(before.receiver, after.receiver)) / 1_000 / count,
  }
}

const phaseSeconds = 15
const eventsPerSecond = 500
const hangSeconds = 3

export const isolation = workload(
  {
    name: 'HANGING',
    title: `90 healthy endpoints at ${eventsPerSecond} events/s beside 10 that hang until their timeout`,
    bounds: [
      { figure: 'p99 beside ten on an origin of their own, ratio', atMost: 2 },
      { figure: 'p99 beside ten on the same origin, ratio', atMost: 2 },
    ],
  },
  async (bench) => {
    const [healthy, other] = bench.origins
    const types = Array.from({ length: 90 }, (_, n) => `HEALTHY.${n}`)
    for (const [n, type] of types.entries()) await bench.subscribe([`${healthy}/healthy-${n}`], type)
    await bench.subscribe(paths(other, 'hang', 10), 'HANG.OTHER', hangSeconds)
    await bench.subscribe(paths(healthy, 'hang', 10), 'HANG.SAME', hangSeconds)
    await phase(bench, types, 5)
    const alone = await phase(bench, types)
    const beside = await phase(bench, [...types, ...repeat('HANG.OTHER', 10)])
    const among = await phase(bench, [...types, ...repeat('HANG.SAME', 10)])
    return {
      'p99 from event to receipt, alone, ms': alone.p99,
      '  p50, ms': alone.p50,
      'p99 beside ten on an origin of their own, ratio': beside.p99 / alone.p99,
      'p99 beside ten on the same origin, ratio': among.p99 / alone.p99,
    }
  },
)

const repeat = (type: string, count: number) => Array.from({ length: count }, () => type)

/** Events at a steady rate for some seconds; what the healthy endpoints saw of it. */
async function phase(bench: WebhookBench, types: readonly string[], seconds = phaseSeconds) {
  await bench.taken()
  const startedAt = performance.now()
  const perTick = eventsPerSecond / 50
  for (let tick = 0; tick < seconds * 50; tick++) {
    const waitMs = startedAt + tick * 20 - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    void bench.post(perTick, types)
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
  return bench.taken()
}

export const million = workload(
  {
    name: 'MILLION',
    mostRuns: 1,
    title: 'a million deliveries from one gateway',
    bounds: [{ figure: 'process at the end, of that after 200,000', atMost: 1.15 }],
  },
  async (bench) => {
    await bench.subscribe(paths(bench.origins[0], 'many', endpointCount), 'MANY')
    await deliver(bench, 2_000, 'MANY', endpointCount)
    const [heapEarly, early] = [await bench.heapMiB(), residentMiB(bench.gatewayPid)]
    const { perSecond } = await deliver(bench, many / endpointCount - 2_000, 'MANY', endpointCount)
    const [heapLate, late] = [await bench.heapMiB(), residentMiB(bench.gatewayPid)]
    return {
      'heap after 200,000, MiB': heapEarly,
      'heap at the end, MiB': heapLate,
      'process after 200,000, MiB': early,
      'process at the end, MiB': late,
      'process at the end, of that after 200,000': late / early,
      'deliveries/s': perSecond,
    }
  },
  ['--inspect=127.0.0.1:0'],
)

function residentMiB(pid: number): number {
  return readRss(pid) / 2 ** 20
}
