// Promise 8 through the public doors: events in, notifications at receivers that verify and count.

import { CloudEvent } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type HttpPeer, type Received, startHttpPeer } from '../channel/http-peer.ts'
import { connect, query, type Row } from '../support/clients.ts'
import { cloudEventBatch, note, vmState } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import {
  done,
  isSignedWith,
  type Kept,
  look,
  make,
  type SeenEndpoint,
  webhookSettings,
} from '../support/webhooks.ts'

const patience = { timeout: 30_000, interval: 20 }

describe.each(engineNames)('a webhook on %s', { timeout: 60_000 }, (engine) => {
  let gateway: TestGateway
  let made = 0

  beforeAll(async () => {
    gateway = await startTestGateway(engine, {
      ...webhookSettings,
      webhookFailures: 2,
      webhookFailureHours: 0,
    })
  })
  afterAll(() => gateway?.stop())

  async function receiver(): Promise<HttpPeer> {
    const peer = await startHttpPeer()
    onTestFinished(() => peer.stop())
    return peer
  }

  /** Logs events of a type of the test's own; returns their eventIds. */
  async function happen(type: string, count: number): Promise<string[]> {
    const events = Array.from({ length: count }, () => note(`event-${++made}`, type))
    expect((await gateway.post(events, cloudEventBatch)).status).toBe(202)
    return events.map(({ id }) => id)
  }

  const idsOf = (requests: readonly Received[]) =>
    requests.map(({ body }) => (JSON.parse(body) as { id: string }).id)

  async function received(peer: HttpPeer, count: number): Promise<readonly Received[]> {
    await vi.waitFor(() => expect(peer.requests.length).toBeGreaterThanOrEqual(count), patience)
    return peer.requests
  }

  async function endpointOf({ webhook }: Kept): Promise<SeenEndpoint> {
    const [endpoint] = (await look(gateway, webhook.id))?.endpoints ?? []
    if (endpoint === undefined) throw new Error('there is no endpoint')
    return endpoint
  }

  async function until(kept: Kept, want: Partial<SeenEndpoint> & Row): Promise<SeenEndpoint> {
    await vi.waitFor(async () => expect(await endpointOf(kept)).toMatchObject(want), patience)
    return endpointOf(kept)
  }

  test('tells each matching event once, in the order of the log, and nothing else', async () => {
    const peer = await receiver()
    const kept = await make(gateway, [peer.uri], { filter: { types: ['ORDER.*'] } })
    const expected: string[] = []
    for (let batch = 0; batch < 5; batch++) {
      expected.push(...(await happen('ORDER.ONE', 40)))
      await happen('OTHER.ONE', 40)
    }
    await received(peer, expected.length)
    await until(kept, { delivered: expected.length, lag: 0, failures: 0 })
    expect(idsOf(peer.requests)).toEqual(expected)
  })

  test('sends structured CloudEvents that are signed, and say what became of a resource', async () => {
    const peer = await receiver()
    const kept = await make(gateway, [peer.uri], { filter: { types: ['VM.STATE'] } })
    await gateway.post(
      [vmState('host-1', 'vm-1', 'Operational'), vmState('host-2', 'vm-1', 'PrepForMaintenance')],
      cloudEventBatch,
    )
    const [, request] = await received(peer, 2)
    if (request === undefined) throw new Error('nothing came')
    expect(isSignedWith(request, kept.secrets[0]?.secret ?? '')).toBe(true)
    expect(request.headers['content-type']).toMatch(/^application\/cloudevents\+json/)
    const event = new CloudEvent(JSON.parse(request.body))
    expect(event).toMatchObject({
      id: 'host-2',
      subject: 'VirtualMachine/vm-1',
      data: { state: 'PrepForMaintenance', previousState: 'Operational' },
    })
  })

  test('comes again to an endpoint that failed, oldest first, under the same webhook-id', async () => {
    const peer = await receiver()
    const answers = [503]
    peer.answer((_, response) => void response.writeHead(answers.shift() ?? 204).end())
    const kept = await make(gateway, [peer.uri], { filter: { types: ['AGAIN'] } })
    const expected = await happen('AGAIN', 3)
    const requests = await received(peer, 4)
    expect(idsOf(requests)).toEqual([expected[0], ...expected])
    expect(requests[0]?.headers['webhook-id']).toBe(requests[1]?.headers['webhook-id'])
    const { attempts } = await until(kept, { delivered: 3, failures: 0 })
    expect(attempts).toHaveLength(4)
  })

  test('is told once and forgotten where its delivery is FORGET', async () => {
    const peer = await receiver()
    peer.answer((_, response) => void response.writeHead(peer.requests.length === 1 ? 500 : 204).end())
    const endpoints = [{ uri: peer.uri, delivery: 'FORGET' }]
    const kept = await make(gateway, [], { filter: { types: ['FORGET'] }, endpoints })
    const expected = await happen('FORGET', 3)
    await until(kept, { delivered: 2, failures: 0 })
    expect(idsOf(peer.requests)).toEqual(expected)
  })

  test('stops at 410, tells so in the log, and goes on WHERE_IT_STOPPED', async () => {
    const peer = await receiver()
    const client = connect(gateway.socketEndpoint)
    onTestFinished(() => client.close())
    const { head } = await query<{ head: string }>(gateway.endpoint, '{ head }')
    const told = client.subscribe<{ type: string; resource: { uid: string }; data: Row }>(
      'subscription ($after: Cursor) { events(after: $after, filter: { kinds: ["Endpoint"] }) { type resource { uid } data } }',
      { after: head },
    )
    let status = 410
    peer.answer((_, response) => void response.writeHead(status).end())
    const kept = await make(gateway, [peer.uri], { filter: { types: ['GONE'] } })
    const expected = await happen('GONE', 3)
    const { id } = await until(kept, { state: 'DISABLED', reason: 'GONE' })
    expect(peer.requests).toHaveLength(1)
    const [event] = await told.until((events) => events.some(({ resource }) => resource.uid === id))
    expect(event).toMatchObject({ type: 'ENDPOINT.DISABLED', data: { reason: 'GONE' } })
    expected.push(...(await happen('GONE', 2)))
    status = 204
    await done(gateway, 'enableEndpoint', { id, from: 'WHERE_IT_STOPPED' })
    await until(kept, { state: 'ENABLED', lag: 0 })
    expect(idsOf(peer.requests)).toEqual([expected[0], ...expected])
  })

  test('is disabled after so many failures, and enabled NOW it skips what it missed and says so', async () => {
    const peer = await receiver()
    peer.behave('FAIL')
    const kept = await make(gateway, [peer.uri], { filter: { types: ['DEAD'] } })
    await happen('DEAD', 3)
    const { id } = await until(kept, { state: 'DISABLED', reason: 'FAILED_TOO_OFTEN' })
    expect(peer.requests).toHaveLength(2)
    peer.behave('ACCEPT')
    await done(gateway, 'enableEndpoint', { id, from: 'NOW' })
    const [last] = await happen('DEAD', 1)
    const { gaps } = await until(kept, { state: 'ENABLED', delivered: 1, failures: 0 })
    expect(idsOf(peer.requests).at(-1)).toBe(last)
    expect(peer.requests).toHaveLength(3)
    expect(gaps).toMatchObject([{ reason: 'SKIPPED' }])
  })

  test('told again by a replay has the same webhook-ids, in order', async () => {
    const peer = await receiver()
    const kept = await make(gateway, [peer.uri], { filter: { types: ['REPLAY'] } })
    const { cursor } = await endpointOf(kept)
    const expected = await happen('REPLAY', 5)
    await until(kept, { delivered: 5 })
    await done(gateway, 'replayWebhook', { id: kept.webhook.id, after: cursor })
    const requests = await received(peer, 10)
    expect(idsOf(requests)).toEqual([...expected, ...expected])
    const webhookIds = requests.map(({ headers }) => headers['webhook-id'])
    expect(webhookIds.slice(5)).toEqual(webhookIds.slice(0, 5))
  })

  test('whose endpoint is slow holds up no other, and lags without loss', async () => {
    const [slow, quick] = [await receiver(), await receiver()]
    const held: (() => void)[] = []
    let isHeld = true
    slow.answer((_, response) => {
      const answer = () => void response.writeHead(204).end()
      if (isHeld) held.push(answer)
      else answer()
    })
    const kept = await make(gateway, [slow.uri, quick.uri], { filter: { types: ['SLOW'] } })
    const expected: string[] = []
    for (let batch = 0; batch < 4; batch++) expected.push(...(await happen('SLOW', 150)))
    expect(idsOf(await received(quick, 600))).toEqual(expected)
    expect(slow.requests).toHaveLength(1)
    const [lagging] = (await look(gateway, kept.webhook.id))?.endpoints ?? []
    expect(lagging?.lag).toBeGreaterThanOrEqual(599)
    isHeld = false
    for (const answer of held) answer()
    expect(idsOf(await received(slow, 600))).toEqual(expected)
  })

  test('with concurrency keeps the order of each resource, though others overtake it', async () => {
    const peer = await receiver()
    const held: (() => void)[] = []
    peer.answer((_, response) => {
      const { subject } = JSON.parse(peer.requests.at(-1)?.body ?? '') as { subject: string }
      const answer = () => void response.writeHead(204).end()
      if (subject === 'VirtualMachine/held' && held.length === 0) held.push(answer)
      else answer()
    })
    const endpoints = [{ uri: peer.uri, concurrency: 4 }]
    const kept = await make(gateway, [], { filter: { types: ['LANES'] }, endpoints })
    const events = Array.from({ length: 12 }, (_, n) =>
      note(`lane-${engine}-${n}`, 'LANES', { subject: `VirtualMachine/${n % 3 === 0 ? 'held' : 'free'}` }),
    )
    await gateway.post(events, cloudEventBatch)
    await received(peer, 9)
    expect(idsOf(peer.requests).filter((id) => Number(id.split('-').at(-1)) % 3 === 0)).toHaveLength(1)
    expect((await endpointOf(kept)).lag).toBe(12)
    for (const answer of held) answer()
    await until(kept, { delivered: 12, lag: 0 })
    for (const lane of [0, 1]) {
      const numbers = idsOf(peer.requests)
        .map((id) => Number(id.split('-').at(-1)))
        .filter((n) => Math.min(n % 3, 1) === lane)
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    }
  })

  test('that is deleted is told no more; changed, it tells what it asks for now', async () => {
    const peer = await receiver()
    const kept = await make(gateway, [peer.uri], { filter: { types: ['BEFORE'] } })
    const [endpoint] = kept.webhook.endpoints
    await done(gateway, 'updateWebhook', {
      id: kept.webhook.id,
      version: 1,
      filter: { types: ['AFTER'] },
      endpoints: [{ id: endpoint?.id }],
    })
    await happen('BEFORE', 1)
    const [after] = await happen('AFTER', 1)
    expect(idsOf(await received(peer, 1))).toEqual([after])
    await done(gateway, 'deleteWebhook', { id: kept.webhook.id })
    const other = await receiver()
    await make(gateway, [other.uri], { filter: { types: ['AFTER'] } })
    await happen('AFTER', 1)
    await received(other, 1)
    expect(peer.requests).toHaveLength(1)
  })

  test('is counted by channel and outcome in the metrics', async () => {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    expect(metrics).toMatch(/heliograph_webhook_attempts_total\{channel="http",outcome="delivered"\} \d{3,}/)
    expect(metrics).toMatch(/heliograph_webhook_attempts_total\{channel="http",outcome="failed"\} [1-9]/)
  })

  test('goes on after a restart where it was', async () => {
    const peer = await receiver()
    const first = await startTestGateway(engine, { ...webhookSettings })
    onTestFinished(() => first.stop())
    await make(first, [peer.uri], { filter: { types: ['RESTART'] } })
    const send = (at: TestGateway, id: string) => at.post([note(id, 'RESTART')], cloudEventBatch)
    await send(first, 'one')
    await received(peer, 1)
    peer.behave('HANG')
    await send(first, 'two')
    await received(peer, 2)
    await first.halt()
    peer.behave('ACCEPT')
    const { dataDir, redisUrl } = first.settings
    const second = await startTestGateway(engine, { ...webhookSettings, dataDir, redisUrl })
    onTestFinished(() => second.stop())
    await send(second, 'three')
    const requests = await received(peer, 4)
    expect(idsOf(requests)).toEqual(['one', 'two', 'two', 'three'])
  })
})
