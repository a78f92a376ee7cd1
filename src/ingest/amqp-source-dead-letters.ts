// Where messages go that cannot be decoded: to the durable queue `<queue>.dead`, with the reason in
// headers, for somebody to look at. It holds the newest 100,000.

import type { Connection } from 'rabbitmq-client'
import { openConnection } from '../channel/amqp-connection.ts'
import type { HeliographError } from '../errors.ts'

/** A message with the reason why it is not in the log. */
export type DeadLetter = {
  readonly routingKey: string
  readonly body: Buffer
  readonly reason: HeliographError
}

const mostLetters = 100_000
const acquireTimeoutMs = 5_000
const mostHeaderCharacters = 1_000

/** The queue beside `queue`. */
export function deadQueueOf(queue: string): string {
  return `${queue}.dead`
}

/**
 * Resolves once the broker has confirmed all of them. A failure may leave some published, so that they
 * are there twice when it is tried again.
 *
 * The connection is its own: a broker that runs short of memory blocks connections that publish, and
 * the acknowledgements that would relieve it must still reach it.
 * @param signal gives up at once
 */
export async function publishDeadLetters(
  url: string,
  queue: string,
  letters: readonly DeadLetter[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const connection = openConnection(url, 'dead letters', acquireTimeoutMs, () => {})
  const giveUp = () => connection.unsafeDestroy()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    await publishAll(connection, deadQueueOf(queue), letters)
    await connection.close()
  } finally {
    signal.removeEventListener('abort', giveUp)
    connection.unsafeDestroy()
  }
}

async function publishAll(
  connection: Connection,
  queue: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  const channel = await connection.acquire()
  // Declared each time: a broker confirms what it has no queue for, and drops it.
  await channel.queueDeclare({
    queue,
    durable: true,
    arguments: { 'x-max-length': mostLetters, 'x-overflow': 'drop-head' },
  })
  await channel.confirmSelect()
  const confirmed = letters.map(({ routingKey, body, reason }) =>
    channel.basicPublish(
      {
        routingKey: queue,
        durable: true,
        contentType: 'text/plain',
        headers: {
          'x-heliograph-code': reason.code,
          'x-heliograph-field': clip(reason.field ?? ''),
          'x-heliograph-message': clip(reason.message),
          'x-heliograph-routing-key': routingKey,
        },
      },
      body,
    ),
  )
  await Promise.all(confirmed)
  await channel.close()
}

/** All headers must fit into one frame. */
function clip(text: string): string {
  return text.slice(0, mostHeaderCharacters)
}
