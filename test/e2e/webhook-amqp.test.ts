// Exchanges as endpoints, through the public doors with a real RabbitMQ: for the roles that the operator
// allows, and told what happens.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { cloudEventBatch, vmState } from '../support/cloud.ts'
import { engineNames, startTestGateway } from '../support/gateway.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { everyRole, makeTokenFile } from '../support/tokens.ts'
import { command, type Kept, webhookSettings } from '../support/webhooks.ts'

const alerts = { filter: { types: ['VM.STATE'] }, endpoints: [{ uri: 'amqp://bus/alerts' }] }
let rabbitmq: TestRabbitMQ
let directory: string

beforeAll(async () => {
  rabbitmq = await startRabbitMQ()
  directory = await mkdtemp(join(tmpdir(), 'heliograph-brokers-'))
  const exchanges = { alerts: { roles: ['admin'] }, shared: { roles: ['tenant'] } }
  await writeFile(join(directory, 'brokers.json'), JSON.stringify({ bus: { url: rabbitmq.url, exchanges } }))
}, 60_000)
afterAll(async () => {
  await rabbitmq?.stop()
  await rm(directory, { recursive: true, force: true })
})

test.each(engineNames)(
  'an exchange for administrators is refused to a tenant, and tells an administrator what happens, on %s',
  async (engine) => {
    const file = await makeTokenFile(everyRole)
    onTestFinished(() => file.remove())
    const { acme, admin, ingest } = file.tokens
    const amqpBrokersFile = join(directory, 'brokers.json')
    const gateway = await startTestGateway(engine, {
      ...webhookSettings,
      tokensFile: file.path,
      amqpBrokersFile,
    })
    onTestFinished(() => gateway.stop())
    const queue = `seen-${engine}`
    const client = rabbitmq.client()
    await client.exchangeDeclare({ exchange: 'alerts', type: 'topic', durable: true })
    await client.queueDeclare({ queue, durable: true })
    await client.queueBind({ queue, exchange: 'alerts', routingKey: 'VM.STATE' })

    const { refused } = await command(gateway, 'createWebhook', alerts, acme)
    expect(refused).toMatchObject({ code: 'FORBIDDEN', field: 'input.endpoints[0].uri' })
    const shared = { ...alerts, endpoints: [{ uri: 'amqp://bus/shared' }] }
    const own = await command<Kept>(gateway, 'createWebhook', shared, acme)
    expect(own.data?.webhook.endpoints).toMatchObject([{ channel: 'amqp', state: 'ENABLED' }])
    const { id, version } = own.data?.webhook ?? {}
    const moved = await command(gateway, 'updateWebhook', { id, version, endpoints: alerts.endpoints }, acme)
    expect(moved.refused).toMatchObject({ code: 'FORBIDDEN', field: 'input.endpoints[0].uri' })

    const made = await command<Kept>(gateway, 'createWebhook', alerts, admin)
    expect(made.data?.webhook.endpoints).toMatchObject([{ channel: 'amqp', state: 'ENABLED' }])
    await gateway.post([vmState('e1', 'vm-1', 'Running')], cloudEventBatch, ingest)
    await expect.poll(() => rabbitmq.waiting(queue), { timeout: 20_000 }).toBe(1)
    const message = await client.basicGet({ queue, noAck: true })
    expect(message).toMatchObject({ routingKey: 'VM.STATE' })
    expect(JSON.parse(String(message?.body))).toMatchObject({ specversion: '1.0', id: 'e1' })
  },
  60_000,
)
