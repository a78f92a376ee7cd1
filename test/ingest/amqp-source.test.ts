// The AMQP source through public doors: a real RabbitMQ is published to as CloudStack does, and the
// gateway is asked what it has.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Settings } from '../../src/settings.ts'
import { connect, query, type Row } from '../support/clients.ts'
import { cloudStackSamples } from '../support/cloud.ts'
import { type EngineName, engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Program, runNode } from '../support/program.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { startRedis } from '../support/redis.ts'

type Message = { readonly routingKey: string; readonly body: unknown }

/** As CloudStack declares it. */
const bus = { type: 'topic', durable: true, autoDelete: false }
const patience = { timeout: 20_000, interval: 50 }

let rabbitmq: TestRabbitMQ
let made = new AsyncDisposableStack()
let queues = 0

beforeAll(async () => {
  rabbitmq = await startRabbitMQ()
})
afterAll(() => rabbitmq.stop())
afterEach(async () => {
  await made.disposeAsync()
  made = new AsyncDisposableStack()
})

type Bus = { readonly broker: TestRabbitMQ; readonly exchange: string; readonly queue: string }

/** An exchange and a queue that no other test uses. */
function newBus(broker = rabbitmq): Bus {
  queues += 1
  return { broker, exchange: `events-${queues}`, queue: `heliograph-${queues}` }
}

function settingsFor({ broker, exchange, queue }: Bus, changes: Partial<Settings> = {}): Partial<Settings> {
  return { amqpUrl: broker.url, amqpExchange: exchange, amqpQueue: queue, ...changes }
}

/** The same for a process, with so few messages at a time that it can be caught in the middle. */
function environmentFor({ broker, exchange, queue }: Bus): Record<string, string> {
  return {
    HELIOGRAPH_AMQP_URL: broker.url,
    HELIOGRAPH_AMQP_EXCHANGE: exchange,
    HELIOGRAPH_AMQP_QUEUE: queue,
    HELIOGRAPH_AMQP_PREFETCH: '100',
    HELIOGRAPH_LOG_LEVEL: 'trace',
  }
}

async function start(engine: EngineName, settings: Partial<Settings>): Promise<TestGateway> {
  const gateway = await startTestGateway(engine, settings)
  made.defer(() => gateway.stop())
  return gateway
}

/** Publishes in order, as CloudStack does; resolves once the broker has written all of it. */
async function publish({ broker, exchange }: Bus, messages: readonly Message[]): Promise<void> {
  const channel = await broker.client().acquire()
  await channel.exchangeDeclare({ exchange, ...bus })
  await channel.confirmSelect()
  await Promise.all(
    messages.map(({ routingKey, body }) =>
      channel.basicPublish(
        { exchange, routingKey, durable: true },
        typeof body === 'string' ? body : JSON.stringify(body),
      ),
    ),
  )
  await channel.close()
}

/** Fills a queue before any gateway has declared it. */
async function fill(target: Bus, messages: readonly Message[]): Promise<void> {
  const { broker, exchange, queue } = target
  const client = broker.client()
  await client.exchangeDeclare({ exchange, ...bus })
  await client.queueDeclare({ queue, durable: true, arguments: { 'x-single-active-consumer': true } })
  await client.queueBind({ queue, exchange, routingKey: '#' })
  await publish(target, messages)
}

/** Distinct messages about resources whose names sort in the order of the messages. */
function messages(count: number, name = 'vm'): Message[] {
  return Array.from({ length: count }, (_, index) => {
    const uid = `${name}-${String(index).padStart(6, '0')}`
    return {
      routingKey: `management-server.ActionEvent.VM-START.VirtualMachine.${uid}`,
      body: {
        event: 'VM.START',
        status: 'Started',
        entity: 'VirtualMachine',
        entityuuid: uid,
        eventDateTime: '2026-05-14 09:31:34 +0000',
      },
    }
  })
}

const uidsOf = (sent: readonly Message[]) => sent.map(({ routingKey }) => routingKey.split('.').at(-1))

type Page<T> = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: T[] }

/** Everything of a connection field, oldest first. */
async function readAll<T = Row>(url: string, field: string, selection: string): Promise<T[]> {
  const rows: T[] = []
  for (let after: string | null = null; ; ) {
    const text: string = `query { page: ${field}(first: 500${after ? `, after: "${after}"` : ''}) {
      pageInfo { hasNextPage endCursor } nodes { ${selection} } } }`
    const { page }: { page: Page<T> } = await query(`${url}/graphql`, text)
    rows.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) return rows
    after = page.pageInfo.endCursor
  }
}

/** The uids of the log's events, in its order. */
async function uidsIn({ url }: { url: string }): Promise<string[]> {
  const rows = await readAll<{ resource: { uid: string } }>(url, 'events', 'resource { uid }')
  return rows.map(({ resource }) => resource.uid)
}

async function metric({ url }: { url: string }, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(text)?.[1])
}

const logged = (gateway: { url: string }) =>
  metric(gateway, 'heliograph_events_ingested_total{result="logged"}')

async function readiness({ url }: { url: string }): Promise<{ ready: boolean; amqp: string | undefined }> {
  const response = await fetch(`${url}/health/ready`)
  const { ready, checks } = (await response.json()) as { ready: boolean; checks: Record<string, string> }
  return { ready, amqp: checks.amqp }
}

/** Resolves once a gateway has logged so many events, while it goes on. */
async function untilLogged(url: string, count: number): Promise<void> {
  const client = connect(`${url.replace('http', 'ws')}/graphql`)
  const { head } = await query<{ head: string }>(`${url}/graphql`, '{ head }')
  const recording = client.subscribe('subscription ($after: Cursor) { events(after: $after) { cursor } }', {
    after: head,
  })
  await recording.until((received) => received.length >= count)
  await client.close()
}

/** A gateway as a process of its own, to be killed. */
async function spawnGateway(env: Record<string, string>): Promise<Program & { url: string }> {
  const program = runNode(['src/start.js', '--port', '0'], { env })
  made.defer(() => program.kill())
  const [, url = ''] = await program.until(/GraphiQL\s+(http:\S+)\/graphql/)
  return Object.assign(program, { url })
}

/** Where a spawned gateway keeps its events, to be found again by the next. */
async function makeStore(engine: EngineName): Promise<Record<string, string>> {
  if (engine === 'redis') {
    const redis = await startRedis()
    made.defer(() => redis.stop())
    return { HELIOGRAPH_REDIS_URL: redis.url }
  }
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-amqp-'))
  made.defer(() => rm(directory, { recursive: true, force: true }))
  return { HELIOGRAPH_DATA: directory }
}

describe.each(engineNames)('messages from RabbitMQ, with %s', (engine) => {
  test('make the same log and the same state as by HTTP', async () => {
    const target = newBus()
    const samples = await cloudStackSamples()
    const [byHttp, byAmqp] = [await start(engine, {}), await start(engine, settingsFor(target))]
    await expect.poll(() => readiness(byAmqp), patience).toEqual({ ready: true, amqp: 'connected' })
    await byHttp.post(samples)
    await publish(target, samples)
    await expect.poll(() => metric(byAmqp, 'heliograph_amqp_received_total'), patience).toBe(samples.length)
    // Not `time`: some samples have none, and get the time of their arrival.
    const events = `eventId type category resource { kind uid } related { kind uid } owner
      actor { account user } zone severity status outcome description data`
    const resources = 'id kind name state owner zone'
    const expected = await readAll(byHttp.url, 'events', events)
    await expect.poll(() => logged(byAmqp), patience).toBe(expected.length)
    expect(await readAll(byAmqp.url, 'events', events)).toEqual(expected)
    expect(await readAll(byAmqp.url, 'resources', resources)).toEqual(
      await readAll(byHttp.url, 'resources', resources),
    )
    expect(await rabbitmq.waiting(`${target.queue}.dead`)).toBe(null)
  })

  test('are neither lost nor doubled nor reordered when the gateway is killed in the middle', async () => {
    const target = newBus()
    const sent = messages(4_000)
    await fill(target, sent)
    const env = { ...environmentFor(target), ...(await makeStore(engine)) }
    const first = await spawnGateway(env)
    await untilLogged(first.url, 300)
    await first.kill()
    expect(await rabbitmq.waiting(target.queue)).toBeGreaterThan(0)
    const second = await spawnGateway(env)
    await expect.poll(async () => (await uidsIn(second)).length, patience).toBe(sent.length)
    expect(await uidsIn(second)).toEqual(uidsOf(sent))
    await expect.poll(() => rabbitmq.waiting(target.queue), patience).toBe(0)
    expect(first.output().stdout + second.output().stdout).not.toContain('secret-word')
  })
})

describe('a broker that fails', () => {
  test.each(engineNames)(
    'in the middle loses nothing, doubles nothing and keeps the order, with %s',
    async (engine) => {
      const broker = await startRabbitMQ()
      made.defer(() => broker.stop())
      const target = newBus(broker)
      const sent = messages(4_000)
      await fill(target, sent)
      const gateway = await start(engine, settingsFor(target, { amqpPrefetch: 100 }))
      await untilLogged(gateway.url, 300)
      await broker.kill()
      expect((await uidsIn(gateway)).length).toBeLessThan(sent.length)
      await expect.poll(() => readiness(gateway), patience).toEqual({ ready: true, amqp: 'not connected' })
      await broker.start()
      await expect.poll(() => logged(gateway), patience).toBe(sent.length)
      expect(await uidsIn(gateway)).toEqual(uidsOf(sent))
      expect(await metric(gateway, 'heliograph_amqp_connected')).toBe(1)
    },
    60_000,
  )

  test('at the start is waited for, while the gateway serves', async () => {
    const broker = await startRabbitMQ({ running: false })
    made.defer(() => broker.stop())
    const target = newBus(broker)
    const program = await spawnGateway({ ...environmentFor(target), ...(await makeStore('sqlite')) })
    expect(await readiness(program)).toEqual({ ready: true, amqp: 'not connected' })
    await program.until(/the AMQP broker cannot be reached/)
    await broker.start()
    await program.until(/consuming from the AMQP broker/)
    await publish(target, messages(3))
    await expect.poll(() => uidsIn(program), patience).toEqual(uidsOf(messages(3)))
    expect(program.output().stdout).not.toContain('secret-word')
  }, 60_000)

  test('that refuses the login is told of without the password', async () => {
    const program = await spawnGateway({
      ...environmentFor(newBus()),
      ...(await makeStore('sqlite')),
      HELIOGRAPH_AMQP_URL: rabbitmq.url.replace('secret-word', 'another-word'),
    })
    await program.until(/ACCESS_REFUSED/)
    expect(await readiness(program)).toEqual({ ready: true, amqp: 'not connected' })
    expect(program.output().stdout).not.toContain('another-word')
  })
})

describe('a message that cannot be decoded', () => {
  test('is in the dead letter queue with the reason, and its neighbours are logged', async () => {
    const target = newBus()
    const gateway = await start('sqlite', settingsFor(target))
    const dead = `${target.queue}.dead`
    await expect.poll(() => readiness(gateway), patience).toEqual({ ready: true, amqp: 'connected' })
    const [before, after] = messages(2)
    const bad = [
      { routingKey: 'management-server.ActionEvent.VM-START.VirtualMachine.x', body: '{"event":' },
      { routingKey: 'management-server.ActionEvent.VM-START.VirtualMachine.y', body: '[]' },
    ]
    await publish(
      target,
      [before, ...bad, after].filter((message) => message !== undefined),
    )
    await expect.poll(() => metric(gateway, 'heliograph_amqp_dead_lettered_total'), patience).toBe(2)
    await expect.poll(() => uidsIn(gateway), patience).toEqual(uidsOf(messages(2)))
    const first = await rabbitmq.client().basicGet({ queue: dead, noAck: true })
    expect(first).toMatchObject({
      body: '{"event":',
      durable: true,
      headers: {
        'x-heliograph-code': 'BAD_INPUT',
        'x-heliograph-message': expect.stringContaining('not JSON'),
        'x-heliograph-routing-key': bad[0]?.routingKey,
      },
    })
    const second = await rabbitmq.client().basicGet({ queue: dead, noAck: true })
    expect(second).toMatchObject({ body: '[]', headers: { 'x-heliograph-field': 'body' } })
    await gateway.halt()
    expect(await rabbitmq.waiting(target.queue)).toBe(0)
  })
})

describe('a store that does not answer', () => {
  test('means no acknowledgement and no dead letter, and all is logged when it answers again', async () => {
    const redis = await startRedis()
    made.defer(() => redis.stop())
    const target = newBus()
    const gateway = await start('redis', settingsFor(target, { redisUrl: redis.url }))
    await expect.poll(() => readiness(gateway), patience).toEqual({ ready: true, amqp: 'connected' })
    redis.pause()
    made.defer(() => redis.resume())
    const good = messages(700)
    await publish(target, [...good, { routingKey: 'a.b', body: 'no JSON' }])
    await expect
      .poll(async () => (await readiness(gateway)).amqp, patience)
      .toBe('connected, waiting until events can be kept')
    expect(await rabbitmq.waiting(`${target.queue}.dead`)).toBe(null)
    expect(await metric(gateway, 'heliograph_amqp_dead_lettered_total')).toBe(0)
    redis.resume()
    await expect.poll(() => rabbitmq.waiting(`${target.queue}.dead`), patience).toBe(1)
    expect(await uidsIn(gateway)).toEqual(uidsOf(good))
    expect((await readiness(gateway)).amqp).toBe('connected')
  }, 60_000)

  test('while the gateway stops leaves the messages in the queue', async () => {
    const redis = await startRedis()
    made.defer(() => redis.stop())
    const target = newBus()
    const gateway = await start('redis', settingsFor(target, { redisUrl: redis.url, stopTimeoutMs: 2_000 }))
    await expect.poll(() => readiness(gateway), patience).toEqual({ ready: true, amqp: 'connected' })
    redis.pause()
    made.defer(() => redis.resume())
    await publish(target, messages(50))
    await expect.poll(() => metric(gateway, 'heliograph_amqp_received_total'), patience).toBe(50)
    await gateway.halt()
    await expect.poll(() => rabbitmq.waiting(target.queue), patience).toBe(50)
  }, 60_000)
})

describe('two gateways on one queue', () => {
  test.each(['is killed', 'stops'])(
    'one consumes, the other takes over within 10 seconds when it %s, and the order is kept',
    async (end) => {
      const target = newBus()
      const env = { ...environmentFor(target), ...(await makeStore('redis')) }
      const first = await spawnGateway(env)
      await first.until(/consuming from the AMQP broker/)
      const second = await spawnGateway(env)
      await second.until(/consuming from the AMQP broker/)
      const sent = messages(4_000)
      const underWay = untilLogged(first.url, 300)
      const publishing = publish(target, sent)
      await underWay
      expect(await metric(second, 'heliograph_amqp_received_total')).toBe(0)
      const taken = expect
        .poll(() => metric(second, 'heliograph_amqp_received_total'), { timeout: 10_000, interval: 50 })
        .toBeGreaterThan(0)
      if (end === 'stops') first.process.kill('SIGTERM')
      else await first.kill()
      await Promise.all([taken, publishing])
      await expect.poll(async () => (await uidsIn(second)).length, patience).toBe(sent.length)
      expect(await uidsIn(second)).toEqual(uidsOf(sent))
    },
    60_000,
  )
})
