// What takes a minute by design, through the public doors: an event that is refused three times, and a log
// that is trimmed under an endpoint that is off. All at once, for waiting costs nothing.

import { describe, test, vi } from 'vitest'
import { startHttpPeer } from '../channel/http-peer.ts'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { done, look, make, webhookSettings } from '../support/webhooks.ts'

const patience = { timeout: 150_000, interval: 250 }

const post = (gateway: TestGateway, ids: readonly string[]) =>
  gateway.post(
    ids.map((id) => note(id)),
    cloudEventBatch,
  )

describe.concurrent.each(engineNames)('a webhook on %s', { timeout: 200_000 }, (engine) => {
  test('gives an event up after three refusals in about a minute, and goes on', async ({ expect }) => {
    await using made = new AsyncDisposableStack()
    const peer = await startHttpPeer()
    made.defer(() => peer.stop())
    const gateway = await startTestGateway(engine, webhookSettings)
    made.defer(() => gateway.stop())
    const idOf = (body = '{}') => JSON.parse(body).id
    peer.answer((_, response) => {
      response.writeHead(idOf(peer.requests.at(-1)?.body) === 'bad' ? 422 : 204).end()
    })
    const { webhook } = await make(gateway, [peer.uri])
    await post(gateway, ['bad', 'good'])
    await vi.waitFor(async () => {
      const counts = { delivered: 1, failures: 0, lag: 0 }
      expect(await look(gateway, webhook.id)).toMatchObject({ endpoints: [counts] })
    }, patience)
    expect(peer.requests.map(({ body }) => idOf(body))).toEqual(['bad', 'bad', 'bad', 'good'])
    const text = '{ webhooks(first: 1) { nodes { endpoints { attempts(first: 10) { outcome status } } } } }'
    const { webhooks } = await query<{ webhooks: { nodes: unknown[] } }>(gateway.endpoint, text)
    const outcomes = ['DELIVERED', 'GIVEN_UP', 'REFUSED', 'REFUSED'].map((outcome) => ({ outcome }))
    expect(webhooks.nodes).toMatchObject([{ endpoints: [{ attempts: outcomes }] }])
  })

  test('that goes on WHERE_IT_STOPPED tells what the log still holds, and records the gap', async ({
    expect,
  }) => {
    await using made = new AsyncDisposableStack()
    const peer = await startHttpPeer()
    made.defer(() => peer.stop())
    const limits = { retentionEvents: 1_000, dedupeEvents: 1_000 }
    const gateway = await startTestGateway(engine, { ...webhookSettings, ...limits })
    made.defer(() => gateway.stop())
    const { webhook } = await make(gateway, [peer.uri])
    const id = webhook.endpoints[0]?.id
    await done(gateway, 'disableEndpoint', { id })
    for (let batch = 0; batch < 3; batch++)
      await post(
        gateway,
        Array.from({ length: 500 }, (_, n) => `event-${batch * 500 + n}`),
      )
    await vi.waitFor(async () => {
      const { events } = await query<{ events: { nodes: { eventId: string }[] } }>(
        gateway.endpoint,
        '{ events(first: 1, filter: { types: ["TEST.NOTE"] }) { nodes { eventId } } }',
      )
      expect(events.nodes[0]?.eventId).not.toBe('event-0')
    }, patience)
    await done(gateway, 'enableEndpoint', { id, from: 'WHERE_IT_STOPPED' })
    await vi.waitFor(() => {
      const ids = peer.requests.map(({ body }) => JSON.parse(body).id as string)
      expect(ids.at(-1)).toBe('event-1499')
    }, patience)
    const first = Number(
      JSON.parse(peer.requests[0]?.body ?? '{}')
        .id.split('-')
        .at(-1),
    )
    expect(first).toBeGreaterThan(0)
    expect(peer.requests).toHaveLength(1_500 - first)
    await vi.waitFor(async () => {
      const gaps = [{ reason: 'RETENTION' }]
      expect(await look(gateway, webhook.id)).toMatchObject({ endpoints: [{ gaps }] })
    }, patience)
  })
})
