// The channel of `amqp://<broker>/<exchange>`: CloudEvents in structured JSON, published to exchanges that
// the operator allows, the event's type as routing key. Delivered is what the broker confirmed.

import { AMQPError, type Envelope } from 'rabbitmq-client'
import { formatCloudEvent } from '../event/cloudevents-out.ts'
import { badInput } from '../event/input.ts'
import { type AmqpBroker, type AmqpBrokers, type AmqpOrigin, refusalOf } from './amqp-brokers.ts'
import { type AmqpPublisher, createAmqpPublisher } from './amqp-publisher.ts'
import type { Attempted, Channel, Destination, Notification } from './channel.ts'
import { startDeadline } from './deadline.ts'

export type AmqpChannelOptions = { readonly brokers: AmqpBrokers; readonly source: AmqpOrigin }

type Target = { readonly name: string; readonly broker: AmqpBroker; readonly exchange: string }

const statuses: Readonly<Record<string, number>> = { ACCESS_REFUSED: 403, NOT_FOUND: 404 }
/** A channel for one gateway; connections are opened when they are needed first. */
export function openAmqpChannel({ brokers, source }: AmqpChannelOptions): Channel {
  const publishers = new Map<string, AmqpPublisher>()

  async function publish(
    { uri, timeoutMs }: Destination,
    notification: Notification,
    signal: AbortSignal,
  ): Promise<Omit<Attempted, 'latencyMs'>> {
    const deadline = startDeadline(timeoutMs, signal)
    const over = new Promise<never>((_, reject) => deadline.onOver((why) => reject(new Error(why))))
    over.catch(() => {})
    try {
      const { name, broker, exchange } = parseTarget(uri, 'uri', brokers, source)
      const publisher = publishers.get(name) ?? createAmqpPublisher(broker.url)
      publishers.set(name, publisher)
      await publisher.publish(envelopeOf(exchange, notification), bodyOf(notification), over)
      return { outcome: { kind: 'DELIVERED' }, status: null, detail: null }
    } catch (error) {
      return failed(describe(error), statusOf(error))
    } finally {
      deadline.clear()
    }
  }

  return {
    name: 'amqp',
    schemes: ['amqp:'],
    most: 1,
    gathers: false,
    listed: 1,
    rate: null,
    confirmedBy: null,
    async check(uri, field) {
      const { name, exchange } = parseTarget(uri, field, brokers, source)
      return `amqp://${name}/${encodeURIComponent(exchange)}`
    },
    mayUse(uri, role) {
      const { broker, exchange } = parseTarget(uri, 'uri', brokers, source)
      return broker.exchanges.get(exchange)?.includes(role) ?? false
    },
    async attempt(destination, [notification], signal) {
      const startedMs = performance.now()
      const attempted =
        notification === undefined || signal.aborted
          ? failed('given up', null)
          : await publish(destination, notification, signal)
      return { ...attempted, latencyMs: Math.round(performance.now() - startedMs) }
    },
    async challenge() {
      return { ...failed('endpoints of this channel need no confirmation', null), latencyMs: 0 }
    },
    async close() {
      await Promise.all([...publishers.values()].map((publisher) => publisher.close()))
    },
  }
}

function envelopeOf(exchange: string, { id, event }: Notification): Envelope {
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

function parseTarget(uri: string, field: string, brokers: AmqpBrokers, source: AmqpOrigin): Target {
  const [, given, path] = /^amqp:\/\/([^/?#@:]+)\/([^/?#]*)$/i.exec(uri) ?? []
  const exchange = path === undefined ? null : decode(path)
  if (given === undefined || exchange === null)
    throw badInput(field, 'must be amqp://<broker>/<exchange>, by the name of a broker of this gateway')
  const name = given.toLowerCase()
  const broker = brokers.get(name)
  if (broker === undefined) throw badInput(field, 'must name a broker that the operator configured')
  const reason = refusalOf(broker.url, exchange, source)
  if (reason !== null) throw badInput(field, reason)
  if (!broker.exchanges.has(exchange)) throw badInput(field, 'must name an exchange that the operator allows')
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
