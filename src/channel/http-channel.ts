// The channel of `https:` and, where allowed, `http:`. One POST for each notification: a CloudEvent in
// structured JSON, signed by Standard Webhooks. No redirect is followed, no answer is read at length.

import { formatCloudEvent } from '../event/cloudevents-out.ts'
import type { Event } from '../event/event.ts'
import { badInput } from '../event/input.ts'
import type { AddressGuard } from './address-guard.ts'
import type { Attempted, Channel, Destination, Notification } from './channel.ts'
import { startDeadline } from './deadline.ts'
import { clipDetail } from './detail.ts'
import { checkHeaders } from './headers.ts'
import { isGranted, outcomeOf } from './http-answer.ts'
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
  /** Certificates of authorities that are trusted instead of the well-known ones, as PEM. */
  readonly ca?: string
}

export type HttpChannel = Channel & {
  /**
   * Asks an endpoint whether it may be sent to, by the abuse protection of CloudEvents: an OPTIONS request
   * to its very URI. DELIVERED where it allows `sender`; else REFUSED, or FAILED where it could not be asked.
   * @param sender the name of this gateway in DNS
   */
  handshake(destination: Destination, sender: string, signal: AbortSignal): Promise<Attempted>
}

/** What a request makes of a destination; its path is the URI's. */
type Writing = {
  write(): Omit<Request, 'path'>
  judge(answer: Answer, status: number): Pick<Attempted, 'outcome' | 'detail'>
}

/** A channel for one gateway. */
export function openHttpChannel(options: HttpChannelOptions): HttpChannel {
  const { guard, allowHttp, connectionsPerOrigin: connections, version } = options
  const { keptOrigins: mostKept = 256, ca = null } = options
  const origins = createOrigins({ guard, connections, mostKept, ca })
  const writeBody = createBodies()
  const checkOnce = createHeadersCheck()
  const agent = ['user-agent', `Heliograph/${version}`]

  async function send(
    destination: Destination,
    { write, judge }: Writing,
    signal: AbortSignal,
  ): Promise<Attempted> {
    const startedMs = performance.now()
    const deadline = startDeadline(destination.timeoutMs, signal)
    try {
      checkOnce(destination.headers)
      const url = parseHttpUri(destination.uri, 'uri', allowHttp)
      const { pool, slots } = origins.get(url)
      const release = await slots.take(destination.isSuspect, deadline)
      if (release === null) return failed('no connection to the host came free in time', startedMs)
      // Written now: its time is that of the sending, not of the waiting.
      const request = { ...write(), path: `${url.pathname}${url.search}` }
      const answer = await exchange(pool, request, deadline, release)
      if (answer.status === null) return failed(answer.failure ?? 'no answer', startedMs)
      const { outcome, detail } = judge(answer, answer.status)
      return { outcome, status: answer.status, detail, latencyMs: sinceMs(startedMs) }
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
    gathers: false,
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
      if (destination.secrets.length === 0) return failed('there is no key to sign with', performance.now())
      const write = () => requestOf(destination, notification.id, writeBody(notification), agent)
      return send(destination, { write, judge: (...answer) => judgeAnswer(destination, ...answer) }, signal)
    },
    async challenge() {
      return failed('endpoints of this channel need no confirmation', performance.now())
    },
    handshake(destination, sender, signal) {
      const headers = ['webhook-request-origin', sender, ...customHeaders(destination.headers, agent)]
      const judge = (answer: Answer, status: number) => judgeGrant(answer, status, sender)
      return send(destination, { write: () => ({ method: 'OPTIONS', headers, body: null }), judge }, signal)
    },
    close: () => origins.close(),
  }
}

function requestOf(
  { secrets, headers }: Destination,
  id: string,
  body: Buffer,
  agent: readonly string[],
): Omit<Request, 'path'> {
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
    ...customHeaders(headers, agent),
  ]
  return { method: 'POST', headers: list, body }
}

/** The endpoint's own headers, which may name another agent. */
function customHeaders(headers: Destination['headers'], agent: readonly string[]): string[] {
  const list = Object.entries(headers).flat()
  return headers['user-agent'] === undefined ? [...agent, ...list] : list
}

function judgeAnswer(destination: Destination, answer: Answer, status: number) {
  const outcome = outcomeOf(status, answer.header('retry-after'), Date.now())
  return { outcome, detail: clipDetail(answer.text, destination) ?? nameOf(status) }
}

function judgeGrant(answer: Answer, status: number, sender: string): Pick<Attempted, 'outcome' | 'detail'> {
  const outcome = outcomeOf(status, answer.header('retry-after'), Date.now())
  if (outcome.kind !== 'DELIVERED') return { outcome, detail: nameOf(status) }
  if (isGranted(answer.header('webhook-allowed-origin'), sender)) return { outcome, detail: null }
  return {
    outcome: { kind: 'REFUSED' },
    detail: `the answer does not allow ${sender} (WebHook-Allowed-Origin)`,
  }
}

/** What stands for an answer without a text. */
function nameOf(status: number): string | null {
  return status < 300 ? null : `HTTP ${status}`
}

function failed(detail: string, startedMs: number): Attempted {
  const outcome = { kind: 'FAILED', retryAfterMs: null } as const
  return { outcome, status: null, detail, latencyMs: sinceMs(startedMs) }
}

function sinceMs(startedMs: number): number {
  return Math.round(performance.now() - startedMs)
}

/** A header that undici refuses would cost its pool a connection for good, so none may get there. */
function createHeadersCheck(): (headers: Destination['headers']) => void {
  const checked = new WeakSet<Destination['headers']>()
  return (headers) => {
    if (checked.has(headers)) return
    checkHeaders(headers, 'headers')
    checked.add(headers)
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
