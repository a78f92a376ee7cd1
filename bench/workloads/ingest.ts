// Ingest: what an event costs until it is kept, beside a server that only parses it.

import { bareHttp, heliograph, heliographOnRedis } from '../contenders.ts'
import { type Crowd, gatherCrowd } from '../crowd.ts'
import { makeEvents } from '../load/events.ts'
import { cpuBetween, readCpu, total } from '../measure.ts'
import { openCrowds } from '../shared-crowds.ts'
import type { Figures, Workload } from '../workload.ts'

const connections = 64
const batchEvents = 100
const runMs = 2_000

const contenders = [bareHttp, heliograph, heliographOnRedis]
const alone = 'CPU µs/event, one per request'
const batched = `CPU µs/event, ${batchEvents} per request`
const ofBare = `one per request, of ${bareHttp.name}`

async function post({ server, poster }: Crowd, perRequest: number, figure: string): Promise<Figures> {
  const { pid, redisPid } = server
  const read = () => [readCpu(pid), redisPid === null ? new Map() : readCpu(redisPid)] as const
  const end = performance.now() + runMs
  const [before, redisBefore] = read()
  let posted = 0
  await poster.postAll(() => {
    if (performance.now() > end) return null
    posted += perRequest
    return makeEvents(perRequest)
  })
  const [after, redisAfter] = read()
  const perEvent = (used: number) => used / 1_000 / posted
  return {
    [figure]: perEvent(total(cpuBetween(before, after))),
    ...(redisPid !== null && {
      [`  Redis, ${figure}`]: perEvent(total(cpuBetween(redisBefore, redisAfter))),
    }),
  }
}

export const ingest: Workload = {
  name: 'W4',
  title: `durable ingest over HTTP, ${connections} connections`,
  bounds: [
    { figure: ofBare, atMost: 4, subjects: [heliograph.name, heliographOnRedis.name] },
    { figure: batched, atMost: 25, subjects: [heliograph.name] },
    { figure: batched, atMost: 20, subjects: [heliographOnRedis.name] },
  ],
  open: (nodeFlags) =>
    openCrowds(
      contenders.map((contender) => ({
        name: contender.name,
        gather: () => gatherCrowd(contender, { clients: [], connections, nodeFlags }),
      })),
      async (crowd) => ({ ...(await post(crowd, 1, alone)), ...(await post(crowd, batchEvents, batched)) }),
    ),
  derive: (subject, round) => ({
    [ofBare]: (round.get(subject)?.[alone] ?? Number.NaN) / (round.get(bareHttp.name)?.[alone] ?? Number.NaN),
  }),
}
