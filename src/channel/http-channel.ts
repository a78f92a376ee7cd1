// The channel of `https:` and, where allowed, `http:`. One POST for each notification: a CloudEvent in
// structured JSON, signed by Standard Webhooks. No redirect is followed, no answer is read at length.

import { formatCloudEvent } from '../event/cloudevents-out.ts'
import type { Event } from '../event/event.ts'
import { badInput } from '../event/input.ts'
import type { AddressGuard } from './address-guard.ts'
import type { Attempted, Channel, Destination, Notification } from './channel.ts'
import { startDeadline } from './deadline.ts'
import { clipDetail } from './detail.ts'
import { outcomeOf } from './http-answer.ts'
import { type Answer, exchange, type Request } from './http-exchange.ts'
import { parseHttpUri, portOf } from './http-uri.ts'
import { createOrigins } from './origins.ts'
import { sign } from './signature.ts'

export type HttpChannelOptions = {
  readonly guard: AddressGuard
  /** Whether endpoints may do without TLS. */
  readonly allowHttp: boolean
  /** The most connections to one origin; endpoints that failed get at most half of them. */
  readonly connectionsPerOrigin: number
  /** Of the gateway, for `User-Agent`. */
  readonly version: string
  /** Above so many origins, connections to those that nobody calls are closed; 256 by default. */
  readonly keptOrigins?: number
  /** Certificates of authorities beside the well-known ones, as PEM. */
  readonly ca?: string
}

/** A channel for one gateway. */
export function openHttpChannel(options: HttpChannelOptions): Channel {
  const { guard, allowHttp, connectionsPerOrigin: connections, version } = options
  const { keptOrigins: mostKept = 256, ca = null } = options
  const origins = createOrigins({ guard, connections, mostKept, ca })
  const writeBody = createBodies()
  const userAgent = `Heliograph/${version}`

  async function attempt(
    destination: Destination,
    notification: Notification,
    signal: AbortSignal,
  ): Promise<Attempted> {
    const startedMs = performance.now()
    const deadline = startDeadline(destination.timeoutMs, signal)
    try {
      const url = parseHttpUri(destination.uri, 'uri', allowHttp)
      const { pool, slots } = origins.get(url)
      const release = await slots.take(destination.isSuspect, deadline)
      if (release === null) return failed('no connection to the host came free in time', startedMs)
      const request = requestOf(url, destination, writeBody(notification), notification.id, userAgent)
      const answer = await exchange(pool, request, deadline, release)
      return attemptedBy(answer, destination, startedMs)
    } catch (error) {
      return failed(error instanceof Error ? error.message : 'unknown error', startedMs)
    } finally {
      deadline.clear()
    }
  }

  return {
    name: 'http',
    schemes: allowHttp ? ['https:', 'http:'] : ['https:'],
    most: 1,
    listed: 1,
    rate: null,
    confirmedBy: null,
    async check(uri, field) {
      const url = parseHttpUri(uri, field, allowHttp)
      const says = await guard.judge(url.hostname, portOf(url))
      if (says !== null) throw badInput(field, `must name another host: ${url.hostname} ${says}`)
      return url.href
    },
    async attempt(destination, [notification], signal) {
      if (notification === undefined) return failed('there is nothing to send', performance.now())
      return attempt(destination, notification, signal)
    },
    async challenge() {
      return failed('endpoints of this channel need no confirmation', performance.now())
    },
    close: () => origins.close(),
  }
}

function requestOf(
  url: URL,
  { secrets, headers }: Destination,
  body: Buffer,
  id: string,
  userAgent: string,
): Request {
  if (secrets.length === 0) throw new Error('there is no key to sign with')
  const timestamp = Math.floor(Date.now() / 1_000)
  const list = [
    'content-type',
    'application/cloudevents+json; charset=utf-8',
    'webhook-id',
    id,
    'webhook-timestamp',
    String(timestamp),
    'webhook-signature',
    sign({ id, timestamp, body }, secrets),
  ]
  if (headers['user-agent'] === undefined) list.push('user-agent', userAgent)
  for (const name of Object.keys(headers)) list.push(name, headers[name] ?? '')
  return { path: `${url.pathname}${url.search}`, method: 'POST', headers: list, body }
}

function attemptedBy(answer: Answer, destination: Destination, startedMs: number): Attempted {
  const { status, failure, text } = answer
  if (status === null) return failed(failure ?? 'no answer', startedMs)
  return {
    outcome: outcomeOf(status, answer.header('retry-after'), Date.now()),
    status,
    detail: clipDetail(text, destination) ?? (status < 300 ? null : `HTTP ${status}`),
    latencyMs: Math.round(performance.now() - startedMs),
  }
}

function failed(detail: string, startedMs: number): Attempted {
  return {
    outcome: { kind: 'FAILED', retryAfterMs: null },
    status: null,
    detail,
    latencyMs: Math.round(performance.now() - startedMs),
  }
}

/** Bodies by event: one that many endpoints hear of is written once. */
function createBodies(): (notification: Notification) => Buffer {
  const written = new WeakMap<Event, { readonly cursor: string; readonly body: Buffer }>()
  return ({ event, cursor }) => {
    const before = written.get(event)
    if (before?.cursor === cursor) return before.body
    const body = Buffer.from(JSON.stringify(formatCloudEvent(event, cursor)))
    written.set(event, { cursor, body })
    return body
  }
}
