// The channel of `amqp://<broker>/<exchange>`: CloudEvents in structured JSON, published to exchanges that
// the operator allows, the event's type as routing key. Delivered is what the broker confirmed.

import { AMQPError } from 'rabbitmq-client'
import { formatCloudEvent } from '../event/cloudevents-out.ts'
import { badInput } from '../event/input.ts'
import { type AmqpBroker, type AmqpBrokers, type AmqpOrigin, refusalOf } from './amqp-brokers.ts'
import { type AmqpEnvelope, type AmqpPublisher, createAmqpPublisher } from './amqp-publisher.ts'
import type { Attempted, Channel, Destination, Notification } from './channel.ts'
import { startDeadline } from './deadline.ts'

export type AmqpChannelOptions = { readonly brokers: AmqpBrokers; readonly source: AmqpOrigin }

type Target = { readonly name: string; readonly broker: AmqpBroker; readonly exchange: string }

const statuses: Readonly<Record<string, number>> = { ACCESS_REFUSED: 403, NOT_FOUND: 404 }

/** A channel for one gateway; connections are opened when they are needed first. */
export function openAmqpChannel(options: AmqpChannelOptions): Channel {
  const sending = createSending(options)
  return {
    name: 'amqp',
    schemes: ['amqp:'],
    most: 1,
    gathers: false,
    listed: 1,
    rate: null,
    confirmedBy: null,
    async check(uri, field) {
      const { name, exchange } = parseTarget(uri, field, options)
      return `amqp://${name}/${encodeURIComponent(exchange)}`
    },
    mayUse(uri, role) {
      const target = findTarget(uri, options)
      // What the operator allows may have changed since the URI was checked.
      if (typeof target === 'string') return false
      return target.broker.exchanges.get(target.exchange)?.includes(role) ?? false
    },
    async attempt(destination, [notification], signal) {
      const startedMs = performance.now()
      const attempted =
        notification === undefined || signal.aborted
          ? failed('given up', null)
          : await sending.send(destination, notification, signal)
      return { ...attempted, latencyMs: Math.round(performance.now() - startedMs) }
    },
    async challenge() {
      return { ...failed('endpoints of this channel need no confirmation', null), latencyMs: 0 }
    },
    close: sending.close,
  }
}

type Sending = {
  /** Never throws. */
  send(to: Destination, what: Notification, signal: AbortSignal): Promise<Omit<Attempted, 'latencyMs'>>
  close(): Promise<void>
}

function createSending(options: AmqpChannelOptions): Sending {
  const publishers = new Map<string, AmqpPublisher>()
  const publisherTo = ({ name, broker }: Target) => {
    const publisher = publishers.get(name) ?? createAmqpPublisher(broker.url)
    publishers.set(name, publisher)
    return publisher
  }
  return {
    async send({ uri, timeoutMs }, notification, signal) {
      const deadline = startDeadline(timeoutMs, signal)
      const over = new Promise<never>((_, reject) => deadline.onOver((why) => reject(new Error(why))))
      over.catch(() => {})
      try {
        const target = parseTarget(uri, 'uri', options)
        const envelope = envelopeOf(target.exchange, notification)
        await publisherTo(target).publish(envelope, bodyOf(notification), over)
        return { outcome: { kind: 'DELIVERED' }, status: null, detail: null }
      } catch (error) {
        return failed(describe(error), statusOf(error))
      } finally {
        deadline.clear()
      }
    },
    async close() {
      await Promise.all([...publishers.values()].map((publisher) => publisher.close()))
    },
  }
}

function envelopeOf(exchange: string, { id, event }: Notification): AmqpEnvelope {
  return {
    exchange,
    routingKey: event.type,
    // Persistent.
    durable: true,
    messageId: id,
    contentType: 'application/cloudevents+json; charset=UTF-8',
  }
}

function bodyOf({ event, cursor }: Notification): Buffer {
  return Buffer.from(JSON.stringify(formatCloudEvent(event, cursor)))
}

/** A missing exchange may be made: the endpoint is there for nothing until it is. */
function failed(detail: string, status: number | null): Omit<Attempted, 'latencyMs'> {
  return { outcome: { kind: 'FAILED', retryAfterMs: null }, status, detail }
}

function parseTarget(uri: string, field: string, options: AmqpChannelOptions): Target {
  const target = findTarget(uri, options)
  if (typeof target === 'string') throw badInput(field, target)
  return target
}

/** Where a URI leads, or what would be right instead. */
function findTarget(uri: string, { brokers, source }: AmqpChannelOptions): Target | string {
  const [, given, path] = /^amqp:\/\/([^/?#@:]+)\/([^/?#]*)$/i.exec(uri) ?? []
  const exchange = path === undefined ? null : decode(path)
  if (given === undefined || exchange === null)
    return 'must be amqp://<broker>/<exchange>, by the name of a broker of this gateway'
  const name = given.toLowerCase()
  const broker = brokers.get(name)
  if (broker === undefined) return 'must name a broker that the operator configured'
  const reason = refusalOf(broker.url, exchange, source)
  if (reason !== null) return reason
  if (!broker.exchanges.has(exchange)) return 'must name an exchange that the operator allows'
  return { name, broker, exchange }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function statusOf(error: unknown): number | null {
  return error instanceof AMQPError ? (statuses[error.code] ?? null) : null
}

/** A broker's own text may hold the login: of its errors only the code is told. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  if (error instanceof AMQPError) return `the broker says ${error.code}`
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
