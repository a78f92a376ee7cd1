// Fan-out: a thousand subscribers of the same events, and what a delivery costs the server.

import {
  type Contender,
  heliograph,
  heliographSse,
  mercurius,
  rawWs,
  rawWsGathered,
  redisFilter,
  yoga,
  yogaSse,
} from '../contenders.ts'
import { type Crowd, gatherCrowd, repeatFor } from '../crowd.ts'
import { everyStart, everyStartInWords, makeEvents } from '../load/events.ts'
import type { Operation } from '../load/subscribers.ts'
import { cpuBetween, readCpu, total } from '../measure.ts'
import { costAgainst, openCrowds } from '../shared-crowds.ts'
import type { Figures, Workload } from '../workload.ts'

const subscriberCount = 1_000
const runMs = 2_000
const fewestPosts = 10

const cost = 'CPU µs/delivery'
const own = [heliograph.name, heliographSse.name]
const all = [rawWs, rawWsGathered, heliograph, heliographSse, redisFilter, mercurius, yoga, yogaSse]

const sameForAll = Array.from({ length: subscriberCount }, () => [everyStart])

/** @param perRequest events in one post; the next is posted when everybody has them */
function fanOut(about: Pick<Workload, 'name' | 'title' | 'bounds'>, perRequest: number): Workload {
  return {
    ...about,
    open: (nodeFlags) =>
      openCrowds(
        all.map((contender) => ({
          name: contender.name,
          gather: () => gatherCrowd(contender, { clients: sameForAll, connections: 1, nodeFlags }),
        })),
        (crowd) => measure(crowd, perRequest),
      ),
    derive: costAgainst(cost, rawWs, all),
  }
}

async function measure({ server, subscribers, poster }: Crowd, perRequest: number): Promise<Figures> {
  const before = readCpu(server.pid)
  const begun = subscribers.count()
  let expected = begun
  await repeatFor(runMs, fewestPosts, async () => {
    expected += perRequest * subscribers.size
    await Promise.all([poster.post(makeEvents(perRequest)), subscribers.until(expected)])
  })
  const used = cpuBetween(before, readCpu(server.pid))
  const perDelivery = (nanoseconds: number) => nanoseconds / 1_000 / (expected - begun)
  return {
    [cost]: perDelivery(total(used)),
    'of it by the main thread': perDelivery(used.get(server.pid) ?? 0),
  }
}

export const oneInFlight = fanOut(
  {
    name: 'W1s',
    title: `${subscriberCount.toLocaleString('en')} subscribers of the same events, one event in flight`,
    bounds: [
      { figure: 'of raw ws', atMost: 1.3, subjects: own },
      { figure: 'of the cheapest GraphQL peer', atMost: 1 / 3 },
      { figure: 'of yoga', atMost: 1 / 5 },
    ],
  },
  1,
)

export const bursts = fanOut(
  {
    name: 'W1b',
    title: `${subscriberCount.toLocaleString('en')} subscribers of the same events, ten events in a request`,
    bounds: [{ figure: 'of raw ws', atMost: 0.25, subjects: own }],
  },
  10,
)

const documentCount = 20
const ratio = 'of one document'

const inManyWords: readonly (readonly Operation[])[] = Array.from({ length: subscriberCount }, (_, n) => [
  everyStartInWords(`zone${n % documentCount}`),
])

const several = (contender: Contender) => `${contender.name}, ${documentCount} documents`

export const manyDocuments: Workload = {
  name: 'W3',
  title: `the same, one event in flight, but ${documentCount} different documents`,
  bounds: [{ figure: ratio, atMost: 1.3 }],
  open: (nodeFlags) =>
    openCrowds(
      [heliograph, heliographSse].flatMap((contender) => [
        {
          name: contender.name,
          gather: () => gatherCrowd(contender, { clients: sameForAll, connections: 1, nodeFlags }),
        },
        {
          name: several(contender),
          gather: () => gatherCrowd(contender, { clients: inManyWords, connections: 1, nodeFlags }),
        },
      ]),
      (crowd) => measure(crowd, 1),
    ),
  derive(subject, round): Figures {
    const contender = [heliograph, heliographSse].find((one) => several(one) === subject)
    const one = contender && round.get(contender.name)?.[cost]
    return one === undefined ? {} : { [ratio]: (round.get(subject)?.[cost] ?? Number.NaN) / one }
  },
}
