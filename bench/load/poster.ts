// Posts events over kept-alive connections, one request at a time on each. On bare sockets: a client library
// would cost more than the server it measures.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type Poster = {
  /** Posts on a free connection; resolves when it was taken. @throws Error with the answer where it was not */
  post(events: readonly object[]): Promise<void>
  /** Posts what `next` makes, one on every connection at any time, until it makes nothing more. */
  postAll(next: () => readonly object[] | null): Promise<void>
  close(): void
}

export async function openPoster(url: string, connections: number): Promise<Poster> {
  const lines = await Promise.all(Array.from({ length: connections }, () => openLine(url)))
  const free = [...lines]
  return {
    async post(events) {
      // In turns: one that rested until now may be hung up on at this very moment.
      const line = free.shift()
      if (line === undefined) throw new Error('more posts at once than connections')
      await line.post(events)
      free.push(line)
    },
    async postAll(next) {
      await Promise.all(
        lines.map(async (line) => {
          for (let events = next(); events !== null; events = next()) await line.post(events)
        }),
      )
    },
    close() {
      for (const line of lines) line.close()
    },
  }
}

type Line = { post(events: readonly object[]): Promise<void>; close(): void }

async function openLine(url: string): Promise<Line> {
  const { hostname, port, host } = new URL(url)
  const dial = async () => {
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    // Whoever waits for an answer is told that it was cut.
    socket.on('error', () => {})
    await once(socket, 'connect')
    // Or nobody would see the server hang up.
    socket.resume()
    return socket
  }
  let socket = await dial()
  return {
    async post(events) {
      // Servers close what rests for long.
      if (socket.closed) socket = await dial()
      const answered = readAnswer(socket)
      socket.write(requestOf(host, events))
      const answer = await answered
      if (!answer.startsWith('HTTP/1.1 202')) throw new Error(`events were answered ${answer}`)
    },
    close: () => socket.destroy(),
  }
}

/** One event in structured mode, or several as a batch. */
function requestOf(host: string, events: readonly object[]): string {
  const isBatch = events.length > 1
  const body = JSON.stringify(isBatch ? events : events[0])
  return [
    'POST /events HTTP/1.1',
    `Host: ${host}`,
    `Content-Type: application/cloudevents${isBatch ? '-batch' : ''}+json`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n')
}

/** All servers here say how long their answers are. */
function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const settle = (act: () => void) => {
      socket.off('data', take)
      socket.off('close', cut)
      act()
    }
    const cut = () => settle(() => reject(new Error('the connection was cut')))
    const take = (piece: string) => {
      text += piece
      const head = text.indexOf('\r\n\r\n')
      if (head === -1) return
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0)
      if (text.length >= head + 4 + length) settle(() => resolve(text))
    }
    socket.on('data', take)
    socket.once('close', cut)
  })
}
