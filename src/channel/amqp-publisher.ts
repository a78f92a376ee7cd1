// Publishing to one broker, each message confirmed. A connection that failed is thrown away and the next
// message makes another, so that whoever waits is told the cause at once; what the broker refuses closes the
// AMQP channel alone.

import { setTimeout as pause } from 'node:timers/promises'
import type { Channel as AmqpChannel, Connection, Envelope } from 'rabbitmq-client'
import { openConnection } from './amqp-connection.ts'

export type AmqpPublisher = {
  /**
   * Resolves when the broker has the message, and rejects with its refusal or with the loss of it.
   * @param over rejects when it is to be given up
   */
  publish(envelope: Envelope, body: Buffer, over: Promise<never>): Promise<void>
  close(): Promise<void>
}

/** Longer than an attempt takes: its own deadline ends it. */
const acquireTimeoutMs = 120_000
/** For a broker that does not answer a goodbye. */
const goodbyeMs = 1_000

/** A channel in confirm mode; `ended` rejects with what ended it. */
type Confirming = { readonly channel: AmqpChannel; readonly ended: Promise<never> }

/** Connects when it is needed first. */
export function createAmqpPublisher(url: string): AmqpPublisher {
  let connection: Connection | null = null
  let opening: Promise<Confirming> | null = null
  let current: Confirming | null = null

  function drop(failed: Connection): void {
    failed.unsafeDestroy()
    if (connection === failed) connection = null
    opening = null
    current = null
  }

  function connect(): Connection {
    const made = openConnection(url, 'webhooks', acquireTimeoutMs, () => drop(made))
    connection = made
    return made
  }

  async function open(): Promise<Confirming> {
    const lost = Promise.withResolvers<never>()
    lost.promise.catch(() => {})
    const used = connection ?? connect()
    used.on('error', lost.reject)
    const channel = await Promise.race([used.acquire({ emitErrorsFromChannel: true }), lost.promise])
    const ended = endOf(channel, lost.promise)
    await Promise.race([channel.confirmSelect(), ended])
    return { channel, ended }
  }

  /** The channel there is, or a new one where that has ended. */
  function confirming(): Promise<Confirming> {
    if (opening !== null && current?.channel.active !== false) return opening
    const mine = open()
    current = null
    opening = mine
    mine.then(
      (opened) => {
        if (opening === mine) current = opened
      },
      () => {
        if (opening === mine) opening = null
      },
    )
    return mine
  }

  return {
    async publish(envelope, body, over) {
      const { channel, ended } = await Promise.race([confirming(), over])
      await Promise.race([channel.basicPublish(envelope, body), ended, over])
    },
    async close() {
      const [closing, ending] = [connection, current]
      connection = null
      opening = null
      if (closing === null) return
      // A connection waits for its channels.
      const leaving = (ending?.channel.close() ?? Promise.resolve())
        .then(() => closing.close())
        .catch(() => {})
      await Promise.race([leaving, pause(goodbyeMs, undefined, { ref: false })])
      closing.unsafeDestroy()
    },
  }
}

/** Rejects when a channel ends, with the broker's reason where it gave one. */
function endOf(channel: AmqpChannel, lost: Promise<never>): Promise<never> {
  const ended = Promise.withResolvers<never>()
  channel.once('error', ended.reject)
  // The reason comes a turn later than the end.
  channel.once('close', () => setImmediate(() => ended.reject(new Error('the broker ended it'))))
  lost.catch(ended.reject)
  ended.promise.catch(() => {})
  return ended.promise
}
