// Subscribers over GraphQL over SSE, distinct connections: a request for each, whose answer never ends.

import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http'
import { type OpenSubscribers, type Operation, openInWaves } from './subscribers.ts'
import { createTally, type Tally } from './tally.ts'

type Stream = { readonly request: ClientRequest; readonly response: IncomingMessage }

const next = Buffer.from('event: next\n')

export const openSseSubscribers: OpenSubscribers = async (url, { clients, heard = () => {} }) => {
  const tally = createTally()
  const operations = clients.flat()
  const streams = await openInWaves(operations, (operation) =>
    open(`${url}/graphql`, operation, tally, heard),
  )
  return {
    ...tally,
    size: operations.length,
    pause: (client) => streams[client]?.response.pause(),
    resume: (client) => streams[client]?.response.resume(),
    async close() {
      const closed = streams.map(
        ({ response }) => new Promise<void>((resolve) => response.once('close', resolve)),
      )
      for (const { request } of streams) request.destroy()
      await Promise.all(closed)
    },
  }
}

async function open(
  endpoint: string,
  operation: Operation,
  tally: Tally,
  heard: (bytes: Buffer) => void,
): Promise<Stream> {
  const request = startRequest(endpoint, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  })
  request.end(JSON.stringify(operation))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`)
  // What ends it is the end of the bench.
  response.on('error', () => {})
  const count = createCounter()
  response.on('data', (piece: Buffer) => {
    const results = count(piece)
    if (results === 0) return
    heard(piece)
    tally.add(results)
  })
  return { request, response }
}

/** Counts results in pieces; one may be cut anywhere. */
function createCounter(): (piece: Buffer) => number {
  let cut = Buffer.alloc(0)
  return (piece) => {
    const bytes = cut.length === 0 ? piece : Buffer.concat([cut, piece])
    let results = 0
    let end = 0
    for (let at = bytes.indexOf(next); at !== -1; at = bytes.indexOf(next, end)) {
      results += 1
      end = at + next.length
    }
    const kept = bytes.subarray(Math.max(end, bytes.length - next.length + 1))
    // Most pieces end a result: nothing of them is needed again.
    cut = kept.includes(0x65) ? Buffer.from(kept) : Buffer.alloc(0)
    return results
  }
}
