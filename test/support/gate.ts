// A TCP forwarder under the test's control: shut it to cut a gateway off its Redis or its broker, or let it
// swallow what is sent, to everybody or to those that subscribed, as a network does that loses a peer without
// telling.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type Gate = {
  readonly url: string
  readonly port: number
  /** Cuts every connection and refuses new ones until `open`. */
  shut(): Promise<void>
  open(): Promise<void>
  /** From now on connections that have subscribed to something get no byte more. */
  muteSubscribers(): void
  /** Lets nothing through from now on, or everything again; connections stay, and new ones are taken. */
  hold(isHeld: boolean): void
  /** Connections from outside that are open now. */
  connections(): number
  /** Resolves when something comes from outside after this call. */
  reached(): Promise<void>
  stop(): Promise<void>
}

/** Forwards a free loopback port to `port`. */
export async function openGate(port: number): Promise<Gate> {
  const sockets = new Set<Socket>()
  const subscribers = new Set<Socket>()
  const muted = new Set<Socket>()
  let isHeld = false
  const waiting: (() => void)[] = []
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
      for (const resolve of waiting.splice(0)) resolve()
      if (/\r\nsubscribe\r\n/i.test(bytes.toString('latin1'))) subscribers.add(near)
      if (!far.destroyed && !isHeld) far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (!near.destroyed && !isHeld && !muted.has(near)) near.write(bytes)
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
    port: own,
    hold(held) {
      isHeld = held
    },
    // Each has another one behind it.
    connections: () => sockets.size / 2,
    reached: () => new Promise((resolve) => waiting.push(resolve)),
    shut,
    open: async () => void (await listen(own)),
    muteSubscribers() {
      for (const socket of subscribers) muted.add(socket)
    },
    stop: shut,
  }
}
