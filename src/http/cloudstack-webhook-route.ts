// The door for CloudStack's webhooks: `POST /events/cloudstack`, open to whoever signs with the secret.
// CloudStack takes 200 alone for success, tries three times at once, and needs an answer with a body.

import type { IncomingMessage } from 'node:http'
import { asHeliographError, HeliographError } from '../errors.ts'
import { badInput } from '../event/input.ts'
import type { EventLog } from '../event-log/event-log.ts'
import {
  type Delivery,
  decodeDelivery,
  isSignature,
  isSignedWith,
  isTest,
  unsigned,
} from '../ingest/cloudstack-webhook.ts'
import type { IngestResult, Intake } from '../ingest/intake.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Settings } from '../settings.ts'
import { replyJson } from './json-reply.ts'
import { decodeUtf8, type Patience, parseJson, readBody } from './read-body.ts'
import type { Exchange, Route } from './route.ts'

type Parts = {
  readonly settings: Pick<Settings, 'cloudstackWebhookSecret' | 'eventBytes'>
  readonly intake: Intake
  readonly log: Pick<EventLog, 'knownSince'>
  readonly metrics: Pick<Metrics, 'ingested'>
}

/** CloudStack itself gives up after 10 s, and sends a body in one piece. */
const patience: Patience = { totalMs: 10_000, idleMs: 10_000 }

export function cloudStackWebhookRoute(parts: Parts): Route {
  return {
    kind: 'SIGNED',
    methods: {
      async POST({ request, response }: Exchange) {
        replyJson(response, 200, await take(request, parts))
      },
    },
  }
}

async function take(request: IncomingMessage, parts: Parts): Promise<IngestResult> {
  const { cloudstackWebhookSecret: secret, eventBytes } = parts.settings
  if (secret === null) throw closed()
  const signature = headerOf(request, 'x-cs-signature')
  // Before anything of the body is kept: strangers cannot make the gateway hold more than headers.
  if (!isSignature(signature)) throw unsigned(signature === '' ? 'is missing' : 'is no base64 of 32 bytes')
  refuseEncoding(request)
  refuseLarge(request, eventBytes)
  const bytes = await readBody(request, eventBytes, patience)
  if (!isSignedWith(secret, signedBytes(request, bytes), signature))
    throw unsigned('is not of this body and the secret')
  try {
    return await log(deliveryOf(request, bytes), parts)
  } catch (error) {
    const known = asHeliographError(error)
    if (known && known.status < 500) parts.metrics.ingested('rejected', 1)
    throw error
  }
}

async function log(delivery: Delivery, { log, intake }: Parts): Promise<IngestResult> {
  // What the log forgets between this answer and the append is minutes older than what passes.
  const knownSince = await log.knownSince()
  return intake.submit([decodeDelivery(delivery, { knownSince, now: new Date().toISOString() })])
}

function deliveryOf(request: IncomingMessage, bytes: Buffer): Delivery {
  const type = headerOf(request, 'x-cs-event')
  if (type === '')
    throw badInput('x-cs-event', 'is missing: it must be the type of the event, such as VM.START')
  const eventId = headerOf(request, 'x-cs-event-id')
  if (isTest(type)) return { type, eventId, body: null }
  if (contentTypeOf(request).type !== 'application/json') {
    throw new HeliographError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Content-Type of an event must be application/json; only a test may be another text',
      { field: 'content-type' },
    )
  }
  return { type, eventId, body: parseJson(decodeUtf8(bytes)) }
}

/** CloudStack signs a text as UTF-8, and sends one that is not JSON as ISO-8859-1. */
function signedBytes(request: IncomingMessage, bytes: Buffer): Buffer {
  const { type, isLatin1 } = contentTypeOf(request)
  return type === 'text/plain' && isLatin1 ? Buffer.from(bytes.toString('latin1')) : bytes
}

function contentTypeOf(request: IncomingMessage): { type: string; isLatin1: boolean } {
  const [type = '', ...parameters] = headerOf(request, 'content-type').toLowerCase().split(';')
  const isLatin1 = parameters.some((parameter) => /^charset="?iso-8859-1"?$/.test(parameter.trim()))
  return { type: type.trim(), isLatin1 }
}

/** A header sent twice has no one value, and counts as both joined. */
function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name]
  return (Array.isArray(value) ? value.join(', ') : (value ?? '')).trim()
}

function refuseEncoding(request: IncomingMessage): void {
  const encoding = headerOf(request, 'content-encoding').toLowerCase()
  if (encoding === '' || encoding === 'identity') return
  throw new HeliographError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Encoding is ${encoding}: send the body as it was signed`,
    { field: 'content-encoding' },
  )
}

function refuseLarge(request: IncomingMessage, limit: number): void {
  const length = Number(headerOf(request, 'content-length'))
  if (!(length > limit)) return
  throw new HeliographError(
    'TOO_LARGE',
    `the event has ${length} bytes and may have ${limit}: HELIOGRAPH_EVENT_BYTES sets the limit`,
  )
}

function closed(): HeliographError {
  return new HeliographError(
    'NOT_FOUND',
    "CloudStack's webhooks are not taken: set HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET to their secretkey",
    { field: 'HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET' },
  )
}
