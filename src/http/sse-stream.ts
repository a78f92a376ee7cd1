// One event stream on one response, as GraphQL over SSE writes it in distinct connections mode:
//
//   id: c1AAAA…                          the cursor: a browser sends it back as Last-Event-ID
//   event: next
//   data: {"data":{"events":{…}}}
//
//   id: c1AAAB…                          a bookmark: moves Last-Event-ID and tells nobody
//
//   id: end                              over for good: whoever comes back with it gets 204
//   event: complete
//   data:

import type { ServerResponse } from 'node:http'
import { formatCursor } from '../event/position.ts'
import { carryUtf8 } from '../hub/carry.ts'
import type { Encoding } from '../hub/feed.ts'
import { commonHeaders } from './json-reply.ts'

/** What a stream that is over for good leaves as Last-Event-ID. */
export const endId = 'end'

/** A browser comes back after this time to a stream that broke off because the gateway could not serve it. */
const retryMs = 5_000

const comment = ':\n\n'

/** All streams share one: the bytes of an event are the same for everybody in its audience. */
export const sseEncoding: Encoding = {
  name: 'sse',
  shared: (payload, cursor) =>
    `${cursor === null ? '' : `id: ${formatCursor(cursor)}\n`}event: next\ndata: ${payload}\n\n`,
  frame: (_operationId, shared) => shared,
}

/** A class and not closures: there are ten thousand of these, and most of them idle. */
export class SseStream {
  readonly #response: ServerResponse

  /** Sends the headers and a first comment, so that the reader sees the stream open at once. */
  constructor(response: ServerResponse) {
    this.#response = response
    response.writeHead(200, {
      ...commonHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store, no-transform',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
    })
    this.#writeByNode(comment)
  }

  /** Writes bytes carried as latin1; nothing once the stream has ended. */
  write(bytes: string): void {
    const { socket, chunkedEncoding, writableEnded, destroyed } = this.#response
    if (writableEnded || destroyed) return
    // With ServerResponse between, a delivery takes 14 µs instead of 10.8. Once it has written the headers
    // and frames chunks, they can go to the socket as they are.
    if (socket === null || !chunkedEncoding) this.#writeByNode(bytes)
    else socket.write(`${bytes.length.toString(16)}\r\n${bytes}\r\n`, 'latin1')
  }

  /** Keeps the line alive, and moves the Last-Event-ID where a cursor is given. */
  beat(cursor: string | undefined): void {
    this.write(cursor === undefined ? comment : `id: ${cursor}\n\n`)
  }

  /** One result, then `complete`: over for good. @param result as JSON */
  finish(result: string): void {
    this.write(sseEncoding.shared(carryUtf8(result), null))
    this.write(`id: ${endId}\nevent: complete\ndata:\n\n`)
    this.#response.end()
  }

  /** Ends without `complete`: a reader who comes back with its last id goes on. */
  breakOff(reason: string): void {
    this.write(`retry: ${retryMs}\n: ${reason}\n\n`)
    this.#response.end()
  }

  /** For the headers, HTTP/1.0, HEAD, and behind another answer on the same connection. */
  #writeByNode(bytes: string): void {
    // Corked by us, Node does not hold the bytes until the next tick: what the system took at once then
    // counts as sent when the hub looks, and it goes on without waiting for a drain.
    this.#response.socket?.cork()
    this.#response.write(bytes, 'latin1')
    this.#response.socket?.uncork()
  }
}
