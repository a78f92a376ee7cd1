// The OPTIONS handshake of CloudEvents' abuse protection.

import { expect, onTestFinished, test } from 'vitest'
import { destinationOf, headerValue } from './conformance/world.ts'
import { openTestChannel, startHttpPeer } from './http-peer.ts'

async function shake(status: number, headers: Record<string, string>) {
  const peer = await startHttpPeer()
  const channel = openTestChannel()
  onTestFinished(async () => {
    await channel.close()
    await peer.stop()
  })
  peer.answer((_, response) => response.writeHead(status, headers).end())
  const destination = await destinationOf({ channel, uri: `${peer.uri}?a=b` })
  const attempted = await channel.handshake(destination, 'gateway.example.org', new AbortController().signal)
  return { attempted, requests: peer.requests }
}

test('asks by OPTIONS to the very URI, with the name of the gateway and the custom headers', async () => {
  const { requests } = await shake(200, {})
  expect(requests).toMatchObject([
    {
      method: 'OPTIONS',
      url: '/hook?a=b',
      headers: { 'webhook-request-origin': 'gateway.example.org', authorization: headerValue },
      body: '',
    },
  ])
})

test.each(['gateway.example.org', 'Gateway.Example.org', '*'])('is granted to %s', async (allowed) => {
  const { attempted } = await shake(200, { 'WebHook-Allowed-Origin': allowed })
  expect(attempted).toMatchObject({ outcome: { kind: 'DELIVERED' }, status: 200 })
})

test.each([
  [200, {}],
  [200, { 'webhook-allowed-origin': 'other.example.org' }],
  [404, { 'webhook-allowed-origin': '*' }],
  [405, {}],
])('is not granted by %i with %j', async (status, headers) => {
  const { attempted } = await shake(status, headers)
  expect(attempted).toMatchObject({ outcome: { kind: 'REFUSED' }, status, detail: expect.any(String) })
})

test('is left open by 503', async () => {
  expect((await shake(503, {})).attempted.outcome.kind).toBe('FAILED')
})
