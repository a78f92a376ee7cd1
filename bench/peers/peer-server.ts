// The HTTP side of a peer on node:http: takes events at `POST /events` as the gateway does, keeps none of
// them, and says where it listens.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventsOf, type PeerEvent } from './peer-event.ts'

/**
 * @param publish is told of each event before the sender is answered
 * @param others answers what is not posted events
 */
export function createPeerServer(
  publish: (event: PeerEvent) => void | Promise<void>,
  others: (request: IncomingMessage, response: ServerResponse) => void = notFound,
): Server {
  // One that is busy for seconds would cut the connections of those who wait for it.
  return createServer({ keepAliveTimeout: 0 }, (request, response) => {
    if (request.url !== '/events') return others(request, response)
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (piece: string) => {
      text += piece
    })
    request.on('end', async () => {
      for (const event of eventsOf(JSON.parse(text))) await publish(event)
      response.writeHead(202, { 'content-length': 0 }).end()
    })
  })
}

/** Listens on a free loopback port, and prints it for whoever started the peer. */
export async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
  announce((server.address() as AddressInfo).port)
}

export function announce(port: number): void {
  // Not the signal's own end: profiles are written on the way out.
  process.once('SIGTERM', () => process.exit())
  process.stdout.write(`listening at http://127.0.0.1:${port}\n`)
}

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404).end()
}
