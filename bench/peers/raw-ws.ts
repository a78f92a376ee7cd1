// The limit: `ws`, and one prebuilt frame that goes to each socket as it is. It knows just enough of
// graphql-transport-ws to be driven like the others: all operations have the id and the selection of the
// bench; one with a variable `id` gets the events of that virtual machine, others get all starts.
//
// With `--gathered` all frames that a socket gets within a turn of the event loop leave as one write.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { PeerEvent } from './peer-event.ts'
import { createPeerServer, listen } from './peer-server.ts'

const isGathered = process.argv.includes('--gathered')

type Subscriber = { readonly socket: Socket; readonly id: string }
type Message = {
  readonly type: string
  readonly id: string
  readonly payload?: { readonly variables?: { readonly id?: string } }
}

const everyStart = 'every start'
/** By the subject that is wanted. */
const subscribers = new Map<string, Subscriber[]>()
const gathered = new Map<Socket, Buffer[]>()

function publish(event: PeerEvent): void {
  const { subject, ...fields } = event
  // All that are told have asked with the same id, or there is only one of them.
  const frames = new Map<string, Buffer>()
  const starts = event.type === 'VM.START' ? subscribers.get(everyStart) : []
  for (const { socket, id } of [...(starts ?? []), ...(subscribers.get(subject) ?? [])]) {
    let frame = frames.get(id)
    if (frame === undefined) {
      frame = frameOf(JSON.stringify({ id, type: 'next', payload: { data: { events: fields } } }))
      frames.set(id, frame)
    }
    if (isGathered) gather(socket, frame)
    else socket.write(frame)
  }
}

function gather(socket: Socket, frame: Buffer): void {
  if (gathered.size === 0) setImmediate(flush)
  const frames = gathered.get(socket)
  if (frames === undefined) gathered.set(socket, [frame])
  else frames.push(frame)
}

function flush(): void {
  for (const [socket, frames] of gathered) socket.write(Buffer.concat(frames))
  gathered.clear()
}

/** A text frame (RFC 6455, 5.2). */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), payload])
  const header = Buffer.alloc(length < 65_536 ? 4 : 10)
  header.set([0x81, length < 65_536 ? 126 : 127])
  if (length < 65_536) header.writeUInt16BE(length, 2)
  else header.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([header, payload])
}

function take(ws: WebSocket, socket: Socket, data: RawData): void {
  const { type, id, payload } = JSON.parse(String(data)) as Message
  if (type === 'connection_init') ws.send('{"type":"connection_ack"}')
  if (type !== 'subscribe') return
  const uid = payload?.variables?.id
  const wanted = uid === undefined ? everyStart : `VirtualMachine/${uid}`
  const known = subscribers.get(wanted)
  if (known === undefined) subscribers.set(wanted, [{ socket, id }])
  else known.push({ socket, id })
}

const server = createPeerServer(publish)
const sockets = new WebSocketServer({
  server,
  perMessageDeflate: false,
  clientTracking: false,
  handleProtocols: () => 'graphql-transport-ws',
})
sockets.on('connection', (ws: WebSocket, { socket }: IncomingMessage) => {
  socket.setNoDelay(true)
  ws.on('message', (data: RawData) => take(ws, socket, data))
})
await listen(server)
