// The AMQP channel against a real RabbitMQ.

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { parseAmqpBrokers } from '../../src/channel/amqp-brokers.ts'
import { openAmqpChannel } from '../../src/channel/amqp-channel.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { destinationOf, notifications } from './conformance/world.ts'

let rabbitmq: TestRabbitMQ
beforeAll(async () => {
  rabbitmq = await startRabbitMQ()
}, 60_000)
afterAll(() => rabbitmq?.stop())

function open() {
  const exchanges = { alerts: { roles: ['admin'] }, missing: { roles: ['tenant'] } }
  const source = { url: rabbitmq.url, exchange: 'cloudstack-events' }
  const text = JSON.stringify({ bus: { url: rabbitmq.url, exchanges } })
  const channel = openAmqpChannel({ brokers: parseAmqpBrokers(text, 'brokers.json', source), source })
  onTestFinished(() => channel.close())
  return channel
}

async function attempt(channel: ReturnType<typeof open>, uri: string, timeoutMs = 10_000) {
  const destination = await destinationOf({ channel, uri }, { timeoutMs })
  return channel.attempt(destination, notifications(1), new AbortController().signal)
}

test('publishes with the type as routing key, persistent, as a CloudEvent; a missing exchange fails alone; a broker that comes back is used again', async () => {
  const client = rabbitmq.client()
  await client.exchangeDeclare({ exchange: 'alerts', type: 'topic', durable: true })
  await client.queueDeclare({ queue: 'seen', durable: true })
  const [sent] = notifications(1)
  await client.queueBind({ queue: 'seen', exchange: 'alerts', routingKey: sent?.event.type ?? '' })
  const channel = open()
  expect(await attempt(channel, 'amqp://bus/alerts')).toMatchObject({ outcome: { kind: 'DELIVERED' } })
  const message = await client.basicGet({ queue: 'seen', noAck: true })
  expect(message).toMatchObject({
    routingKey: sent?.event.type,
    deliveryMode: 2,
    messageId: sent?.id,
    contentType: 'application/cloudevents+json; charset=UTF-8',
  })
  expect(JSON.parse(String(message?.body))).toMatchObject({ specversion: '1.0', id: sent?.event.eventId })
  expect(await attempt(channel, 'amqp://bus/missing')).toMatchObject({
    outcome: { kind: 'FAILED' },
    status: 404,
  })
  expect((await attempt(channel, 'amqp://bus/alerts')).outcome.kind).toBe('DELIVERED')
  await rabbitmq.kill()
  const down = await attempt(channel, 'amqp://bus/alerts', 500)
  expect(down).toMatchObject({ outcome: { kind: 'FAILED' }, status: null })
  expect(down.detail).not.toContain('secret-word')
  await rabbitmq.start()
  expect((await attempt(channel, 'amqp://bus/alerts', 20_000)).outcome.kind).toBe('DELIVERED')
}, 90_000)

test('takes only allowed exchanges, of configured brokers, for allowed roles', async () => {
  const channel = open()
  for (const uri of ['amqp://bus/other', 'amqp://else/alerts', 'amqp://bus/', 'amqp://bus/amq.topic'])
    await expect(channel.check(uri, 'uri'), uri).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'uri' })
  expect(channel.mayUse?.('amqp://bus/alerts', 'ADMIN')).toBe(true)
  expect(channel.mayUse?.('amqp://bus/alerts', 'TENANT')).toBe(false)
})

test.each(['cloudstack-events', '', 'amq.topic'])(
  'a file that allows the exchange "%s" is refused',
  (name) => {
    const url = 'amqp://guest:secret-word@127.0.0.1/'
    const text = JSON.stringify({ bus: { url, exchanges: { [name]: { roles: ['admin'] } } } })
    const source = { url: 'amqp://localhost:5672', exchange: 'cloudstack-events' }
    expect(() => parseAmqpBrokers(text, 'brokers.json', source)).toThrow(/bus\.exchanges\..* must not be/)
  },
)
