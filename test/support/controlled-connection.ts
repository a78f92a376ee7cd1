// The far end of a socket, under the test's control: a reader that takes bytes, takes them late, or
// stops taking them. Frames are lines of JSON, so that what was read can be looked at.

import type { HeliographError } from '../../src/errors.ts'
import { formatCursor } from '../../src/event/position.ts'
import type { Connection, Encoding } from '../../src/hub/feed.ts'

/** One frame as the reader got it. */
export type Message = {
  readonly id: string
  readonly cursor: string | null
  readonly payload: Record<string, unknown>
}

/** TAKES: at once, as from an idle line; LATE: in a later turn; STOPS: not at all. */
export type Pace = 'TAKES' | 'LATE' | 'STOPS'

export type ControlledConnection = {
  readonly connection: Connection
  /** What was read so far, in order. */
  readonly messages: readonly Message[]
  /** The sizes of all writes so far. */
  readonly writes: readonly number[]
  /** The most bytes that ever waited. */
  readonly mostUnsent: number
  readonly overflowed: HeliographError | null
  setPace(pace: Pace): void
  /** Bytes that a transport wrote on its own account, unsent until the reader takes them. */
  writeOwn(bytes: number): void
  /** From now on the socket throws on every write. */
  break(): void
  /** Resolves once `isEnough` holds; asked after each read and each write. */
  until(isEnough: () => boolean): Promise<void>
}

/** Lines of JSON: `{"id":"…","cursor":"…","payload":{…}}`. */
export const lineEncoding: Encoding = {
  name: 'test',
  shared: (payload, cursor) =>
    `"cursor":${JSON.stringify(cursor && formatCursor(cursor))},"payload":${payload}}\n`,
  frame: (operationId, shared) => `{"id":${JSON.stringify(operationId)},${shared}`,
}

export function createControlledConnection(): ControlledConnection {
  const messages: Message[] = []
  const writes: number[] = []
  const waiting = new Set<() => void>()
  let pace: Pace = 'TAKES'
  let unsent: string[] = []
  let unsentBytes = 0
  let mostUnsent = 0
  let drained: (() => void)[] = []
  let overflowed: HeliographError | null = null
  let isBroken = false

  function read(): void {
    const frames = Buffer.from(unsent.join(''), 'latin1').toString('utf8').split('\n')
    for (const frame of frames) if (frame.trim() !== '') messages.push(JSON.parse(frame))
    unsent = []
    unsentBytes = 0
    const told = drained
    drained = []
    for (const tell of told) tell()
    for (const check of waiting) check()
  }

  function take(bytes: string): void {
    unsent.push(bytes)
    unsentBytes += bytes.length
    mostUnsent = Math.max(mostUnsent, unsentBytes)
    if (pace === 'TAKES') read()
    if (pace === 'LATE') setImmediate(() => pace === 'LATE' && read()).unref()
    for (const check of waiting) check()
  }

  return {
    messages,
    writes,
    connection: {
      write(bytes) {
        if (isBroken) throw new Error('the socket is broken')
        writes.push(bytes.length)
        take(bytes)
      },
      unsentBytes: () => unsentBytes,
      onDrain: (tell) => drained.push(tell),
      overflow(error) {
        overflowed = error
        for (const check of waiting) check()
      },
    },
    get mostUnsent() {
      return mostUnsent
    },
    get overflowed() {
      return overflowed
    },
    setPace(next) {
      pace = next
      if (pace !== 'STOPS') read()
      for (const check of waiting) check()
    },
    writeOwn: (bytes) => take(' '.repeat(bytes)),
    break() {
      isBroken = true
    },
    until(isEnough) {
      if (isEnough()) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      const check = () => {
        if (!isEnough()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      return promise
    },
  }
}
