// CloudStack's event bus on RabbitMQ as a door: a durable queue on its exchange, consumed by one gateway
// at a time, each message acknowledged after the commit. Nothing is lost or doubled when this gateway,
// the broker or the store fails: what was not acknowledged comes again, and the log knows what it has.

import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { describeFailure, openConnection } from '../channel/amqp-connection.ts'
import { HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import { type Batches, createBatches } from './amqp-source-batches.ts'
import { publishDeadLetters } from './amqp-source-dead-letters.ts'
import { type AmqpQueue, type Delivery, openSession, type Session } from './amqp-source-session.ts'
import { type DecodedItem, type DecodeLimits, decodeText } from './decode.ts'
import type { Intake } from './intake.ts'

/** The counters it drives. */
export type AmqpSourceMetrics = {
  amqpReceived(): void
  amqpDeadLettered(count: number): void
  amqpConnected(connected: boolean): void
}

export type AmqpSource = {
  /** How it stands, in words for the operator that tell strangers nothing. */
  detail(): string
  /**
   * Stops consuming, finishes and acknowledges the batch under way, and lets go. What the broker or the
   * store does not answer in time goes back to the queue. Never rejects; further calls wait for the same.
   */
  close(): Promise<void>
}

type Options = {
  readonly url: string
  readonly queue: AmqpQueue
  readonly limits: DecodeLimits
  readonly intake: Pick<Intake, 'submit'>
  readonly metrics: AmqpSourceMetrics
  readonly logger: Logger
  /** How long `close` waits for what is under way. */
  readonly stopTimeoutMs: number
}

type State = 'NOT_CONNECTED' | 'CONNECTED' | 'WAITING'

const details: Readonly<Record<State, string>> = {
  NOT_CONNECTED: 'not connected',
  CONNECTED: 'connected',
  WAITING: 'connected, waiting until events can be kept',
}

/** A broker that refuses the queue is asked again after this. */
const refusedPauseMs = 2_000
/** As long as a timer can be: a session waits for the connection, however long it takes. */
const foreverMs = 2 ** 31 - 1

/** Returns at once; a broker that is down is waited for. */
export function startAmqpSource(options: Options): AmqpSource {
  const { url, queue, metrics, logger, stopTimeoutMs } = options
  const stopping = new AbortController()
  const stopped = once(stopping.signal, 'abort')
  const gaveUp = new AbortController()
  let state: State = 'NOT_CONNECTED'
  const enter = (next: State) => {
    state = next
    metrics.amqpConnected(next !== 'NOT_CONNECTED')
  }
  const warn = (error: unknown, message: string) =>
    logger.warn({ queue: queue.queue, reason: describeFailure(error, url) }, message)
  const connection = openConnection(url, 'events', foreverMs, (error) =>
    warn(error, 'the AMQP broker cannot be reached, trying again'),
  )

  /** Consumes until the channel ends or the source stops. */
  async function consume(): Promise<void> {
    const over = new AbortController()
    const batches = batchesOf(AbortSignal.any([over.signal, stopping.signal]), () => session)
    const session: Session = await openSession(connection, queue, (delivery) => {
      metrics.amqpReceived()
      batches.add(delivery)
    })
    enter('CONNECTED')
    logger.info({ queue: queue.queue }, 'consuming from the AMQP broker')
    try {
      const reason = await Promise.race([session.ended, stopped])
      if (!stopping.signal.aborted && reason !== null) warn(reason, 'the AMQP broker ended the consuming')
    } finally {
      over.abort()
      // The next session must not begin before this one's batch is settled, or the order would be lost.
      await batches.settled()
      enter('NOT_CONNECTED')
      await session.close()
    }
  }

  function batchesOf(signal: AbortSignal, session: () => Session): Batches {
    return createBatches(
      {
        decode: (delivery) => decodeDelivery(delivery, options),
        keep: (items) => options.intake.submit(items),
        async putAside(refused) {
          const letters = refused.map(({ delivery, reason }) => ({ ...delivery, reason }))
          await publishDeadLetters(url, queue.queue, letters, gaveUp.signal)
          metrics.amqpDeadLettered(letters.length)
        },
        acknowledge: (tag) => session().acknowledge(tag),
        failed(error) {
          if (state === 'CONNECTED') enter('WAITING')
          warn(error, 'AMQP messages cannot be kept just now, trying again')
        },
        recovered() {
          if (state === 'WAITING') enter('CONNECTED')
          logger.info({ queue: queue.queue }, 'AMQP messages are kept again')
        },
      },
      signal,
    )
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await consume()
      } catch (error) {
        if (stopping.signal.aborted) return
        warn(error, 'the AMQP broker does not let this gateway consume, trying again')
        await pause(refusedPauseMs, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  const running = run()
  let closed: Promise<void> | null = null

  async function close(): Promise<void> {
    stopping.abort()
    // Only what waits for the connection is left then; a session lets go of its channel first.
    if (state === 'NOT_CONNECTED') connection.unsafeDestroy()
    const inTime = new AbortController()
    const late = pause(stopTimeoutMs, undefined, { signal: inTime.signal }).catch(() => {})
    await Promise.race([running.then(() => connection.close()), late])
    inTime.abort()
    gaveUp.abort()
    connection.unsafeDestroy()
    enter('NOT_CONNECTED')
  }

  return {
    detail: () => details[state],
    close() {
      closed ??= close()
      return closed
    },
  }
}

/** A fault of the decoder's own costs this one message, not all behind it. */
function decodeDelivery(
  { routingKey, body }: Delivery,
  { limits, logger }: Pick<Options, 'limits' | 'logger'>,
): DecodedItem {
  try {
    return decodeText(routingKey, body, new Date().toISOString(), limits)
  } catch (error) {
    logger.error({ err: error, routingKey }, 'an AMQP message could not be decoded')
    return new HeliographError('INTERNAL', 'a fault of the gateway; its log has the details')
  }
}
