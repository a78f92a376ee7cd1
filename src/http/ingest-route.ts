// The ingest door: `POST /events`. The content type says what the body is:
//
//   application/cloudevents+json          one event in structured form
//   application/cloudevents-batch+json    an array of them
//   any other, with ce-… headers          one event in binary mode
//   application/json                      a CloudStack message { routingKey?, body }, or an array
//   application/x-ndjson                  CloudStack messages, one a line, as many as there are
//
// 202 says that everything that can be logged is kept; 400 has the same body, where nothing could be.

import type { IncomingMessage } from 'node:http'
import type { Allowances } from '../auth/allowance.ts'
import type { Credential } from '../auth/credential.ts'
import { tokenEnded } from '../auth/gate.ts'
import { HeliographError } from '../errors.ts'
import { decodeBinaryHeaders } from '../event/cloudevents.ts'
import { type ContentKind, decodeItems } from '../ingest/decode.ts'
import type { IngestResult, Intake } from '../ingest/intake.ts'
import type { Settings } from '../settings.ts'
import { ingestNdjson } from './ingest-ndjson.ts'
import { errorHeaders, formatError, replyError, replyJson } from './json-reply.ts'
import { decodeUtf8, ordinaryPatience, parseJson, readBody, readMediaType } from './read-body.ts'
import type { Exchange, Route } from './route.ts'

export type IngestParts = {
  readonly settings: Pick<
    Settings,
    'bodyBytes' | 'batchEvents' | 'eventBytes' | 'requestTimeoutMs' | 'idleTimeoutMs'
  >
  readonly allowances: Pick<Allowances, 'chargeEvents' | 'chargeEventsInTime'>
  readonly intake: Intake
}

const mediaTypes = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/json',
  'application/x-ndjson',
]

/** @param giveUp ends the reading of a body that does not come to an end before the gateway stops */
export function ingestRoute(parts: IngestParts, giveUp: AbortSignal): Route {
  return {
    kind: 'GUARDED',
    right: 'INGEST',
    methods: { POST: (exchange, credential) => ingest(exchange, credential, parts, giveUp) },
  }
}

async function ingest(
  exchange: Exchange,
  credential: Credential,
  parts: IngestParts,
  giveUp: AbortSignal,
): Promise<void> {
  const { request, response } = exchange
  const type = readMediaType(request)
  const isBinary = isBinaryMode(request, type)
  if (!isBinary && type === 'application/x-ndjson') return ingestStream(exchange, credential, parts, giveUp)
  if (!isBinary && !mediaTypes.includes(type)) {
    const error = wrongType(type)
    return replyError(response, error, 'PLAIN', { 'accept-post': mediaTypes.join(', ') })
  }
  const charge = (count: number) => parts.allowances.chargeEvents(credential.principal, count)
  // Whoever owes is told before it sends all that would be refused.
  charge(0)
  const items = isBinary ? await readBinary(request, parts) : await readJson(request, type, parts)
  charge(items.length)
  const kind: ContentKind = !isBinary && type === 'application/json' ? 'CLOUDSTACK' : 'CLOUDEVENT'
  reply(exchange, await parts.intake.submit(decodeItems(kind, items, now(), parts.settings)))
}

/** A stream may go on for ever, but not beyond its token; one that is too fast is slowed. */
async function ingestStream(
  exchange: Exchange,
  { principal, ...credential }: Credential,
  { settings, intake, allowances }: IngestParts,
  giveUp: AbortSignal,
): Promise<void> {
  const { request, response } = exchange
  const ended = new AbortController()
  using watching = new DisposableStack()
  watching.defer(credential.watch(() => ended.abort(tokenEnded())))
  response.once('close', () => ended.abort(gone()))
  const signal = AbortSignal.any([giveUp, ended.signal])
  const admit = (count: number) => allowances.chargeEventsInTime(principal, count, signal)
  const { result, error } = await ingestNdjson(request, { settings, intake, admit }, signal)
  if (error === null) reply(exchange, result)
  else replyPartly(exchange, result, error)
}

async function readBinary(request: IncomingMessage, { settings }: IngestParts): Promise<readonly unknown[]> {
  const body = await readBody(request, settings.bodyBytes, ordinaryPatience(settings))
  return [decodeBinaryHeaders(request.headers, body)]
}

async function readJson(
  request: IncomingMessage,
  type: string,
  { settings }: IngestParts,
): Promise<readonly unknown[]> {
  const bytes = await readBody(request, settings.bodyBytes, ordinaryPatience(settings))
  const items = itemsOf(type, parseJson(decodeUtf8(bytes)))
  if (items.length <= settings.batchEvents) return items
  throw new HeliographError(
    'TOO_LARGE',
    `the array has ${items.length} events and may have ${settings.batchEvents}: send several, or stream them as application/x-ndjson`,
  )
}

function itemsOf(type: string, body: unknown): readonly unknown[] {
  if (type === 'application/json') return Array.isArray(body) ? body : [body]
  const isBatch = type === 'application/cloudevents-batch+json'
  if (isBatch === Array.isArray(body)) return isBatch ? (body as unknown[]) : [body]
  const right = isBatch
    ? 'an array of events'
    : 'one event: send an array as application/cloudevents-batch+json'
  throw new HeliographError('BAD_INPUT', `the body of ${type} is ${right}`)
}

/** A media type of CloudEvents means structured mode, whatever headers stand beside it. */
function isBinaryMode({ headers }: IncomingMessage, type: string): boolean {
  if (type.startsWith('application/cloudevents')) return false
  return headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined
}

function reply({ response }: Exchange, result: IngestResult): void {
  const taken = result.accepted + result.duplicates + result.ignored
  replyJson(response, taken === 0 && result.rejectedCount > 0 ? 400 : 202, result)
}

/** What was kept before it went wrong is kept: the sender must know how far it came. */
function replyPartly({ response }: Exchange, result: IngestResult | null, error: HeliographError): void {
  if (result === null) replyError(response, error)
  else replyJson(response, error.status, { ...result, error: formatError(error) }, errorHeaders(error))
}

function wrongType(type: string): HeliographError {
  const said = type === '' ? 'is missing' : `is ${type}`
  return new HeliographError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type ${said}: send ${mediaTypes.join(', ')}`,
    {
      field: 'content-type',
    },
  )
}

function gone(): HeliographError {
  return new HeliographError('BAD_INPUT', 'the body was cut short')
}

function now(): string {
  return new Date().toISOString()
}
