// Requests with headers that fetch forbids (Host, Origin), bodies that come piece by piece, and upgrades.

import { once } from 'node:events'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

export type Question = {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** One request on a connection of its own. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body }: Question = {},
): Promise<Answer> {
  return answerTo(open(url, { method, headers }).end(body))
}

/** A request whose body is still to be written. */
export function open(url: string, { method = 'POST', headers = {} }: Question = {}): ClientRequest {
  return request(url, { method, headers, agent: false })
}

/** The whole answer, an upgrade that was refused included. */
export async function answerTo(asked: ClientRequest): Promise<Answer> {
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  // Who is answered before the end of a body may be cut off while it still sends.
  asked.on('error', () => {})
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  return { status: response.statusCode ?? 0, headers: response.headers, body: String(Buffer.concat(pieces)) }
}

/** The status of a WebSocket handshake; 101 where it is let in. */
export async function askForSocket(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const asked = open(url, {
    method: 'GET',
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      'sec-websocket-protocol': 'graphql-transport-ws',
      ...headers,
    },
  }).end()
  return new Promise((resolve, reject) => {
    asked.once('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' })
    })
    asked.once('response', () => {})
    asked.once('error', reject)
    answerTo(asked).then(resolve, reject)
  })
}
