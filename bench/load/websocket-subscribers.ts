// Subscribers over graphql-transport-ws, as light as they can be: they count results and answer pings.

import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type OpenSubscribers, type Operation, openInWaves } from './subscribers.ts'
import { createTally, type Tally } from './tally.ts'

const next = Buffer.from('"type":"next"')
const ping = Buffer.from('"type":"ping"')

export const openWebsocketSubscribers: OpenSubscribers = async (url, { clients, heard = () => {} }) => {
  const tally = createTally()
  const endpoint = `${url.replace('http', 'ws')}/graphql`
  const sockets = await openInWaves(clients, (operations) => open(endpoint, operations, tally, heard))
  return {
    ...tally,
    size: clients.flat().length,
    pause: (client) => sockets[client]?.pause(),
    resume: (client) => sockets[client]?.resume(),
    async close() {
      const closed = sockets.map((socket) => once(socket, 'close'))
      for (const socket of sockets) socket.terminate()
      await Promise.all(closed)
    },
  }
}

async function open(
  endpoint: string,
  operations: readonly Operation[],
  tally: Tally,
  heard: (bytes: Buffer) => void,
): Promise<WebSocket> {
  const socket = new WebSocket(endpoint, 'graphql-transport-ws', { perMessageDeflate: false })
  await once(socket, 'open')
  socket.send('{"type":"connection_init"}')
  const [answer] = await once(socket, 'message')
  if (!String(answer).includes('connection_ack')) throw new Error(`not let in: ${answer}`)
  socket.on('message', (data: Buffer) => {
    if (data.includes(next)) {
      heard(data)
      tally.add(1)
    } else if (data.includes(ping)) socket.send('{"type":"pong"}')
    else throw new Error(`a subscriber was told ${data}`)
  })
  for (const [i, payload] of operations.entries()) {
    socket.send(JSON.stringify({ id: String(i + 1), type: 'subscribe', payload }))
  }
  return socket
}
