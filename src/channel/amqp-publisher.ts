// Publishing to one broker, each message confirmed. A connection that failed is thrown away and the next
// message makes another, so that whoever waits is told the cause at once. Each exchange has an AMQP channel
// of its own: what the broker refuses closes that channel, and costs nothing that goes to other exchanges.

import { setTimeout as pause } from 'node:timers/promises'
import type { Channel as AmqpChannel, Connection, Envelope } from 'rabbitmq-client'
import { openConnection } from './amqp-connection.ts'
import { createEnding, type Ending } from './ending.ts'

export type AmqpPublisher = {
  /**
   * Resolves when the broker has the message, and rejects with its refusal or with the loss of it.
   * @param over rejects when it is to be given up
   */
  publish(to: AmqpEnvelope, body: Buffer, over: Promise<never>): Promise<void>
  close(): Promise<void>
}

export type AmqpEnvelope = Envelope & { readonly exchange: string }

/** Longer than an attempt takes: its own deadline ends it. */
const acquireTimeoutMs = 120_000
/** For a broker that does not answer a goodbye. */
const goodbyeMs = 1_000

/** A connection; `ending` is its loss. */
type Link = {
  readonly connection: Connection
  readonly ending: Ending
  /** By exchange; those that ended are gone. */
  readonly lines: Map<string, Promise<Line>>
}

/** An AMQP channel in confirm mode. */
type Line = { readonly channel: AmqpChannel; readonly ending: Ending }

/** Connects when it is needed first. */
export function createAmqpPublisher(url: string): AmqpPublisher {
  let link: Link | null = null

  function linked(): Link {
    if (link !== null) return link
    const made = openLink(url, () => {
      if (link === made) link = null
    })
    link = made
    return made
  }

  return {
    async publish(envelope, body, over) {
      const { channel, ending } = await Promise.race([lineTo(envelope.exchange, linked()), over])
      await Promise.race([ending.during(channel.basicPublish(envelope, body)), over])
    },
    async close() {
      const closing = link
      link = null
      if (closing !== null) await leave(closing)
    },
  }
}

function openLink(url: string, onLost: () => void): Link {
  const ending = createEnding()
  const connection = openConnection(url, 'webhooks', acquireTimeoutMs, (error) => {
    onLost()
    ending.end(error)
    connection.unsafeDestroy()
  })
  return { connection, ending, lines: new Map() }
}

/** The channel there is, or a new one where that has ended. */
function lineTo(exchange: string, link: Link): Promise<Line> {
  const known = link.lines.get(exchange)
  if (known !== undefined) return known
  const forget = () => {
    if (link.lines.get(exchange) === opening) link.lines.delete(exchange)
  }
  const opening = openLine(link, forget)
  link.lines.set(exchange, opening)
  opening.catch(forget)
  return opening
}

async function openLine(link: Link, onEnd: () => void): Promise<Line> {
  const channel = await link.ending.during(link.connection.acquire({ emitErrorsFromChannel: true }))
  const ending = createEnding()
  channel.once('error', ending.end)
  channel.once('close', () => {
    onEnd()
    // The reason comes a turn later than the end.
    setImmediate(() => ending.end(new Error('the broker ended it')))
  })
  await ending.during(channel.confirmSelect())
  return { channel, ending }
}

/** A connection waits for its channels. */
async function leave({ connection, lines }: Link): Promise<void> {
  const closing = [...lines.values()].map(async (line) => (await line).channel.close())
  const leaving = Promise.allSettled(closing).then(() => connection.close())
  await Promise.race([leaving.catch(() => {}), pause(goodbyeMs, undefined, { ref: false })])
  connection.unsafeDestroy()
}
