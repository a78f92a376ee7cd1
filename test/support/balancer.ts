// What stands in front of several gateways: one address that leads to the gateway it is told, and lines that
// can be cut.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Balancer = {
  /** Where GraphQL is served, by whichever gateway it is. */
  readonly endpoint: string
  /** New connections go to the gateway at this URL. */
  leadTo(url: string): void
  /** Cuts every connection there is. */
  cut(): void
  stop(): Promise<void>
}

/** Forwards a free loopback port to the gateway at `url`. */
export async function startBalancer(url: string): Promise<Balancer> {
  const sockets = new Set<Socket>()
  let port = portOf(url)
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    leadTo(next) {
      port = portOf(next)
    },
    cut,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}
