// A TCP forwarder under the test's control: shut it to cut a gateway off its Redis, or let it swallow
// what subscribed connections are sent, as a network does that loses a peer without telling.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Gate = {
  readonly url: string
  /** Cuts every connection and refuses new ones until `open`. */
  shut(): Promise<void>
  open(): Promise<void>
  /** From now on connections that have subscribed to something get no byte more. */
  muteSubscribers(): void
  stop(): Promise<void>
}

/** Forwards a free loopback port to `port`. */
export async function openGate(port: number): Promise<Gate> {
  const sockets = new Set<Socket>()
  const subscribers = new Set<Socket>()
  const muted = new Set<Socket>()
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
    near.on('data', (bytes) => {
      if (/\r\nsubscribe\r\n/i.test(bytes.toString('latin1'))) subscribers.add(near)
      if (!far.destroyed) far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (!near.destroyed && !muted.has(near)) near.write(bytes)
    })
  })

  async function shut(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  async function listen(wanted: number): Promise<number> {
    server.listen(wanted, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  const own = await listen(0)
  return {
    url: `redis://127.0.0.1:${own}`,
    shut,
    open: async () => void (await listen(own)),
    muteSubscribers() {
      for (const socket of subscribers) muted.add(socket)
    },
    stop: shut,
  }
}
