// The receivers' own libraries as judges of what arrives: standardwebhooks, svix and cloudevents.

import { CloudEvent, HTTP } from 'cloudevents'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSecret, parseSecret } from '../../src/channel/signature.ts'
import { decodeCloudEvent } from '../../src/event/cloudevents.ts'
import { destinationOf, notifications } from './conformance/world.ts'
import { openTestChannel, type Received, startHttpPeer } from './http-peer.ts'

/** What arrives when one notification is sent with these secrets, and the notification. */
async function send(secrets: readonly string[], count = 1) {
  const peer = await startHttpPeer()
  const channel = openTestChannel()
  onTestFinished(async () => {
    await channel.close()
    await peer.stop()
  })
  const destination = await destinationOf(
    { channel, uri: peer.uri },
    { secrets: secrets.map((secret) => parseSecret(secret)) },
  )
  const sent = notifications(count)
  for (const one of sent) await channel.attempt(destination, [one], new AbortController().signal)
  return { sent, requests: peer.requests }
}

function headersOf({ headers }: Received): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

describe.each([
  ['standardwebhooks', StandardWebhook],
  ['svix', SvixWebhook],
])('%s', (_, Webhook) => {
  test('verifies what arrives', async () => {
    const secret = createSecret()
    const { requests, sent } = await send([secret], 20)
    expect(requests).toHaveLength(20)
    for (const [index, request] of requests.entries()) {
      new Webhook(secret).verify(request.body, headersOf(request))
      expect(JSON.parse(request.body)).toMatchObject({ specversion: '1.0', id: sent[index]?.event.eventId })
    }
  })

  test('verifies it by the old and by the new secret during a rotation', async () => {
    const secrets = [createSecret(), createSecret()]
    const { requests } = await send(secrets)
    for (const secret of secrets) {
      for (const request of requests) new Webhook(secret).verify(request.body, headersOf(request))
    }
  })

  test('refuses it by another secret, and with another body, id or time', async () => {
    const secret = createSecret()
    const { requests } = await send([secret])
    for (const request of requests) {
      const headers = headersOf(request)
      const verify =
        (changes: Record<string, string>, body = request.body, by = secret) =>
        () =>
          new Webhook(by).verify(body, { ...headers, ...changes })
      expect(verify({})).not.toThrow()
      expect(verify({}, request.body, createSecret())).toThrow()
      expect(verify({}, `${request.body} `)).toThrow()
      expect(verify({ 'webhook-id': 'msg_other' })).toThrow()
      expect(verify({ 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) })).toThrow()
    }
  })
})

test('cloudevents reads what arrives as the event, and our decoder does', async () => {
  const { requests, sent } = await send([createSecret()], 20)
  for (const [index, request] of requests.entries()) {
    const read = HTTP.toEvent({ headers: headersOf(request), body: request.body }) as CloudEvent<unknown>
    expect(read).toBeInstanceOf(CloudEvent)
    expect(read.validate()).toBe(true)
    const { event, cursor } = sent[index] ?? {}
    expect(read).toMatchObject({ id: event?.eventId, source: event?.source, type: event?.type, cursor })
    const decoded = decodeCloudEvent(JSON.parse(request.body), '2026-05-14T09:31:07.000Z')
    expect(decoded).toMatchObject({
      kind: 'DRAFT',
      draft: { event: { eventId: event?.eventId, source: event?.source, resource: event?.resource } },
    })
  }
})

test('the webhook-id is the one that was handed in, and the time is now', async () => {
  const before = Math.floor(Date.now() / 1_000)
  const { requests, sent } = await send([createSecret()])
  const headers = requests[0]?.headers
  expect(headers?.['webhook-id']).toBe(sent[0]?.id)
  const at = Number(headers?.['webhook-timestamp'])
  expect(at).toBeGreaterThanOrEqual(before)
  expect(at).toBeLessThanOrEqual(Date.now() / 1_000)
})
