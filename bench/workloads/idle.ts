// Idle subscriptions: how much a process grows for each, every one about a virtual machine of its own.

import {
  type Contender,
  heliograph,
  heliographSse,
  inspected,
  mercurius,
  rawWs,
  redisFilter,
  yoga,
  yogaSse,
} from '../contenders.ts'
import { startsOf } from '../load/events.ts'
import { readRss, untilRest } from '../measure.ts'
import type { Figures, Workload } from '../workload.ts'

/** Those that are there before the growth is measured: whatever is made once has been made then. */
const first = 100
const kilobyte = 1_000

const alone = 'kB/operation, 10,000 connections × 1'
const inTens = 'kB/operation, 1,000 connections × 10'
const beyondAlone = '  more than raw ws × 1'
const beyondTens = '  more than raw ws × 10'

const contenders = [rawWs, heliograph, heliographSse, redisFilter, mercurius, yoga, yogaSse]

async function grow(
  contender: Contender,
  connections: number,
  perConnection: number,
  nodeFlags: readonly string[],
): Promise<number> {
  await using made = new AsyncDisposableStack()
  const server = await contender.start([...nodeFlags, ...inspected])
  made.defer(server.stop)
  const open = async (from: number, to: number) => {
    const clients = Array.from({ length: to - from }, (_, n) =>
      Array.from({ length: perConnection }, (_, i) => startsOf(`vm-${(from + n) * perConnection + i}`)),
    )
    const subscribers = await contender.subscribe(server.url, { clients })
    made.defer(subscribers.close)
    await untilRest(server.pid)
    // Twice: what the first collection finds out of use may be given back by the next.
    await server.heapBytes()
    await server.heapBytes()
    return readRss(server.pid)
  }
  const before = await open(0, first)
  const after = await open(first, connections)
  return (after - before) / kilobyte / ((connections - first) * perConnection)
}

export const idle: Workload = {
  name: 'W5',
  title: 'idle memory of a subscription',
  bounds: [
    { figure: beyondAlone, atMost: 12, subjects: [heliograph.name] },
    { figure: beyondTens, atMost: 6, subjects: [heliograph.name] },
    { figure: alone, atMost: 24, subjects: [heliographSse.name] },
  ],
  mostRuns: 3,
  open: async (nodeFlags) => ({
    subjects: contenders.map((contender) => ({
      name: contender.name,
      async run(): Promise<Figures> {
        const figures = { [alone]: await grow(contender, 10_000, 1, nodeFlags) }
        // A stream has one operation.
        if (contender.transport === 'SSE') return figures
        return { ...figures, [inTens]: await grow(contender, 1_000, 10, nodeFlags) }
      },
    })),
    close: async () => {},
  }),
  derive(subject, round) {
    if (subject !== heliograph.name) return {}
    const more = (figure: string) =>
      (round.get(subject)?.[figure] ?? Number.NaN) - (round.get(rawWs.name)?.[figure] ?? Number.NaN)
    return { [beyondAlone]: more(alone), [beyondTens]: more(inTens) }
  },
}
