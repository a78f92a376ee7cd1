// The AMQP channel against a real RabbitMQ.

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { parseAmqpBrokers } from '../../src/channel/amqp-brokers.ts'
import { openAmqpChannel } from '../../src/channel/amqp-channel.ts'
import { openGate } from '../support/gate.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { destinationOf, notifications } from './conformance/world.ts'

let rabbitmq: TestRabbitMQ
beforeAll(async () => {
  rabbitmq = await startRabbitMQ()
}, 60_000)
afterAll(() => rabbitmq?.stop())

function open(port = rabbitmq.port) {
  const [admin, tenant] = [{ roles: ['admin'] }, { roles: ['tenant'] }]
  const exchanges = { alerts: admin, missing: tenant, narrow: tenant }
  const source = { url: rabbitmq.url, exchange: 'cloudstack-events' }
  const url = rabbitmq.url.replace(String(rabbitmq.port), String(port))
  const text = JSON.stringify({ bus: { url, exchanges } })
  const channel = openAmqpChannel({ brokers: parseAmqpBrokers(text, 'brokers.json', source), source })
  onTestFinished(() => channel.close())
  return channel
}

async function attempt(channel: ReturnType<typeof open>, uri: string, timeoutMs = 10_000) {
  const destination = await destinationOf({ channel, uri }, { timeoutMs })
  return channel.attempt(destination, notifications(1), new AbortController().signal)
}

async function bind(queue: string, routingKey: string): Promise<ReturnType<TestRabbitMQ['client']>> {
  const client = rabbitmq.client()
  await client.exchangeDeclare({ exchange: 'alerts', type: 'topic', durable: true })
  await client.queueDeclare({ queue, durable: true })
  await client.queueBind({ queue, exchange: 'alerts', routingKey })
  return client
}

test('a message is persistent, a CloudEvent, and has the type as routing key and the webhook-id as its id', async () => {
  const [sent] = notifications(1)
  const client = await bind('seen', sent?.event.type ?? '')
  expect(await attempt(open(), 'amqp://bus/alerts')).toMatchObject({ outcome: { kind: 'DELIVERED' } })
  const message = await client.basicGet({ queue: 'seen', noAck: true })
  expect(message).toMatchObject({
    routingKey: sent?.event.type,
    deliveryMode: 2,
    messageId: sent?.id,
    contentType: 'application/cloudevents+json; charset=UTF-8',
  })
  expect(JSON.parse(String(message?.body))).toMatchObject({ specversion: '1.0', id: sent?.event.eventId })
})

test('many at once are all confirmed, and all there', async () => {
  const client = await bind('many', '#')
  const channel = open()
  const attempts = await Promise.all(Array.from({ length: 200 }, () => attempt(channel, 'amqp://bus/alerts')))
  expect(new Set(attempts.map(({ outcome }) => outcome.kind))).toEqual(new Set(['DELIVERED']))
  const { messageCount } = await client.queueDeclare({ queue: 'many', passive: true })
  expect(messageCount).toBe(200)
})

test('an exchange that is missing fails alone, with the status of the broker', async () => {
  await bind('other', '#')
  const channel = open()
  expect(await attempt(channel, 'amqp://bus/missing')).toMatchObject({
    outcome: { kind: 'FAILED' },
    status: 404,
  })
  expect((await attempt(channel, 'amqp://bus/alerts')).outcome.kind).toBe('DELIVERED')
})

test('a broker that is down fails at once with the cause and no password; one that is back is used again', async () => {
  await bind('back', '#')
  const channel = open()
  expect((await attempt(channel, 'amqp://bus/alerts')).outcome.kind).toBe('DELIVERED')
  await rabbitmq.kill()
  await attempt(channel, 'amqp://bus/alerts')
  const down = await attempt(channel, 'amqp://bus/alerts')
  expect(down).toMatchObject({ outcome: { kind: 'FAILED' }, status: null, detail: 'ECONNREFUSED' })
  await rabbitmq.start()
  await expect
    .poll(async () => (await attempt(channel, 'amqp://bus/alerts')).outcome.kind, { timeout: 20_000 })
    .toBe('DELIVERED')
}, 90_000)

test('a broker that hangs fails after its time, and an attempt that is given up at once', async () => {
  await bind('hanging', '#')
  const channel = open()
  await attempt(channel, 'amqp://bus/alerts')
  process.kill(rabbitmq.pid(), 'SIGSTOP')
  try {
    const late = await attempt(channel, 'amqp://bus/alerts', 300)
    expect(late).toMatchObject({ outcome: { kind: 'FAILED' }, detail: 'no answer within 300 ms' })
    const controller = new AbortController()
    const destination = await destinationOf({ channel, uri: 'amqp://bus/alerts' })
    const attempting = channel.attempt(destination, notifications(1), controller.signal)
    controller.abort()
    expect(await attempting).toMatchObject({ outcome: { kind: 'FAILED' }, detail: 'given up' })
  } finally {
    process.kill(rabbitmq.pid(), 'SIGCONT')
  }
  await expect
    .poll(async () => (await attempt(channel, 'amqp://bus/alerts')).outcome.kind, { timeout: 20_000 })
    .toBe('DELIVERED')
}, 60_000)

test('takes only allowed exchanges, of configured brokers, for allowed roles', async () => {
  const channel = open()
  for (const uri of ['amqp://bus/other', 'amqp://else/alerts', 'amqp://bus/', 'amqp://bus/amq.topic'])
    await expect(channel.check(uri, 'uri'), uri).rejects.toMatchObject({ code: 'BAD_INPUT', field: 'uri' })
  expect(channel.mayUse?.('amqp://bus/alerts', 'ADMIN')).toBe(true)
  expect(channel.mayUse?.('amqp://bus/alerts', 'TENANT')).toBe(false)
})

test('the exchange that the gateway takes events from is refused, whatever its host is called', async () => {
  const text = JSON.stringify({ bus: { url: rabbitmq.url, exchanges: { looped: { roles: ['admin'] } } } })
  const source = { url: 'amqps://mq.example.org', exchange: 'looped' }
  const channel = openAmqpChannel({ brokers: parseAmqpBrokers(text, 'brokers.json', null), source })
  onTestFinished(() => channel.close())
  await expect(channel.check('amqp://bus/looped', 'uri')).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('that this gateway takes events from'),
  })
  expect(channel.mayUse?.('amqp://bus/looped', 'ADMIN')).toBe(false)
})

test('what the operator allows no longer is for nobody', () => {
  expect(open().mayUse?.('amqp://bus/withdrawn', 'ADMIN')).toBe(false)
})

test('an exchange that is missing costs nothing of what goes to others at the same time', async () => {
  await bind('beside', '#')
  const channel = open()
  const exchanges = Array.from({ length: 200 }, (_, n) => (n % 50 === 25 ? 'missing' : 'alerts'))
  const attempts = await Promise.all(
    exchanges.map(async (exchange) => ({ exchange, ...(await attempt(channel, `amqp://bus/${exchange}`)) })),
  )
  for (const { exchange, outcome } of attempts)
    expect(outcome.kind).toBe(exchange === 'alerts' ? 'DELIVERED' : 'FAILED')
})

test('an exchange that is missing may be tried for ever', async () => {
  const warnings: string[] = []
  const warn = ({ name }: Error) => void warnings.push(name)
  process.on('warning', warn)
  onTestFinished(() => void process.off('warning', warn))
  const channel = open()
  for (let tries = 0; tries < 15; tries++)
    expect(await attempt(channel, 'amqp://bus/missing')).toMatchObject({ status: 404 })
  expect(warnings).toEqual([])
})

test('what the broker does not take (nack) fails, and is taken once there is room', async () => {
  const client = rabbitmq.client()
  const full = { 'x-max-length': 1, 'x-overflow': 'reject-publish' } as const
  await client.exchangeDeclare({ exchange: 'narrow', type: 'topic', durable: true })
  await client.queueDeclare({ queue: 'full', durable: true, arguments: full })
  await client.queueBind({ queue: 'full', exchange: 'narrow', routingKey: '#' })
  const channel = open()
  expect((await attempt(channel, 'amqp://bus/narrow')).outcome.kind).toBe('DELIVERED')
  expect(await attempt(channel, 'amqp://bus/narrow')).toMatchObject({
    outcome: { kind: 'FAILED' },
    detail: 'the broker says NACK',
  })
  await client.queuePurge({ queue: 'full' })
  expect((await attempt(channel, 'amqp://bus/narrow')).outcome.kind).toBe('DELIVERED')
})

test('nothing is delivered before the broker confirms it', async () => {
  await bind('held', '#')
  const gate = await openGate(rabbitmq.port)
  onTestFinished(gate.stop)
  const channel = open(gate.port)
  await attempt(channel, 'amqp://bus/alerts')
  process.kill(rabbitmq.pid(), 'SIGSTOP')
  let isOver = false
  const reached = gate.reached()
  const attempting = attempt(channel, 'amqp://bus/alerts').finally(() => {
    isOver = true
  })
  try {
    await reached
    expect(isOver).toBe(false)
  } finally {
    process.kill(rabbitmq.pid(), 'SIGCONT')
  }
  expect((await attempting).outcome.kind).toBe('DELIVERED')
})
