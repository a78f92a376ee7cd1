// Random messages on the bus, with good ones between them: every good one is logged, every other one is
// logged, ignored or put aside, and none stops those behind it.

import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { query } from '../support/clients.ts'
import { type Fuzzed, startFuzzed } from '../support/fuzzed.ts'
import { mangled, mangledText } from '../support/mangled.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { readSamples } from '../support/samples.ts'

const exchange = 'fuzzed-events'
const queue = 'fuzzed'
const patience = { timeout: 20_000, interval: 50 }

let rabbitmq: TestRabbitMQ
let target: Fuzzed

beforeAll(async () => {
  rabbitmq = await startRabbitMQ()
  target = await startFuzzed({
    HELIOGRAPH_AMQP_URL: rabbitmq.url,
    HELIOGRAPH_AMQP_EXCHANGE: exchange,
    HELIOGRAPH_AMQP_QUEUE: queue,
  })
  await vi.waitFor(async () => expect(await rabbitmq.waiting(queue)).toBe(0), patience)
})
afterAll(async () => {
  await target.stop()
  await rabbitmq.stop()
})

type Message = {
  readonly routingKey: string
  readonly body: Buffer
  readonly properties: Record<string, unknown>
}

const samples = readSamples()
const text = mangledText(mangled(samples.map(({ body }) => body)))
const body = fc.oneof(
  { weight: 5, arbitrary: text.map((one) => Buffer.from(one)) },
  { weight: 1, arbitrary: text.map((one) => Buffer.from(one, 'utf16le')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(300 * 1024, '[')) },
)
const routingKey = fc.oneof(
  fc.constantFrom(...samples.map((sample) => sample.routingKey ?? '')),
  fc.constantFrom(
    '',
    '.',
    '*.*.*.*.*',
    'a.b.c.d.e',
    'management-server.ActionEvent.VM-START.*.*',
    'x'.repeat(255),
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)
const properties = fc.record(
  {
    contentType: fc.constantFrom('application/json', 'text/plain', 'x'),
    contentEncoding: fc.constantFrom('gzip', 'utf-8'),
    headers: fc.dictionary(
      fc.string({ maxLength: 10 }),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    ),
    messageId: fc.string({ maxLength: 20 }),
    timestamp: fc.nat(),
    priority: fc.nat(9),
  },
  { requiredKeys: [] },
)

function good(n: number): Message {
  const told = {
    event: 'FUZZ.GOOD',
    status: 'Completed',
    description: `good ${n}`,
    eventDateTime: '2026-05-14 09:31:07 +0000',
  }
  return {
    routingKey: 'management-server.ActionEvent.FUZZ-GOOD.*.*',
    body: Buffer.from(JSON.stringify(told)),
    properties: {},
  }
}

async function publish(messages: readonly Message[]): Promise<void> {
  const channel = await rabbitmq.client().acquire()
  await channel.confirmSelect()
  await Promise.all(
    messages.map(({ routingKey, body, properties }) =>
      channel.basicPublish({ exchange, routingKey, ...properties }, body),
    ),
  )
  await channel.close()
}

async function counted(name: string): Promise<number> {
  const headers = { authorization: `Bearer ${target.tokens.metrics}` }
  const metrics = await (await fetch(`${target.url}/metrics`, { headers })).text()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN)
}

it('the bus may carry anything: what is good is logged, and what cannot be decoded is put aside', async () => {
  let published = 0
  let goodOnes = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ routingKey, body, properties }), { minLength: 1, maxLength: 20 }),
      async (bad) => {
        const batch = bad.flatMap((one) => [one, good(++goodOnes)])
        published += batch.length
        await publish(batch)
      },
    ),
    { numRuns: 40, endOnFailure: true },
  )
  await vi.waitFor(
    async () => expect(await counted('heliograph_amqp_received_total')).toBe(published),
    patience,
  )
  await vi.waitFor(async () => expect(await rabbitmq.waiting(queue)).toBe(0), patience)
  const asked = '{ events(filter: { types: ["FUZZ.GOOD"] }, last: 500) { nodes { description } } }'
  const logged = async () => {
    const { events } = await query<{ events: { nodes: { description: string }[] } }>(
      target.endpoint,
      asked,
      {},
      target.tokens.admin,
    )
    return events.nodes.map(({ description }) => description)
  }
  await vi.waitFor(async () => expect((await logged()).at(-1)).toBe(`good ${goodOnes}`), patience)
  expect(await logged()).toEqual(Array.from({ length: goodOnes }, (_, i) => `good ${i + 1}`).slice(-500))
  const dead = await vi.waitFor(async () => {
    const waiting = await rabbitmq.waiting(`${queue}.dead`)
    expect(waiting).toBe(await counted('heliograph_amqp_dead_lettered_total'))
    return waiting
  }, patience)
  expect(dead).toBeGreaterThan(0)
  expect(dead).toBeLessThan(published - goodOnes)
  await target.check()
})
