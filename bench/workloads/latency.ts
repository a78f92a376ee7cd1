// Latency: from a posted event to each of a thousand subscribers, alone and beside a reader that stalls.

import { heliograph, heliographSse, inspected, rawWs, type Server } from '../contenders.ts'
import { type Crowd, gatherCrowd } from '../crowd.ts'
import { everyStart, makeEvent } from '../load/events.ts'
import { createStopwatch, type Stopwatch } from '../load/stopwatch.ts'
import { readRss } from '../measure.ts'
import { openCrowds } from '../shared-crowds.ts'
import type { Figures, OpenWorkload, Workload } from '../workload.ts'

const subscriberCount = 1_000
const sameForAll = Array.from({ length: subscriberCount }, () => [everyStart])

/** Posts at a steady rate, then waits until the subscribers who read have everything. */
async function steadily(
  { subscribers, poster }: Crowd,
  { perSecond, seconds, readers, padding = '' }: Rate,
): Promise<void> {
  const begun = subscribers.count()
  const startedAt = performance.now()
  const count = perSecond * seconds
  const posts: Promise<void>[] = []
  for (let n = 0; n < count; n++) {
    const waitMs = startedAt + (n * 1_000) / perSecond - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    posts.push(poster.post([makeEvent({ description: `sent ${performance.now()} ${padding}` })]))
  }
  await Promise.all(posts)
  await subscribers.until(begun + count * readers)
}

type Rate = {
  readonly perSecond: number
  readonly seconds: number
  /** Subscribers who get each event. */
  readonly readers: number
  readonly padding?: string
}

const ofRaw = 'p99, of raw ws'

export const latency: Workload = {
  name: 'L1',
  title: `from post to receipt, 10 events/s to ${subscriberCount.toLocaleString('en')} subscribers`,
  bounds: [{ figure: ofRaw, atMost: 1.5, subjects: [heliograph.name, heliographSse.name] }],
  open(nodeFlags): Promise<OpenWorkload> {
    const watches = new Map<string, Stopwatch>()
    return openCrowds(
      [rawWs, heliograph, heliographSse].map((contender) => ({
        name: contender.name,
        gather() {
          const watch = createStopwatch()
          watches.set(contender.name, watch)
          return gatherCrowd(contender, {
            clients: sameForAll,
            connections: 10,
            nodeFlags,
            heard: watch.heard,
          })
        },
      })),
      async (crowd, name) => {
        await steadily(crowd, { perSecond: 10, seconds: 5, readers: subscriberCount })
        const { p50, p99 } = watches.get(name)?.take() ?? { p50: Number.NaN, p99: Number.NaN }
        return { 'p50, ms': p50, 'p99, ms': p99 }
      },
    )
  },
  derive: (subject, round) => ({
    [ofRaw]:
      (round.get(subject)?.['p99, ms'] ?? Number.NaN) / (round.get(rawWs.name)?.['p99, ms'] ?? Number.NaN),
  }),
}

/** Operations of the reader that stalls: enough that its socket is full within seconds. */
const stalledOperations = 40
const stalling = { perSecond: 25, seconds: 10, readers: subscriberCount, padding: 'x'.repeat(1_000) }
const megabyte = 1_000_000

export const stalled: Workload = {
  name: 'S',
  title: `${subscriberCount.toLocaleString('en')} subscribers beside one that stops reading`,
  bounds: [
    { figure: "the others' p99, of that without it", atMost: 1.2 },
    { figure: 'heap after a collection, MB more than without it', atMost: 10 },
  ],
  open(nodeFlags): Promise<OpenWorkload> {
    const watch = createStopwatch()
    const flags = [...nodeFlags, ...inspected]
    const gather = () =>
      gatherCrowd(heliograph, { clients: sameForAll, connections: 50, nodeFlags: flags, heard: watch.heard })
    return openCrowds([{ name: heliograph.name, gather }], (crowd) => measureStalled(crowd, watch))
  },
}

async function measureStalled(crowd: Crowd, watch: Stopwatch): Promise<Figures> {
  const { server } = crowd
  const before = await catchUpsOf(server)
  const clients = [Array.from({ length: stalledOperations }, () => everyStart)]
  const reader = await heliograph.subscribe(server.url, { clients })
  const see = async (): Promise<Seen> => {
    watch.take()
    await steadily(crowd, stalling)
    return { ...watch.take(), heap: await server.heapBytes(), rss: readRss(server.pid) }
  }
  const without = await see()
  reader.pause(0)
  const beside = await see()
  await reader.close()
  if ((await catchUpsOf(server)) === before) throw new Error('the reader that does not read was not too slow')
  return figuresOf(without, beside)
}

/** How often subscribers have left the live path because their socket was full. */
async function catchUpsOf({ url }: Server): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^heliograph_catch_ups_total (\d+)/m.exec(text)?.[1])
}

type Seen = { readonly p50: number; readonly p99: number; readonly heap: number; readonly rss: number }

function figuresOf(without: Seen, beside: Seen): Figures {
  return {
    'p99 without it, ms': without.p99,
    'p99 beside it, ms': beside.p99,
    "the others' p99, of that without it": beside.p99 / without.p99,
    'heap after a collection, MB more than without it': (beside.heap - without.heap) / megabyte,
    'process, MB more than without it': (beside.rss - without.rss) / megabyte,
  }
}
