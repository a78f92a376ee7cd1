// Endpoints of webhooks in a process of their own: every path answers 204 at once, but those below /hang
// never answer. Prints its two origins; `GET /taken` tells what came since the last time.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What came since it was asked last; latencies from `sentAt` in the event's data, in milliseconds. */
export type Taken = { readonly count: number; readonly p50: number; readonly p99: number }

let latencies: number[] = []

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/taken') {
    response.end(JSON.stringify(take()))
    return
  }
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => {
    if (request.url?.startsWith('/hang')) return
    const sentAt = /"sentAt":(\d+)/.exec(String(Buffer.concat(pieces)))?.[1]
    latencies.push(Date.now() - Number(sentAt))
    response.writeHead(204).end()
  })
}

function take(): Taken {
  const sorted = latencies.toSorted((a, b) => a - b)
  latencies = []
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) }
}

async function listen(): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

process.stdout.write(`receiving at ${await listen()} and ${await listen()}\n`)
