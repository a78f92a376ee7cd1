// One stretch of consuming, from a channel's opening to its end: declares what CloudStack's bus and this
// queue need, in either order of start, and hands over deliveries in their order.

import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client'

/** What is consumed. */
export type AmqpQueue = {
  readonly exchange: string
  readonly queue: string
  readonly bindings: readonly string[]
  /** Deliveries that may be unacknowledged. */
  readonly prefetch: number
}

export type Delivery = {
  /** Counts the deliveries of this session from 1. */
  readonly tag: number
  readonly routingKey: string
  readonly body: Buffer
}

export type Session = {
  /** Resolves to the reason when the channel ends by itself; null where none was given. Never rejects. */
  readonly ended: Promise<unknown>
  /** Acknowledges every delivery up to this one. Does nothing once the channel has ended. */
  acknowledge(tag: number): void
  /**
   * Ends the channel, acknowledgements sent; the rest goes back to the queue, and to the next consumer.
   * The consumer is not cancelled before: RabbitMQ 3.10 would let the next one in, send it nothing of
   * what waits, and crash the queue at the next message.
   */
  close(): Promise<void>
}

/** Waits for the connection. Throws what the broker refuses. */
export async function openSession(
  connection: Connection,
  queue: AmqpQueue,
  deliver: (delivery: Delivery) => void,
): Promise<Session> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true })
  const ended = Promise.withResolvers<unknown>()
  channel.on('error', ended.resolve)
  channel.once('close', () => ended.resolve(null))
  channel.once('basic.cancel', (_tag: string, reason: unknown) => ended.resolve(reason))
  let expected = 1
  const take = (message: AsyncMessage) => {
    // An acknowledgement covers every tag below it: one that was never seen would be lost by it.
    if (message.deliveryTag !== expected) return ended.resolve(new Error('a delivery is missing'))
    expected += 1
    deliver({ tag: message.deliveryTag, routingKey: message.routingKey, body: bytesOf(message.body) })
  }
  try {
    await consume(channel, queue, take)
    return {
      ended: ended.promise,
      acknowledge(deliveryTag) {
        if (channel.active) channel.basicAck({ deliveryTag, multiple: true })
      },
      close: () => channel.close(),
    }
  } catch (error) {
    await channel.close()
    throw error
  }
}

/** The exchange as CloudStack declares it, or whoever comes second would be refused. */
async function consume(
  channel: Channel,
  { exchange, queue, bindings, prefetch }: AmqpQueue,
  take: (message: AsyncMessage) => void,
): Promise<void> {
  await channel.exchangeDeclare({ exchange, type: 'topic', durable: true, autoDelete: false })
  // One consumer at a time keeps the order; the broker lets the next one in when it goes.
  await channel.queueDeclare({ queue, durable: true, arguments: { 'x-single-active-consumer': true } })
  for (const routingKey of bindings) await channel.queueBind({ queue, exchange, routingKey })
  await channel.basicQos({ prefetchCount: prefetch })
  await channel.basicConsume({ queue }, take)
}

/** The library has read the body already where it knows the content type. */
function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''))
}
