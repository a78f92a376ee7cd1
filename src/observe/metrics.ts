// What is counted, in the Prometheus text format. Names and labels are part of the contract.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What somebody was refused for: a limit of its principal, of the gateway, or of those without a token yet. */
export type Limit = 'connections' | 'operations' | 'events' | 'gateway_connections' | 'waiting_sockets'

/** What became of a posted event. */
export type IngestOutcome = 'logged' | 'duplicate' | 'rejected' | 'ignored'

export type Metrics = {
  readonly registry: Registry
  readonly contentType: string
  ingested(result: IngestOutcome, count: number): void
  /** The offset of the newest entry that this gateway knows of. */
  logHead(offset: number): void
  /** Results written to subscribers. */
  deliveries(transport: string, count: number): void
  subscribers(delta: number): void
  audiences(count: number): void
  /** A subscriber left the live path and reads from the log. */
  catchUps(): void
  connections(transport: string, delta: number): void
  /** Somebody was refused because a limit was reached. */
  refused(limit: Limit): void
  appendSeconds(seconds: number): void
  /** How many entries the slowest subscriber is behind. */
  lagEntries(count: number): void
  /** A message came from the AMQP broker, for the first time or again. */
  amqpReceived(): void
  /** Messages that could not be decoded were put into the dead letter queue. */
  amqpDeadLettered(count: number): void
  /** Whether this gateway consumes from the AMQP broker or stands by to. */
  amqpConnected(connected: boolean): void
  /** An endpoint of a webhook was tried: by which channel, what came of it, and how long it took. */
  webhookAttempted(channel: string, outcome: string, seconds: number): void
  /** The SMS centre told what became of a text. */
  smsReceipt(state: string): void
  text(): Promise<string>
}

const limits: readonly Limit[] = [
  'connections',
  'operations',
  'events',
  'gateway_connections',
  'waiting_sockets',
]

/** Counters of one gateway, with those of its process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { ingested, deliveries, catchUps, refused, appendSeconds } = createCounters(registry)
  const amqp = createAmqpMetrics(registry)
  const webhooks = createWebhookMetrics(registry)
  const { logHead, subscribers, audiences, connections, lagEntries } = createGauges(registry)
  return {
    registry,
    contentType: registry.contentType,
    ingested: (result, count) => ingested.inc({ result }, count),
    logHead: (offset) => logHead.set(offset),
    deliveries: (transport, count) => deliveries.inc({ transport }, count),
    subscribers: (delta) => subscribers.inc(delta),
    audiences: (count) => audiences.set(count),
    catchUps: () => catchUps.inc(),
    connections: (transport, delta) => connections.inc({ transport }, delta),
    refused: (limit) => refused.inc({ limit }),
    appendSeconds: (seconds) => appendSeconds.observe(seconds),
    lagEntries: (count) => lagEntries.set(count),
    amqpReceived: () => amqp.received.inc(),
    amqpDeadLettered: (count) => amqp.deadLettered.inc(count),
    amqpConnected: (connected) => amqp.connected.set(connected ? 1 : 0),
    webhookAttempted: (channel, outcome, seconds) => {
      webhooks.attempts.inc({ channel, outcome: outcome.toLowerCase() })
      webhooks.seconds.observe({ channel }, seconds)
    },
    smsReceipt: (state) => webhooks.receipts.inc({ state: state.toLowerCase() }),
    text: () => registry.metrics(),
  }
}

function createCounters(registry: Registry) {
  const registers = [registry]
  const ingested = new Counter({
    name: 'heliograph_events_ingested_total',
    help: 'Events posted to this gateway, by what became of them',
    labelNames: ['result'],
    registers,
  })
  for (const result of ['logged', 'duplicate', 'rejected', 'ignored']) ingested.inc({ result }, 0)
  const deliveries = new Counter({
    name: 'heliograph_deliveries_total',
    help: 'Results written to subscribers',
    labelNames: ['transport'],
    registers,
  })
  const catchUps = new Counter({
    name: 'heliograph_catch_ups_total',
    help: 'Times a subscriber left the live path to read from the log',
    registers,
  })
  const refused = new Counter({
    name: 'heliograph_refused_total',
    help: 'Callers refused because of a limit, by the limit',
    labelNames: ['limit'],
    registers,
  })
  for (const limit of limits) refused.inc({ limit }, 0)
  const appendSeconds = new Histogram({
    name: 'heliograph_append_seconds',
    help: 'Time from handing events to the store until they are kept',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  return { ingested, deliveries, catchUps, refused, appendSeconds }
}

function createGauges(registry: Registry) {
  const registers = [registry]
  return {
    logHead: new Gauge({
      name: 'heliograph_log_head_offset',
      help: 'Offset of the newest entry that this gateway knows of',
      registers,
    }),
    subscribers: new Gauge({ name: 'heliograph_subscribers', help: 'Live GraphQL subscriptions', registers }),
    audiences: new Gauge({
      name: 'heliograph_audiences',
      help: 'Groups of subscribers that get identical bytes',
      registers,
    }),
    connections: new Gauge({
      name: 'heliograph_connections',
      help: 'Open connections with subscriptions or for them',
      labelNames: ['transport'],
      registers,
    }),
    lagEntries: new Gauge({
      name: 'heliograph_lag_entries',
      help: 'How many entries the slowest subscriber is behind',
      registers,
    }),
  }
}

function createWebhookMetrics(registry: Registry) {
  const registers = [registry]
  return {
    attempts: new Counter({
      name: 'heliograph_webhook_attempts_total',
      help: 'Attempts to deliver to endpoints of webhooks, by channel and by what came of them',
      labelNames: ['channel', 'outcome'],
      registers,
    }),
    seconds: new Histogram({
      name: 'heliograph_webhook_attempt_seconds',
      help: 'How long attempts to deliver to endpoints took, by channel',
      labelNames: ['channel'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30],
      registers,
    }),
    receipts: new Counter({
      name: 'heliograph_sms_receipts_total',
      help: 'Delivery receipts of texts, by what became of them',
      labelNames: ['state'],
      registers,
    }),
  }
}

function createAmqpMetrics(registry: Registry) {
  const registers = [registry]
  return {
    received: new Counter({
      name: 'heliograph_amqp_received_total',
      help: 'Messages that came from the AMQP broker, those that came again included',
      registers,
    }),
    deadLettered: new Counter({
      name: 'heliograph_amqp_dead_lettered_total',
      help: 'Messages put into the dead letter queue because they could not be decoded',
      registers,
    }),
    connected: new Gauge({
      name: 'heliograph_amqp_connected',
      help: '1 while this gateway consumes from the AMQP broker, or stands by to',
      registers,
    }),
  }
}
