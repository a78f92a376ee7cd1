// One request and its answer. Of the answer's body the beginning is kept; what follows is read while it is
// short, else the connection is cut. Redirects are answers like any other.

import type { Dispatcher } from 'undici'
import type { Deadline } from './deadline.ts'
import { reasonOf } from './http-answer.ts'

export type Answer = {
  /** Null where none came. */
  readonly status: number | null
  /** Header values by lower-case name; of repeated ones the first. */
  header(name: string): string | null
  /** The beginning of the body. */
  readonly text: string
  /** Why there is no answer, in words that may be shown; null where there is one. */
  readonly failure: string | null
}

export type Request = {
  readonly path: string
  readonly method: 'POST' | 'OPTIONS'
  /** Names and values in turn. */
  readonly headers: string[]
  readonly body: Buffer | null
}

/** Enough for what is shown, with whatever must be masked in it. */
const keptBytes = 8_192
/** Reading so much is cheaper than a new connection. */
const readBytes = 65_536
/** How long the body may take once the status is known. */
const bodyMs = 2_000

/**
 * Never rejects. A status that came counts, whatever became of the body.
 * @param onDone called once the connection is free again or gone, which may be after the answer
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Request,
  deadline: Deadline,
  onDone: () => void,
): Promise<Answer> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | null = null
    let status: number | null = null
    let headers: Readonly<Record<string, string | string[] | undefined>> = {}
    const chunks: Buffer[] = []
    let length = 0
    const ending = new AbortController()

    const answer = (failure: string | null) => {
      const header = (name: string) => [headers[name]].flat()[0] ?? null
      const text = chunks.length === 0 ? '' : Buffer.concat(chunks).subarray(0, keptBytes).toString()
      resolve({ status, header, text, failure: status === null ? failure : null })
    }
    const end = (why: string) => {
      ending.abort(new Error(why))
      answer(why)
      controller?.abort(ending.signal.reason)
    }
    deadline.onOver(end)
    if (ending.signal.aborted) return onDone()
    // The deadline ends whatever hangs, sooner than undici's timers would.
    dispatcher.dispatch(
      { ...request, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart(started) {
          controller = started
          if (ending.signal.aborted) started.abort(ending.signal.reason)
        },
        onResponseStart(_, code, received) {
          if (code < 200) return
          status = code
          headers = received
          deadline.shorten(bodyMs, 'the body took too long')
        },
        onResponseData(_, chunk) {
          if (length < keptBytes) chunks.push(Buffer.from(chunk))
          length += chunk.length
          if (length > readBytes) end('the body is too long')
        },
        onResponseEnd() {
          onDone()
          answer(null)
        },
        onResponseError(_, error) {
          onDone()
          answer(reasonOf(error))
        },
      },
    )
  })
}
