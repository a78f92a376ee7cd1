// The body of a request: its media type, then its bytes, whole or piece by piece. Every wait has an end,
// gzip is inflated under the same limits, and a refusal leaves the connection able to carry the answer.

import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { HeliographError } from '../errors.ts'
import type { Settings } from '../settings.ts'

/** A content type without its parameters, lower case; empty where the header is missing. */
export type MediaType = string

/** How long a body may take: all of it, and from one piece to the next. */
export type Patience = { readonly totalMs: number; readonly idleMs: number }

/** For a body of bounded length. */
export function ordinaryPatience(settings: Pick<Settings, 'requestTimeoutMs' | 'idleTimeoutMs'>): Patience {
  return { totalMs: settings.requestTimeoutMs, idleMs: settings.idleTimeoutMs }
}

/** Reads a body piece by piece. */
export type BodyReader = {
  /** The next piece; null at the end. @throws HeliographError where it is late, cut short or not gzip */
  next(): Promise<Buffer | null>
}

/**
 * What the body is.
 * @throws HeliographError UNSUPPORTED_MEDIA_TYPE for a charset that is not UTF-8
 */
export function readMediaType(request: IncomingMessage): MediaType {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';')
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.trim().toLowerCase().split('=')
    if (name === 'charset' && !/^"?utf-?8"?$/.test(value)) {
      throw new HeliographError('UNSUPPORTED_MEDIA_TYPE', `charset is ${value}: send UTF-8`, {
        field: 'content-type',
      })
    }
  }
  return type.trim().toLowerCase()
}

/** The whole body. @throws HeliographError TOO_LARGE over `limit` bytes, and what `openBody` says */
export async function readBody(request: IncomingMessage, limit: number, patience: Patience): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const whole = wholeBody(request)
  if (whole !== null) return whole
  const body = openBody(request, patience)
  const pieces: Buffer[] = []
  let length = 0
  for (let piece = await body.next(); piece !== null; piece = await body.next()) {
    length += piece.length
    if (length > limit) throw tooLarge(limit)
    pieces.push(piece)
  }
  return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces, length)
}

/**
 * The body where all of it came with the headers, as that of one event does: nothing is waited for, which
 * saves a timer and five listeners each time. Null where there is more to come, or to inflate.
 */
function wholeBody(request: IncomingMessage): Buffer | null {
  const length = request.headers['content-length']
  const isWhole = length !== undefined && request.readableLength === Number(length)
  return isWhole && encodingOf(request) === 'identity' ? request.read() : null
}

/** Bytes as text, without a byte order mark. @throws HeliographError BAD_INPUT unless they are UTF-8 */
export function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new HeliographError('BAD_INPUT', 'the body is not UTF-8')
  const text = bytes.toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** Parses JSON. @throws HeliographError BAD_INPUT that says where it goes wrong */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = text.trim() === '' ? 'it is empty' : String((error as Error).message)
    throw new HeliographError('BAD_INPUT', `the body is not JSON: ${reason}`, { cause: error })
  }
}

/**
 * Opens a body for reading piece by piece.
 * @param signal gives up waiting with its reason
 * @throws HeliographError UNSUPPORTED_MEDIA_TYPE for an encoding that is not gzip
 */
export function openBody(request: IncomingMessage, patience: Patience, signal?: AbortSignal): BodyReader {
  const source = inflated(request)
  const deadline = performance.now() + patience.totalMs
  return {
    async next() {
      for (;;) {
        const piece: Buffer | null = source.read()
        if (piece !== null) return piece
        if (source.errored) throw unreadable(source.errored)
        if (source.readableEnded) return null
        if (source.destroyed) throw cutShort()
        await readable(source, Math.min(patience.idleMs, deadline - performance.now()), signal)
      }
    },
  }
}

function encodingOf(request: IncomingMessage): string {
  return request.headers['content-encoding']?.trim().toLowerCase() || 'identity'
}

function inflated(request: IncomingMessage): Readable {
  const encoding = encodingOf(request)
  if (encoding === 'identity') return request
  if (encoding !== 'gzip') {
    throw new HeliographError(
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Encoding is ${encoding}: send the body as it is, or as gzip`,
      { field: 'content-encoding' },
    )
  }
  const gunzip = createGunzip()
  // It may fail while nobody waits for it; whoever asks next is told.
  gunzip.on('error', () => request.unpipe(gunzip))
  request.pipe(gunzip)
  // pipe passes on the end of its source but not its failure.
  request.once('close', () => {
    if (!request.complete) gunzip.destroy(cutShort())
  })
  return gunzip
}

/** Resolves when the stream has bytes, ended or failed; rejects when that takes too long. */
function readable(source: Readable, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer)
      for (const name of ['readable', 'end', 'close']) source.off(name, ready)
      source.off('error', failed)
      signal?.removeEventListener('abort', aborted)
      act()
    }
    const ready = () => settle(resolve)
    const failed = (error: Error) => settle(() => reject(unreadable(error)))
    const aborted = () => settle(() => reject(signal?.reason))
    const timer = setTimeout(() => settle(() => reject(tooSlow())), Math.max(0, waitMs))
    for (const name of ['readable', 'end', 'close']) source.on(name, ready)
    source.on('error', failed)
    signal?.addEventListener('abort', aborted)
    if (signal?.aborted) aborted()
  })
}

function tooLarge(limit: number): HeliographError {
  return new HeliographError(
    'TOO_LARGE',
    `the body is over ${limit} bytes: send fewer events at a time, or stream them as application/x-ndjson`,
  )
}

function tooSlow(): HeliographError {
  return new HeliographError(
    'REQUEST_TIMEOUT',
    'the body did not arrive in time: send it without long pauses',
  )
}

function cutShort(): HeliographError {
  return new HeliographError('BAD_INPUT', 'the body was cut short')
}

/** What went wrong below: the connection broke, or the bytes are not what Content-Encoding says. */
function unreadable(error: Error): Error {
  if (error instanceof HeliographError) return error
  if (!('code' in error) || !String(error.code).startsWith('Z_')) return cutShort()
  return new HeliographError(
    'BAD_INPUT',
    `the body is not gzip, as Content-Encoding says: ${error.message}`,
    {
      cause: error,
    },
  )
}
