// Filters: many operations, each about a virtual machine of its own, so that an event is for exactly one.

import {
  bareHttp,
  type Contender,
  heliograph,
  heliographSse,
  mercurius,
  rawWs,
  redisFilter,
  yoga,
  yogaSse,
} from '../contenders.ts'
import { type Crowd, gatherCrowd, repeatFor } from '../crowd.ts'
import { makeEvent, startsOf } from '../load/events.ts'
import type { Operation } from '../load/subscribers.ts'
import { microsPerUnit, readCpu } from '../measure.ts'
import { openCrowds } from '../shared-crowds.ts'
import type { Figures, Round, Workload } from '../workload.ts'

const operationCount = 5_000
/** As many as the gateway allows on a socket unless told otherwise. */
const operationsPerSocket = 100
/** Posts under way at any time. */
const connections = 64
const runMs = 2_000

const cost = 'CPU µs/event'
const delivery = 'less ingest'
const ofRaw = `${delivery}, of raw ws`
const ofPeers = `${delivery}, of the cheapest filtering peer`
const numbers = new Intl.NumberFormat('en')

const uidOf = (n: number) => `vm-${n}`

/** Operations 0, 1, 2 …, each about the virtual machine of its number, dealt out to the clients in turn. */
function oneEach(count: number, perClient: number): readonly (readonly Operation[])[] {
  const clients = count / perClient
  return Array.from({ length: clients }, (_, client) =>
    Array.from({ length: perClient }, (_, n) => startsOf(uidOf(n * clients + client))),
  )
}

/** Posts events about the first of the machines; the next ones go when each has told whom it is for. */
async function measure({ server, subscribers, poster }: Crowd, machines: number): Promise<Figures> {
  const { size } = subscribers
  const before = readCpu(server.pid)
  const begun = subscribers.count()
  let posted = 0
  // Steps of a prime: neighbours are not told one after the other.
  const next = () => [makeEvent({ uid: uidOf((++posted * 7_919) % machines) })]
  await repeatFor(runMs, 1, async () => {
    await Promise.all(Array.from({ length: connections }, () => poster.post(next())))
    if (size > 0) await subscribers.until(begun + posted)
  })
  return { [cost]: microsPerUnit(server.pid, before, posted) }
}

const onWebsocket = oneEach(operationCount, operationsPerSocket)
const oneByOne = oneEach(operationCount, 1)
const withoutSubscribers = 'Heliograph, nobody subscribed'
/** What streams are held against: a stream has one operation, so there are as many connections. */
const rawAlone: Contender = { ...rawWs, name: 'raw ws, one each' }
const isAlone = (contender: Contender) => contender.transport === 'SSE' || contender === rawAlone
const subscribed = [rawWs, rawAlone, heliograph, heliographSse, redisFilter, mercurius, yoga, yogaSse]

function crowdOf(
  contender: Contender,
  clients: readonly (readonly Operation[])[],
  nodeFlags: readonly string[],
) {
  return gatherCrowd(contender, { clients, connections, nodeFlags })
}

export const filtered: Workload = {
  name: 'W2',
  title: `${numbers.format(operationCount)} operations, each event is for exactly one; ${connections} posts in flight`,
  bounds: [
    { figure: ofRaw, atMost: 1.5 },
    { figure: ofPeers, atMost: 1 / 100 },
  ],
  open: (nodeFlags) =>
    openCrowds(
      [
        { name: bareHttp.name, gather: () => crowdOf(bareHttp, [], nodeFlags) },
        { name: withoutSubscribers, gather: () => crowdOf(heliograph, [], nodeFlags) },
        ...subscribed.map((contender) => ({
          name: contender.name,
          gather: () => crowdOf(contender, isAlone(contender) ? oneByOne : onWebsocket, nodeFlags),
        })),
      ],
      (crowd) => measure(crowd, operationCount),
    ),
  derive(subject, round) {
    const contender = subscribed.find(({ name }) => name === subject)
    if (contender === undefined) return {}
    const own = deliveryCost(round, contender)
    if (contender.kind !== 'OWN') return { [delivery]: own }
    const peers = subscribed.filter(({ kind }) => kind === 'PEER')
    return {
      [delivery]: own,
      [ofRaw]: own / deliveryCost(round, isAlone(contender) ? rawAlone : rawWs),
      [ofPeers]: own / Math.min(...peers.map((peer) => deliveryCost(round, peer))),
    }
  },
}

/** What an event costs beyond being taken in: by the gateway durably, by the others by node:http alone. */
function deliveryCost(round: Round, { name, kind }: Contender): number {
  const costOf = (subject: string) => round.get(subject)?.[cost] ?? Number.NaN
  return costOf(name) - costOf(kind === 'OWN' ? withoutSubscribers : bareHttp.name)
}

const counts = [500, 5_000, 50_000]
/** As many for each: on few, the frames of several events leave as one write, which is not what is asked here. */
const sockets = 500
const nameOf = (count: number) => `${numbers.format(count)} operations`
const fewest = nameOf(counts[0] ?? 0)

export const growing: Workload = {
  name: 'W2n',
  title: `what an event for exactly one operation costs, by how many operations ${sockets} sockets have`,
  bounds: [{ figure: `of ${fewest}`, atMost: 1.3 }],
  open: (nodeFlags) =>
    openCrowds(
      counts.map((count) => ({
        name: nameOf(count),
        gather: () => crowdOf(heliograph, oneEach(count, count / sockets), nodeFlags),
      })),
      // About the same machines each time: how many the store knows has a cost of its own.
      (crowd) => measure(crowd, Math.min(...counts)),
    ),
  derive: (subject, round) => ({
    [`of ${fewest}`]: (round.get(subject)?.[cost] ?? Number.NaN) / (round.get(fewest)?.[cost] ?? Number.NaN),
  }),
}
