// A receiver of webhooks on loopback that does as it is told, and keeps what came.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type AddressGuardOptions, createAddressGuard } from '../../src/channel/address-guard.ts'
import { type HttpChannel, type HttpChannelOptions, openHttpChannel } from '../../src/channel/http-channel.ts'
import type { Manner, Peer } from './conformance/runner.ts'

export type Received = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type HttpPeer = Peer & {
  readonly port: number
  readonly uri: string
  readonly requests: readonly Received[]
  /** The most connections that were open at once. */
  mostConnections(): number
  /** Answers by a function of the test's own from now on, once the body is there. */
  answer(listener: RequestListener): void
}

const statuses: Readonly<Record<Exclude<Manner, 'HANG'>, number>> = { ACCEPT: 200, REFUSE: 422, FAIL: 503 }

/** Listens on a free port of 127.0.0.1. */
export async function startHttpPeer(): Promise<HttpPeer> {
  const sockets = new Set<Socket>()
  const requests: Received[] = []
  let waiting: (() => void)[] = []
  let most = 0
  let answer: RequestListener = mannered('ACCEPT', requests)
  const server = createServer(async (request, response) => {
    const body = await text(request)
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    for (const resolve of waiting) resolve()
    waiting = []
    answer(request, response)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    most = Math.max(most, sockets.size)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function vanish(): Promise<void> {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }

  return {
    port,
    uri: `http://127.0.0.1:${port}/hook`,
    requests,
    behave: (manner) => {
      answer = mannered(manner, requests)
    },
    answer: (listener) => {
      answer = listener
    },
    received: () => requests.length,
    reached: () => new Promise((resolve) => waiting.push(resolve)),
    connections: () => sockets.size,
    mostConnections: () => most,
    vanish,
    stop: vanish,
    async appear() {
      answer = mannered('ACCEPT', requests)
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
  }
}

/** Repeats in its answer everything that was sent. */
function mannered(manner: Manner, requests: readonly Received[]): RequestListener {
  return (_, response) => {
    if (manner === 'HANG') return
    const { headers, body } = requests.at(-1) ?? {}
    response.writeHead(statuses[manner]).end(`${Object.values(headers ?? {}).join(' ')} ${body}`.repeat(3))
  }
}

/** A channel that may call loopback, without TLS. */
export function openTestChannel(
  changes: Partial<HttpChannelOptions> = {},
  guard: Partial<AddressGuardOptions> = {},
): HttpChannel {
  return openHttpChannel({
    guard: createAddressGuard({ allowCidrs: ['127.0.0.0/8'], ownServers: [], ...guard }),
    allowHttp: true,
    connectionsPerOrigin: 64,
    version: '1.2.3',
    ...changes,
  })
}
