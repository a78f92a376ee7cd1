// The AMQP channel keeps to what every channel keeps to, with a real RabbitMQ behind a gate.

import { afterAll, beforeAll } from 'vitest'
import { parseAmqpBrokers } from '../../src/channel/amqp-brokers.ts'
import { openAmqpChannel } from '../../src/channel/amqp-channel.ts'
import { openGate } from '../support/gate.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { describeChannel } from './conformance/channel.ts'
import type { Manner, OpenedChannel } from './conformance/runner.ts'

let rabbitmq: TestRabbitMQ
let opened = 0

beforeAll(async () => {
  rabbitmq = await startRabbitMQ()
}, 60_000)
afterAll(() => rabbitmq?.stop())

describeChannel({
  name: 'AMQP',
  // It takes every message or, where the exchange is missing, none.
  refuses: false,
  open,
})

/** An exchange of its own, and what comes to it. */
async function open(): Promise<OpenedChannel> {
  const gate = await openGate(rabbitmq.port)
  const exchange = `exchange-${++opened}`
  const client = rabbitmq.client()
  const queueOptions = { queue: exchange, autoDelete: true }
  await client.queueDeclare(queueOptions)
  const appear = async () => {
    await client.exchangeDeclare({ exchange, type: 'topic' })
    await client.queueBind({ queue: exchange, exchange, routingKey: '#' })
  }
  await appear()
  let received = 0
  const consumer = client.createConsumer({ queue: exchange, queueOptions, noAck: true }, () => {
    received += 1
  })
  const url = rabbitmq.url.replace(String(rabbitmq.port), String(gate.port))
  const text = JSON.stringify({ bus: { url, exchanges: { [exchange]: { roles: ['admin'] } } } })
  return {
    channel: openAmqpChannel({ brokers: parseAmqpBrokers(text, 'brokers.json', null), source: null }),
    uri: `amqp://bus/${exchange}`,
    badUris: [
      ['amqp://bus/other', /exchange that the operator allows/],
      ['amqp://else/alerts', /broker that the operator configured/],
      ['amqp://bus/', /broker's own exchanges/],
      ['amqp://bus/amq.topic', /broker's own exchanges/],
      [`amqp://guest:guest@bus/${exchange}`, /must be amqp:/],
      [`amqp://bus/${exchange}?x=y`, /must be amqp:/],
    ],
    peer: {
      async behave(manner: Manner) {
        gate.hold(manner === 'HANG')
        if (manner === 'FAIL') await client.exchangeDelete({ exchange })
        else if (manner === 'ACCEPT') await appear()
      },
      received: () => received,
      reached: gate.reached,
      connections: gate.connections,
      vanish: gate.shut,
      appear: gate.open,
      async stop() {
        await consumer.close()
        await gate.stop()
      },
    },
  }
}
