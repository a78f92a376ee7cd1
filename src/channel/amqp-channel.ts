// The channel of `amqp://<broker>/<exchange>`: CloudEvents in structured JSON, published to exchanges that
// the operator allows, the event's type as routing key. Delivered is what the broker confirmed.

import { AMQPError, type Channel as AmqpChannel, Connection } from 'rabbitmq-client'
import { formatCloudEvent } from '../event/cloudevents-out.ts'
import { badInput } from '../event/input.ts'
import { type AmqpBroker, type AmqpBrokers, type AmqpOrigin, refusalOf } from './amqp-brokers.ts'
import type { Attempted, Channel, Notification } from './channel.ts'
import { startDeadline } from './deadline.ts'

export type AmqpChannelOptions = { readonly brokers: AmqpBrokers; readonly source: AmqpOrigin }

type Target = { readonly name: string; readonly broker: AmqpBroker; readonly exchange: string }

const statuses: Readonly<Record<string, number>> = { ACCESS_REFUSED: 403, NOT_FOUND: 404 }
/** Longer than an attempt takes: its own deadline ends it. */
const acquireTimeoutMs = 120_000

/** A channel for one gateway; connections are opened when they are needed first. */
export function openAmqpChannel({ brokers, source }: AmqpChannelOptions): Channel {
  const connections = new Map<string, Connection>()
  const connectionTo = ({ name, broker }: Target) => {
    const connection = connections.get(name) ?? connect(broker.url)
    connections.set(name, connection)
    return connection
  }
  const failed = (detail: string, status: number | null, startedMs: number): Attempted => ({
    outcome: { kind: 'FAILED', retryAfterMs: null },
    status,
    detail,
    latencyMs: Math.round(performance.now() - startedMs),
  })

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
    async attempt({ uri, timeoutMs }, [notification], signal) {
      const startedMs = performance.now()
      if (notification === undefined) return failed('there is nothing to send', null, startedMs)
      if (signal.aborted) return failed('given up', null, startedMs)
      const deadline = startDeadline(timeoutMs, signal)
      try {
        const target = parseTarget(uri, 'uri', brokers, source)
        const over = new Promise<never>((_, reject) => deadline.onOver((why) => reject(new Error(why))))
        await publish(connectionTo(target), target.exchange, notification, over)
        const latencyMs = Math.round(performance.now() - startedMs)
        return { outcome: { kind: 'DELIVERED' }, status: null, detail: null, latencyMs }
      } catch (error) {
        return failed(describe(error), statusOf(error), startedMs)
      } finally {
        deadline.clear()
      }
    },
    async challenge() {
      return failed('endpoints of this channel need no confirmation', null, performance.now())
    },
    async close() {
      for (const connection of connections.values()) connection.unsafeDestroy()
      connections.clear()
    },
  }
}

/** An AMQP channel of its own each time: what the broker refuses closes it, and nothing else. */
async function publish(
  connection: Connection,
  exchange: string,
  { id, event, cursor }: Notification,
  over: Promise<never>,
): Promise<void> {
  let isOver = false
  let channel: AmqpChannel | null = null
  const letGo = () => void channel?.close().catch(() => {})
  const publishing = async () => {
    channel = await connection.acquire({ emitErrorsFromChannel: true })
    const ended = new Promise<never>((_, reject) => {
      // What the broker refused says why, a turn later than the channel closes.
      const end = () => setImmediate(() => reject(new Error('the broker ended it')))
      channel?.once('error', reject).once('close', end)
    })
    ended.catch(() => {})
    if (isOver) return
    await channel.confirmSelect()
    if (isOver) return
    const envelope = {
      exchange,
      routingKey: event.type,
      deliveryMode: 2,
      messageId: id,
      contentType: 'application/cloudevents+json; charset=UTF-8',
    }
    const body = Buffer.from(JSON.stringify(formatCloudEvent(event, cursor)))
    await Promise.race([channel.basicPublish(envelope, body), ended])
  }
  const published = publishing()
  try {
    await Promise.race([published, over])
  } finally {
    isOver = true
    published.catch(() => {}).finally(letGo)
    letGo()
  }
}

function connect(url: string): Connection {
  const address = new URL(url)
  if (address.username === '') {
    address.username = 'guest'
    address.password = 'guest'
  }
  const connection = new Connection({
    url: address.href,
    connectionName: 'heliograph webhooks',
    // The library takes the brackets of an IPv6 address for a part of the name.
    socket: {
      host: address.hostname.replace(/^\[|\]$/g, ''),
      port: Number(address.port || (address.protocol === 'amqps:' ? 5671 : 5672)),
    },
    heartbeat: 4,
    retryLow: 250,
    retryHigh: 5_000,
    acquireTimeout: acquireTimeoutMs,
  })
  // Without a listener, an error would end the process; attempts tell of it.
  connection.on('error', () => {})
  return connection
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
