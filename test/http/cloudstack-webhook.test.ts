// CloudStack's webhooks through the public door: what it sends, what a stranger or a replay may send, and
// that an event is one, whichever way it came.

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '../../src/observe/logger.ts'
import { query } from '../support/clients.ts'
import { cloudStackSamples } from '../support/cloud.ts'
import {
  busTime,
  deliver,
  gson,
  headersOf,
  signatureOf,
  webhookSecret,
} from '../support/cloudstack-webhook.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startRabbitMQ, type TestRabbitMQ } from '../support/rabbitmq.ts'
import { startRedis } from '../support/redis.ts'
import { makeTokenFile } from '../support/tokens.ts'
import { answerTo, ask, open } from './ask.ts'

const signed = { cloudstackWebhookSecret: webhookSecret }
const patience = { timeout: 20_000, interval: 50 }
const minuteMs = 60_000

let made = new AsyncDisposableStack()
afterEach(async () => {
  await made.disposeAsync()
  made = new AsyncDisposableStack()
})

async function start(...args: Parameters<typeof startTestGateway>): Promise<TestGateway> {
  const gateway = await startTestGateway(...args)
  made.defer(() => gateway.stop())
  return gateway
}

/** An event that just happened. */
function started(uid: string, changes: Record<string, unknown> = {}) {
  return {
    eventDateTime: busTime(Date.now()),
    entityuuid: uid,
    event: 'VM.START',
    status: 'Completed',
    entity: 'VirtualMachine',
    description: 'Successfully completed starting Vm',
    ...changes,
  }
}

type Logged = {
  eventId: string
  description: string
  data: Record<string, unknown>
  resource: { uid: string }
}

async function eventsOf({ endpoint }: TestGateway): Promise<Logged[]> {
  const text = '{ events(first: 500) { nodes { eventId description data resource { uid } } } }'
  return (await query<{ events: { nodes: Logged[] } }>(endpoint, text)).events.nodes
}

const uidsOf = async (gateway: TestGateway) => (await eventsOf(gateway)).map(({ resource }) => resource.uid)

async function ingested({ url }: TestGateway, result: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(
    new RegExp(`^heliograph_events_ingested_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(text)?.[1],
  )
}

describe.each(engineNames)('a delivery, with %s', (engine) => {
  it('as CloudStack makes it is answered 200 with a body, once it is kept', async () => {
    const gateway = await start(engine, signed)
    // A cloud in another time zone, whose keys come in no order and whose text Gson escapes.
    const time = busTime(Date.now() + 2 * 60 * minuteMs).replace('+0000', '+0200')
    const description = "Successfully completed starting <Vm> 'é' & a=b"
    const body = started('first', { eventDateTime: time, description })
    expect(gson(body)).toContain('\\u003cVm\\u003e \\u0027é\\u0027 \\u0026 a\\u003db')
    const { status, json, headers } = await deliver(gateway, body)
    expect({ status, json }).toMatchObject({ status: 200, json: { accepted: 1, duplicates: 0 } })
    expect(headers['content-type']).toContain('application/json')
    const [event] = await eventsOf(gateway)
    expect(event).toMatchObject({
      description,
      resource: { uid: 'first' },
      data: { 'X-CS-Event-ID': '0d9a6f0e-58a1-4c3f-9d1e-2f4b6c8d0a1b' },
    })
  })

  it('tried three times at once, and again, is one event, and every try is answered 200', async () => {
    const gateway = await start(engine, signed)
    const body = started('thrice')
    const tries = await Promise.all([1, 2, 3].map(() => deliver(gateway, body)))
    tries.push(await deliver(gateway, body))
    expect(tries.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(tries.map(({ json }) => json.accepted).sort()).toEqual([0, 0, 0, 1])
    expect(await uidsOf(gateway)).toEqual(['thrice'])
  })

  it('that is sent again once the log has forgotten it is refused', async () => {
    const gateway = await start(engine, { ...signed, dedupeEvents: 3 })
    const body = started('replayed')
    expect(await deliver(gateway, body)).toMatchObject({ status: 200, json: { accepted: 1 } })
    expect(await deliver(gateway, body)).toMatchObject({ status: 200, json: { duplicates: 1 } })
    for (const uid of ['a', 'b', 'c']) await gateway.post({ body: started(uid) })
    const { status, json } = await deliver(gateway, body)
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { error: { code: 'BAD_INPUT', field: 'body.eventDateTime' } },
    })
    expect(json).toMatchObject({
      error: {
        message: expect.stringMatching(/replay.*clock of the management server.*HELIOGRAPH_DEDUPE_EVENTS/),
      },
    })
    expect(await uidsOf(gateway)).toEqual(['replayed', 'a', 'b', 'c'])
    // Without this door's care it would be taken for new.
    expect(await (await gateway.post({ body })).json()).toMatchObject({ accepted: 1 })
  })
})

describe.each(engineNames)('an event that comes by RabbitMQ as well, with %s', (engine) => {
  let rabbitmq: TestRabbitMQ
  beforeAll(async () => {
    rabbitmq = await startRabbitMQ()
  })
  afterAll(() => rabbitmq.stop())

  type Sample = Awaited<ReturnType<typeof cloudStackSamples>>[number]

  /** The samples that webhooks carry, each a second of the last minutes. */
  async function recentActions(): Promise<Sample[]> {
    const actions = (await cloudStackSamples()).filter(({ routingKey }) =>
      routingKey.includes('.ActionEvent.'),
    )
    const nowMs = Date.now()
    return actions.map(({ routingKey, body }, index) => ({
      routingKey,
      body: { ...body, eventDateTime: busTime(nowMs - index * 1_000) },
    }))
  }

  async function publish({ settings }: TestGateway, samples: readonly Sample[]): Promise<void> {
    const channel = await rabbitmq.client().acquire()
    await channel.confirmSelect()
    const exchange = settings.amqpExchange
    await Promise.all(
      samples.map(({ routingKey, body }) =>
        channel.basicPublish({ exchange, routingKey, durable: true }, gson(body)),
      ),
    )
    await channel.close()
  }

  it('or by POST /events is one event, whichever way it comes first', async () => {
    const names = { amqpExchange: `webhook-${engine}`, amqpQueue: `webhook-${engine}` }
    const gateway = await start(engine, { ...signed, ...names, amqpUrl: rabbitmq.url })
    const { url } = gateway
    const ready = async () => (await fetch(`${url}/health/ready`)).text()
    await expect.poll(ready, patience).toContain('"amqp":"connected"')
    const samples = await recentActions()
    const ways = [
      (some: readonly Sample[]) => publish(gateway, some),
      async (some: readonly Sample[]) => {
        const answers = await Promise.all(some.map(({ body }) => deliver(gateway, body)))
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      },
      async (some: readonly Sample[]) => {
        expect((await gateway.post(some)).status).toBe(202)
      },
    ]
    // A third comes first by each way, then all by all.
    for (const [turn, send] of ways.entries()) await send(samples.filter((_, index) => index % 3 === turn))
    await expect.poll(() => ingested(gateway, 'logged'), patience).toBe(samples.length)
    for (const send of ways) await send(samples)
    await expect.poll(() => ingested(gateway, 'duplicate'), patience).toBe(samples.length * 3)
    expect(await ingested(gateway, 'logged')).toBe(samples.length)
    expect(new Set((await eventsOf(gateway)).map(({ eventId }) => eventId)).size).toBe(samples.length)
    expect(samples.length).toBeGreaterThan(20)
  })
})

describe('who signs', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway('sqlite', { ...signed, eventBytes: 2_048 })
  })
  afterAll(() => gateway.stop())

  it.each([
    ['no signature', undefined],
    ['one that is no base64', '*'.repeat(44)],
    ['one with the name of its algorithm before it', `sha256=${signatureOf('')}`],
    ['one of 20 bytes', Buffer.alloc(20).toString('base64')],
    ['one of another body', signatureOf('{}')],
    ['one of another secret', signatureOf(gson(started('stranger')), 'another secret of somebody')],
  ])('with %s is refused with 401', async (_, signature) => {
    const answer = await deliver(gateway, started('stranger'), { 'X-CS-Signature': signature })
    expect(answer).toMatchObject({
      status: 401,
      json: { error: { code: 'UNAUTHENTICATED', field: 'x-cs-signature' } },
    })
    expect(answer.headers['www-authenticate']).toBe('Signature')
    expect(await uidsOf(gateway)).not.toContain('stranger')
  })

  it('wrongly, or too much, is told before the body has come', async () => {
    const headers = { ...headersOf('VM.START', ''), 'Content-Length': '1000' }
    const changes = [
      [401, { 'X-CS-Signature': 'none' }],
      [413, { 'Content-Length': '2049' }],
      [415, { 'Content-Encoding': 'gzip' }],
    ] as const
    for (const [status, change] of changes) {
      const asked = open(`${gateway.url}/events/cloudstack`, { headers: { ...headers, ...change } })
      asked.on('error', () => {})
      asked.flushHeaders()
      expect((await answerTo(asked)).status).toBe(status)
      asked.destroy()
    }
  })

  it('too much without saying how much is refused all the same', async () => {
    const payload = gson(started('long', { description: 'x'.repeat(2_048) }))
    const { 'Content-Type': type = '', ...headers } = headersOf('VM.START', payload)
    const asked = open(`${gateway.url}/events/cloudstack`, {
      headers: { ...headers, 'Content-Type': type, 'Transfer-Encoding': 'chunked' },
    })
    asked.on('error', () => {})
    asked.end(payload)
    expect((await answerTo(asked)).status).toBe(413)
  })

  it('gzip is refused, since the signature is of what was sent', async () => {
    const body = gzipSync(gson(started('zipped')))
    const headers = { ...headersOf('VM.START', body), 'Content-Encoding': 'gzip' }
    const answer = await ask(`${gateway.url}/events/cloudstack`, { method: 'POST', headers, body })
    expect(answer.status).toBe(415)
    expect(JSON.parse(answer.body)).toMatchObject({ error: { field: 'content-encoding' } })
  })

  it('is served whatever Host and Origin it names, through a proxy too, and no page may read the answer', async () => {
    const answer = await deliver(gateway, started('proxied'), {
      Host: 'events.example.org',
      Origin: 'https://evil.example.org',
      'X-Forwarded-For': '192.0.2.7',
      Forwarded: 'for=192.0.2.7',
    })
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    const preflight = await ask(`${gateway.url}/events/cloudstack`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example.org', 'Access-Control-Request-Method': 'POST' },
    })
    expect(preflight).toMatchObject({ status: 405, headers: { allow: 'POST' } })
  })

  it('needs no token where tokens are asked for, and a token is no signature', async () => {
    const file = await makeTokenFile({ admin: { role: 'admin' } })
    made.defer(() => file.remove())
    const guarded = await start('sqlite', { ...signed, tokensFile: file.path })
    expect(await deliver(guarded, started('signed'))).toMatchObject({ status: 200, json: { accepted: 1 } })
    const authorization = `Bearer ${file.tokens.admin}`
    const unsigned = { 'X-CS-Signature': undefined, Authorization: authorization }
    expect((await deliver(guarded, started('unsigned'), unsigned)).status).toBe(401)
  })
})

describe('what is signed', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway('sqlite', signed)
  })
  afterAll(() => gateway.stop())

  const at = (ms: number) => ({ eventDateTime: busTime(Date.now() + ms) })
  const withoutTime = { ...started('timeless'), eventDateTime: undefined }

  it.each([
    [
      'an event that its header does not name',
      started('u'),
      { 'X-CS-Event': 'VM.STOP' },
      'x-cs-event',
      'VM.STOP',
    ],
    ['an event without its header', started('u'), { 'X-CS-Event': undefined }, 'x-cs-event', 'is missing'],
    ['an event without a time', withoutTime, {}, 'body.eventDateTime', 'is missing'],
    [
      'a time of another form',
      started('u', { eventDateTime: '2026-05-14' }),
      {},
      'body.eventDateTime',
      '+0000',
    ],
    [
      'an event of two days ago',
      started('u', at(-2 * 24 * 60 * minuteMs)),
      {},
      'body.eventDateTime',
      'replay',
    ],
    ['an event of 24 hours ago', started('u', at(-24 * 60 * minuteMs)), {}, 'body.eventDateTime', 'replay'],
    [
      'an event that is to come',
      started('u', at(6 * minuteMs)),
      {},
      'body.eventDateTime',
      "gateway's clock says",
    ],
    ['an event without a status', started('u', { status: undefined }), {}, 'body.status', 'is missing'],
  ])('%s is refused by name', async (_, body, headers, field, says) => {
    const before = await ingested(gateway, 'rejected')
    expect(await deliver(gateway, body, headers)).toMatchObject({
      status: 400,
      json: { error: { code: 'BAD_INPUT', field, message: expect.stringContaining(says) } },
    })
    expect(await ingested(gateway, 'rejected')).toBe(before + 1)
    expect(await uidsOf(gateway)).not.toContain('u')
  })

  it.each([
    ['no JSON', 'VM.START', 400],
    ['a list', '[]', 400],
    ['a number', '7', 400],
    ['nothing', '', 400],
    ['a very deep event', `{"event":"VM.START","a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 400],
  ])('%s is refused', async (_, payload, status) => {
    const headers = headersOf('VM.START', payload)
    const answer = await ask(`${gateway.url}/events/cloudstack`, { method: 'POST', headers, body: payload })
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'BAD_INPUT' } })
  })

  it('an event as text/plain is refused with 415', async () => {
    const answer = await deliver(gateway, started('text'), { 'Content-Type': 'text/plain' })
    expect(answer).toMatchObject({ status: 415, json: { error: { field: 'content-type' } } })
  })

  it("an event within five minutes of the gateway's clock, or of the last day, is taken", async () => {
    expect((await deliver(gateway, started('ahead', at(4 * minuteMs)))).status).toBe(200)
    expect((await deliver(gateway, started('late', at(-23 * 60 * minuteMs)))).status).toBe(200)
    expect(await uidsOf(gateway)).toEqual(expect.arrayContaining(['ahead', 'late']))
  })

  it('is the event alone: X-CS-Event-ID may be missing or wrong, and makes no other event of it', async () => {
    for (const id of [undefined, '', 'not-a-uuid', 'x'.repeat(1_000)]) {
      const body = started(`unnamed-${id?.length}`)
      expect(await deliver(gateway, body, { 'X-CS-Event-ID': id })).toMatchObject({ json: { accepted: 1 } })
      expect(await deliver(gateway, body)).toMatchObject({ status: 200, json: { duplicates: 1 } })
    }
    const unnamed = (await eventsOf(gateway)).filter(({ resource }) => resource.uid.startsWith('unnamed'))
    expect(unnamed.map(({ data }) => data['X-CS-Event-ID'])).toEqual(Array(4).fill(undefined))
  })

  const json = 'application/json; charset=UTF-8'
  const latin1 = 'text/plain; charset=ISO-8859-1'
  it.each([
    ['the JSON it sends by itself', '{ "CloudStack": "works!" }', json, 'utf8'],
    ['a text', 'hello', latin1, 'latin1'],
    [
      'a text with letters beyond ASCII, which it signs as UTF-8 and sends as Latin-1',
      'grüße',
      latin1,
      'latin1',
    ],
    ['nothing', '', latin1, 'latin1'],
  ] as const)('a test with %s is answered 200 and makes no event', async (_, payload, type, encoding) => {
    const before = (await eventsOf(gateway)).length
    const headers = { ...headersOf('TEST.WEBHOOK', payload), 'Content-Type': type }
    const request = { method: 'POST', headers, body: Buffer.from(payload, encoding) }
    const answer = await ask(`${gateway.url}/events/cloudstack`, request)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 0, ignored: 1 })
    expect(await eventsOf(gateway)).toHaveLength(before)
    const unsigned = { ...headers, 'X-CS-Signature': signatureOf(`${payload}.`) }
    expect((await ask(`${gateway.url}/events/cloudstack`, { ...request, headers: unsigned })).status).toBe(
      401,
    )
  })
})

describe('the door', () => {
  it('is closed without a secret, and names the setting', async () => {
    const gateway = await start('sqlite')
    expect(await deliver(gateway, started('closed'))).toMatchObject({
      status: 404,
      json: { error: { code: 'NOT_FOUND', field: 'HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET' } },
    })
  })

  it('answers 503 while the store is away, tests included, and 200 when it is back', async () => {
    const redis = await startRedis({ appendOnly: true })
    made.defer(() => redis.stop())
    const gateway = await start('redis', { ...signed, redisUrl: redis.url })
    await redis.kill()
    const body = started('patient')
    const away = await deliver(gateway, body)
    expect(away).toMatchObject({ status: 503, json: { error: { code: 'STORE_UNAVAILABLE' } } })
    expect((await deliver(gateway, body, { 'X-CS-Event': 'TEST.WEBHOOK' })).status).toBe(503)
    await redis.start()
    await expect.poll(async () => (await deliver(gateway, body)).status, patience).toBe(200)
    expect(await uidsOf(gateway)).toEqual(['patient'])
  })

  it('takes nothing new while the gateway stops, and finishes what it began', async () => {
    const gateway = await start('sqlite', { ...signed, stopTimeoutMs: 8_000 })
    const payload = gson(started('during-stop'))
    const begun = open(`${gateway.url}/events/cloudstack`, {
      headers: {
        ...headersOf('VM.START', payload),
        'Content-Length': String(Buffer.byteLength(payload)),
        Expect: '100-continue',
      },
    })
    begun.on('error', () => {})
    begun.flushHeaders()
    await once(begun, 'continue')
    const stopped = gateway.halt()
    await expect(deliver(gateway, started('too-late'))).rejects.toThrow('ECONNREFUSED')
    begun.end(payload)
    expect((await answerTo(begun)).status).toBe(200)
    await stopped
  })

  it('writes neither the secret nor a signature into the log or an answer', async () => {
    let log = ''
    const lines = new PassThrough({ encoding: 'utf8' }).on('data', (text) => {
      log += text
    })
    const gateway = await start('sqlite', signed, createLogger('trace', lines))
    const body = started('quiet')
    const wrong = { 'X-CS-Signature': signatureOf('{}') }
    const answers = [await deliver(gateway, body), await deliver(gateway, body, wrong)]
    answers.push(await deliver(gateway, started('old', { eventDateTime: busTime(0) })))
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 400])
    await gateway.halt()
    const told = log + JSON.stringify(answers)
    for (const secret of [webhookSecret, signatureOf(gson(body)), signatureOf('{}')])
      expect(told).not.toContain(secret)
  })
})
