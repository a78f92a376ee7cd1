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

export type SseStream = {
  /** Writes bytes carried as latin1; nothing once the stream has ended. */
  write(bytes: string): void
  /** Keeps the line alive, and moves the Last-Event-ID where a cursor is given. */
  beat(cursor: string | undefined): void
  /** One result, then `complete`: over for good. @param result as JSON */
  finish(result: string): void
  /** Ends without `complete`: a reader who comes back with its last id goes on. */
  breakOff(reason: string): void
}

/** Sends the headers and a first comment, so that the reader sees the stream open at once. */
export function beginSseStream(response: ServerResponse): SseStream {
  const write = (bytes: string) => {
    if (response.writableEnded || response.destroyed) return
    // Corked by us, Node does not hold the bytes until the next tick: what the system took at once then
    // counts as sent when the hub looks, and it goes on without waiting for a drain.
    response.socket?.cork()
    response.write(bytes, 'latin1')
    response.socket?.uncork()
  }
  response.writeHead(200, {
    ...commonHeaders,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-store, no-transform',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
  })
  write(comment)
  return {
    write,
    beat: (cursor) => write(cursor === undefined ? comment : `id: ${cursor}\n\n`),
    finish(result) {
      write(sseEncoding.shared(carryUtf8(result), null))
      write(`id: ${endId}\nevent: complete\ndata:\n\n`)
      response.end()
    },
    breakOff(reason) {
      write(`retry: ${retryMs}\n: ${reason}\n\n`)
      response.end()
    },
  }
}
