// Before anything is timed: the same operations and events must give the same payloads everywhere. Asked
// by the client libraries of the two protocols, and not by the bench's own.

import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWebsocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Contender, Server } from './contenders.ts'
import { everyStart, everyStartInWords, startsOf } from './load/events.ts'
import { openPoster } from './load/poster.ts'
import type { Operation } from './load/subscribers.ts'
import { untilRest } from './measure.ts'

/** What every contender can do, those that are no GraphQL servers included. */
const plain: readonly Operation[] = [everyStart, startsOf('vm-1')]

/** What GraphQL servers do as well. */
const elaborate: readonly Operation[] = [
  everyStartInWords('place'),
  {
    query: `
      subscription Chosen($types: [String!]!, $withZone: Boolean!, $bare: Boolean = true) {
        told: events(filter: { types: $types }) {
          ...Facts
          zone @include(if: $withZone)
          time @skip(if: $bare)
          ... on Event { where: zone, description }
        }
      }
      fragment Facts on Event { id: eventId, type, ...Origin }
      fragment Origin on Event { from: source }
    `,
    variables: { types: ['VM.START', 'VM.STOP'], withZone: false },
  },
]

const last = 'the-last'

/** Events with everything that JSON, UTF-8 and the framing of a transport may stumble over. */
const events: readonly object[] = [
  { id: 'first', description: 'an ordinary one' },
  { id: 'stop', type: 'VM.STOP', description: 'for those who filter by type it is nothing' },
  {
    id: 'other',
    subject: 'VirtualMachine/vm-2',
    description: 'for those who filter by resource it is nothing',
  },
  { id: 'bare', subject: 'VirtualMachine/vm-3', zone: null },
  { id: 'words', description: 'quotes " and \\, a\nline, \u2028, Zürich, 東京, 🌞' },
  { id: 'large', description: 'x'.repeat(70_000) },
  { id: last, description: 'and out' },
].map(({ id, type = 'VM.START', subject = 'VirtualMachine/vm-1', zone = 'zone-1', description }: Told) => ({
  specversion: '1.0',
  source: 'bench',
  id,
  type,
  subject,
  time: '2026-05-14T09:31:07.250Z',
  ...(zone !== null && { zone }),
  ...(description !== undefined && { data: { description } }),
}))

/** Where an event names no zone the gateway tells that of its resource, so only one of its own has none. */
type Told = { id: string; type?: string; subject?: string; zone?: string | null; description?: string }

/** What each operation was told, as JSON texts in their order. */
export type Telling = readonly (readonly string[])[]

/**
 * Starts a contender and has it tell every operation of the check what it makes of the events.
 * @throws Error where it tells an operation of an error, or ends it
 */
export async function tellingOf(contender: Contender): Promise<Telling> {
  await using made = new AsyncDisposableStack()
  const server = await contender.start()
  made.defer(server.stop)
  const asked = contender.kind === 'LIMIT' ? plain : [...plain, ...elaborate]
  const telling = Promise.all(asked.map((operation) => collect(server, contender, operation, made)))
  // One that fails early is told of below.
  telling.catch(() => {})
  await untilRest(server.pid)
  const poster = await openPoster(server.url, 1)
  made.defer(poster.close)
  for (const event of events) await poster.post([event])
  return await telling
}

/** The results of one operation up to the last event. */
function collect(
  { url }: Server,
  { transport }: Contender,
  operation: Operation,
  made: AsyncDisposableStack,
): Promise<readonly string[]> {
  const client = transport === 'SSE' ? sseClient(url) : websocketClient(url)
  made.defer(() => client.dispose())
  const { query, variables = {} } = operation
  return new Promise((resolve, reject) => {
    const results: string[] = []
    const over = (why: unknown) => reject(new Error(`${query} ended: ${describe(why)}`))
    client.subscribe(
      { query, variables },
      {
        next(result) {
          results.push(JSON.stringify(result))
          if (result.errors) over(result.errors)
          else if (results.at(-1)?.includes(last)) resolve(results)
        },
        error: over,
        complete: () => over('completed'),
      },
    )
  })
}

function websocketClient(url: string) {
  return createWebsocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  })
}

function sseClient(url: string) {
  return createSseClient({ url: `${url}/graphql`, retryAttempts: 0 })
}

/** @throws Error that shows the first payload two contenders do not agree on */
export async function checkAgreement(contenders: readonly Contender[]): Promise<void> {
  let agreed: Telling = []
  for (const contender of contenders) {
    const telling = await tellingOf(contender)
    for (const [i, results] of telling.entries()) {
      const expected = agreed[i] ?? results
      const at = results.findIndex((result, n) => result !== expected[n])
      if (at === -1 && results.length === expected.length) continue
      throw new Error(
        `operation ${i}: ${contender.name} tells ${results[at]?.slice(0, 500)} where others tell ${expected[at]?.slice(0, 500)}`,
      )
    }
    if (telling.length > agreed.length) agreed = telling
  }
}

function describe(why: unknown): string {
  return why instanceof Error ? why.message : JSON.stringify(why)
}
