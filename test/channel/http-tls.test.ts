// HTTPS with the usual checks of certificates.

import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { destinationOf, notifications } from './conformance/world.ts'
import { openTestChannel } from './http-peer.ts'
import { ca, certificate, key } from './tls-fixture.ts'

/** One attempt at a server with the certificate of hooks.example.org, under a name that leads to it. */
async function attempt(name: string, options: { readonly ca?: string }) {
  let requests = 0
  const server = createServer({ cert: certificate, key }, (_, response) => {
    requests++
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const channel = openTestChannel(
    { ...options, allowHttp: false },
    { lookup: async () => [{ address: '127.0.0.1', family: 4 }] },
  )
  onTestFinished(async () => {
    await channel.close()
    server.closeAllConnections()
    server.close()
  })
  const uri = `https://${name}:${(server.address() as AddressInfo).port}/`
  const destination = await destinationOf({ channel, uri })
  const attempted = await channel.attempt(destination, notifications(1), new AbortController().signal)
  return { attempted, requests }
}

test('delivers to a server whose certificate is for its name and from a trusted authority', async () => {
  const { attempted, requests } = await attempt('hooks.example.org', { ca })
  expect(attempted).toMatchObject({ outcome: { kind: 'DELIVERED' }, status: 200 })
  expect(requests).toBe(1)
})

test('sends nothing to a server whose certificate is for another name', async () => {
  const { attempted, requests } = await attempt('other.example.org', { ca })
  expect(attempted).toMatchObject({
    outcome: { kind: 'FAILED' },
    status: null,
    detail: 'the certificate is for another name',
  })
  expect(requests).toBe(0)
})

test('sends nothing to a server whose certificate is from an unknown authority', async () => {
  const { attempted, requests } = await attempt('hooks.example.org', {})
  expect(attempted).toMatchObject({
    outcome: { kind: 'FAILED' },
    status: null,
    detail: 'the certificate is signed by no known authority',
  })
  expect(requests).toBe(0)
})
