// Replay: one subscriber comes back after a million events, and gets those it asked for.

import { type Contender, heliograph, heliographOnRedis, heliographSse, type Server } from '../contenders.ts'
import { makeEvent } from '../load/events.ts'
import { openPoster } from '../load/poster.ts'
import { microsPerUnit, readCpu, readRss, untilRest } from '../measure.ts'
import type { Figures, Workload } from '../workload.ts'

const eventCount = 1_000_000
const perRequest = 1_000
/** One in a hundred is of this type. */
const rare = 'VM.MIGRATE'
const sampleMs = 250

const selection = '{ eventId source type time zone description }'
const everything = `subscription ($after: Cursor) { events(after: $after) ${selection} }`
const fewOfThem = `subscription ($after: Cursor) { events(filter: { types: ["${rare}"] }, after: $after) ${selection} }`

/** Asks where the log begins, then fills it. */
async function fill(server: Server): Promise<string> {
  const beginning = await headOf(server)
  const poster = await openPoster(server.url, 4)
  let posted = 0
  await poster.postAll(() => {
    if (posted >= eventCount) return null
    const events = Array.from({ length: perRequest }, () => {
      const type = ++posted % 100 === 0 ? rare : 'VM.START'
      return makeEvent({ type })
    })
    if (posted % 100_000 === 0) process.stderr.write(`filled with ${posted.toLocaleString('en')} events …\n`)
    return events
  })
  poster.close()
  await untilRest(server.pid)
  return beginning
}

async function headOf(server: Server): Promise<string> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ head }' }),
  })
  return ((await response.json()) as { data: { head: string } }).data.head
}

type Replay = { readonly query: string; readonly after: string; readonly results: number }

async function replay(
  server: Server,
  contender: Contender,
  { query, after, results }: Replay,
): Promise<{ micros: number; growth: number }> {
  const { pid } = server
  const rss = readRss(pid)
  let most = rss
  const sampling = setInterval(() => {
    most = Math.max(most, readRss(pid))
  }, sampleMs)
  const before = readCpu(pid)
  const subscribers = await contender.subscribe(server.url, { clients: [[{ query, variables: { after } }]] })
  await subscribers.until(results)
  const micros = microsPerUnit(pid, before, eventCount)
  clearInterval(sampling)
  await subscribers.close()
  return { micros, growth: (most - rss) / 1_000_000 }
}

const few = 'CPU µs/event, 1 % matching'
const all = 'CPU µs/event, all matching'

const transports = [heliograph, heliographSse]
const stores = [
  { contender: heliograph, store: 'SQLite' },
  { contender: heliographOnRedis, store: 'Redis' },
]

export const replays: Workload = {
  name: 'R',
  title: `replay of ${eventCount.toLocaleString('en')} retained events to one subscriber`,
  bounds: [
    { figure: few, atMost: 8 },
    { figure: all, atMost: 12 },
  ],
  mostRuns: 3,
  async open(nodeFlags) {
    const made = new AsyncDisposableStack()
    const subjects = []
    for (const { contender, store } of stores) {
      const server = await contender.start(nodeFlags)
      made.defer(server.stop)
      const after = await fill(server)
      for (const transport of transports) {
        const run = async (): Promise<Figures> => {
          const some = await replay(server, transport, { query: fewOfThem, after, results: eventCount / 100 })
          const each = await replay(server, transport, { query: everything, after, results: eventCount })
          return {
            [few]: some.micros,
            [all]: each.micros,
            'process, MB more at most': Math.max(some.growth, each.growth),
          }
        }
        subjects.push({ name: transport.name.replace('Heliograph', store), run })
      }
    }
    return { subjects, close: () => made.disposeAsync() }
  },
}
