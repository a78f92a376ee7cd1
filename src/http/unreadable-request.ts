// What is no request, or none that comes to an end, is answered in the form of every error, where an answer
// is still possible, and its connection ends.

import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { HeliographError } from '../errors.ts'
import { answerRaw } from './raw-answer.ts'

type Refusal = { readonly status: number; readonly error: HeliographError }

/** @param hasAnswer whether the beginning of an answer is on the connection already */
export function answerUnreadable(server: Server, hasAnswer: (socket: Duplex) => boolean): void {
  const answered = new WeakSet<Duplex>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // The rest of what it sends is no better.
    if (answered.has(socket)) return
    answered.add(socket)
    const refusal = refusalOf(error.code)
    if (refusal === null || !socket.writable || hasAnswer(socket)) socket.destroy()
    else answerRaw(socket, refusal.error, refusal.status)
  })
}

/** Null where the connection broke, and nobody is there to be told. */
function refusalOf(code: string | undefined): Refusal | null {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return {
      status: 408,
      error: refused('REQUEST_TIMEOUT', 'the headers of the request did not come in time'),
    }
  if (code === 'HPE_HEADER_OVERFLOW')
    return { status: 431, error: refused('TOO_LARGE', 'the headers of the request are over 16 KiB') }
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return { status: 413, error: refused('TOO_LARGE', 'the chunks of the body carry too long extensions') }
  if (code?.startsWith('HPE_'))
    return {
      status: 400,
      error: refused('BAD_INPUT', 'this is no request of HTTP/1.1: speak HTTP, without TLS'),
    }
  return null
}

function refused(code: 'REQUEST_TIMEOUT' | 'TOO_LARGE' | 'BAD_INPUT', message: string): HeliographError {
  return new HeliographError(code, message)
}
