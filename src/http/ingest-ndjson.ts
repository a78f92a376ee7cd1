// NDJSON of any length in flat memory: lines are cut from the bytes as they come and submitted in parts.
// While one part is being kept the next is gathered; once that is full, no more is read. A bad line is one
// rejection, with its place in the stream.

import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { asHeliographError, HeliographError } from '../errors.ts'
import { type DecodedItem, decodeLine } from '../ingest/decode.ts'
import { type IngestResult, mergeResults } from '../ingest/ingest-result.ts'
import type { Intake } from '../ingest/intake.ts'
import { createLineCutter, type Line } from './ndjson-lines.ts'
import { openBody } from './read-body.ts'

type Parts = {
  readonly settings: { readonly eventBytes: number; readonly idleTimeoutMs: number }
  readonly intake: Intake
  /** Resolves when so many lines may be taken; rejects where that is given up. */
  admit(lines: number): Promise<void>
}

/** `result` is null where nothing was kept before the error. */
export type NdjsonOutcome =
  | { readonly result: IngestResult; readonly error: null }
  | { readonly result: IngestResult | null; readonly error: HeliographError }

/** Lines in one part: what the store takes in one commit. */
const partLines = 500

/** @param giveUp ends the reading, with its reason as the error */
export async function ingestNdjson(
  request: IncomingMessage,
  parts: Parts,
  giveUp: AbortSignal,
): Promise<NdjsonOutcome> {
  const { eventBytes, idleTimeoutMs } = parts.settings
  const failed = new AbortController()
  const pump = createPump(parts, (error) => failed.abort(error))
  const patience = { totalMs: Number.POSITIVE_INFINITY, idleMs: idleTimeoutMs }
  const body = openBody(request, patience, AbortSignal.any([giveUp, failed.signal]))
  const cutter = createLineCutter(eventBytes)
  try {
    for (let piece = await body.next(); piece !== null; piece = await body.next()) {
      await pump.push(cutter.push(piece))
    }
    await pump.push(cutter.end())
    return { result: await pump.finish(), error: null }
  } catch (error) {
    const known = asHeliographError(error)
    if (known === null) throw error
    return { result: await pump.soFar(), error: known }
  }
}

/** Submits parts one after another, each as large as what came while the one before was being kept. */
function createPump({ settings, intake, admit }: Parts, failed: (error: unknown) => void) {
  let result: IngestResult | null = null
  let waiting: Line[] = []
  let running: Promise<void> | null = null

  const submit = async () => {
    const lines = waiting.slice(0, partLines)
    waiting = waiting.slice(partLines)
    const arrivedAt = new Date().toISOString()
    await admit(lines.length)
    const part = await intake.submit(lines.map((line) => decode(line, arrivedAt, settings)))
    result = mergeResults(result, part, (index) => lines[index]?.index ?? index)
    return result
  }

  const run = async () => {
    do await submit()
    while (waiting.length > 0)
    running = null
  }

  const start = () => {
    running = run()
    // Whoever reads the body is told at once, whoever awaits the part as well.
    running.catch(failed)
  }

  return {
    /** Resolves when more may be read. */
    async push(lines: readonly Line[]) {
      waiting = waiting.concat(lines)
      if (waiting.length > 0 && running === null) start()
      if (waiting.length >= partLines) await running
    },
    /** The result when all is kept; an empty stream is submitted too, to learn where the log stands. */
    async finish(): Promise<IngestResult> {
      await running
      return result ?? submit()
    },
    /** What is kept, once nothing is under way any more; null for nothing. */
    async soFar(): Promise<IngestResult | null> {
      await running?.catch(() => {})
      return result
    },
  }
}

function decode({ bytes }: Line, arrivedAt: string, settings: { readonly eventBytes: number }): DecodedItem {
  if (bytes === null) {
    return new HeliographError(
      'TOO_LARGE',
      `the line is over ${settings.eventBytes} bytes: leave out what nobody needs`,
    )
  }
  if (!isUtf8(bytes)) return new HeliographError('BAD_INPUT', 'the line is not UTF-8')
  return decodeLine('CLOUDSTACK', bytes.toString('utf8'), arrivedAt, settings)
}
