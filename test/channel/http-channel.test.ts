// The HTTP channel against real receivers on loopback.

import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Attempted } from '../../src/channel/channel.ts'
import { describeChannel } from './conformance/channel.ts'
import { attemptOnce, headerValue, notifications, openChannel, secret } from './conformance/world.ts'
import { openTestChannel, startHttpPeer } from './http-peer.ts'

const runner = {
  name: 'HTTP',
  async open() {
    const peer = await startHttpPeer()
    return {
      channel: openTestChannel(),
      peer,
      uri: peer.uri,
      badUris: [
        ['ftp://example.org/', /must be a URL such as https:/],
        ['https://', /must be a URL/],
        ['https:example.org', /must be a URL/],
        ['https://name:word@8.8.8.8/', /must not hold a name or password/],
        ['https://name@8.8.8.8/', /must not hold a name or password/],
        ['https://8.8.8.8/#part', /must not have a part after #/],
        ['https://8.8.8.8:25/', /must name another port: 25/],
        ['https://10.0.0.1/', /10\.0\.0\.1 is not public/],
        ['https://169.254.169.254/latest/meta-data/', /metadata/],
        [`https://8.8.8.8/${'a'.repeat(2_048)}`, /at most 2048 characters/],
        ['https://nothing.invalid/', /is not found by name/],
      ] as const,
    }
  },
}

describeChannel(runner)

/** As the suite opens them, with the peer's own ways to answer. */
async function open(): Promise<Awaited<ReturnType<typeof runner.open>>> {
  const opened = await runner.open()
  onTestFinished(async () => {
    await opened.channel.close()
    await opened.peer.stop()
  })
  return opened
}

/** What one attempt comes to when the receiver answers like this. */
async function answered(
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<Attempted> {
  const opened = await open()
  opened.peer.answer((_, response) => response.writeHead(status, headers).end(body))
  return attemptOnce(opened)
}

describe('what is sent', () => {
  test('is a POST of a CloudEvent to the path and query of the URI, with its length and the name of the gateway', async () => {
    const { channel, peer } = await open()
    await attemptOnce({ channel, peer, uri: `${peer.uri}/a%20b?c=d`, badUris: [] })
    const [request] = peer.requests
    expect(request).toMatchObject({
      method: 'POST',
      url: '/hook/a%20b?c=d',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'content-length': String(Buffer.byteLength(request?.body ?? '')),
        'user-agent': 'Heliograph/1.2.3',
        authorization: headerValue,
      },
    })
  })

  test('a custom User-Agent takes the place of ours', async () => {
    const opened = await open()
    await attemptOnce(opened, { headers: { 'user-agent': 'mine' } })
    expect(opened.peer.requests[0]?.headers['user-agent']).toBe('mine')
  })

  test('nothing goes out without a key to sign with', async () => {
    const opened = await open()
    const attempted = await attemptOnce(opened, { secrets: [] })
    expect(attempted).toMatchObject({ outcome: { kind: 'FAILED' }, detail: 'there is no key to sign with' })
    expect(opened.peer.received()).toBe(0)
  })
})

describe('what an answer means', () => {
  test.each([200, 201, 202, 204, 299])('%i is DELIVERED', async (status) => {
    expect(await answered(status)).toMatchObject({ outcome: { kind: 'DELIVERED' }, status })
  })

  test.each([500, 502, 503, 504, 599, 408, 429])('%i is FAILED', async (status) => {
    expect(await answered(status)).toMatchObject({
      outcome: { kind: 'FAILED', retryAfterMs: null },
      status,
      detail: `HTTP ${status}`,
    })
  })

  test('410 is GONE', async () => {
    expect(await answered(410, {}, 'moved out')).toMatchObject({
      outcome: { kind: 'GONE' },
      detail: 'moved out',
    })
  })

  test.each([304, 400, 401, 403, 404, 422])('%i is REFUSED', async (status) => {
    expect(await answered(status)).toMatchObject({ outcome: { kind: 'REFUSED' }, status })
  })

  test.each([301, 302, 303, 307, 308])('%i is REFUSED, and not followed', async (status) => {
    const [opened, elsewhere] = await Promise.all([open(), open()])
    opened.peer.answer((_, response) => response.writeHead(status, { location: elsewhere.uri }).end())
    expect(await attemptOnce(opened)).toMatchObject({ outcome: { kind: 'REFUSED' }, status })
    expect(elsewhere.peer.received()).toBe(0)
    expect(opened.peer.received()).toBe(1)
  })

  test('Retry-After is heard', async () => {
    expect((await answered(503, { 'retry-after': '120' })).outcome).toEqual({
      kind: 'FAILED',
      retryAfterMs: 120_000,
    })
  })

  test('what is no HTTP is FAILED', async () => {
    const opened = await open()
    opened.peer.answer((request) => request.socket.end('nonsense\r\n\r\n'))
    expect(await attemptOnce(opened)).toMatchObject({ outcome: { kind: 'FAILED' }, status: null })
  })

  test('a connection that is cut before the answer is FAILED', async () => {
    const opened = await open()
    opened.peer.answer((request) => request.socket.destroy())
    expect(await attemptOnce(opened)).toMatchObject({ outcome: { kind: 'FAILED' }, status: null })
  })
})

describe('the answer', () => {
  test('is kept to 500 characters, on one line', async () => {
    const { detail } = await answered(400, {}, `first\r\n\u0000second ${'😀'.repeat(400)}`)
    expect(detail).toMatch(/^first second 😀+/)
    expect(detail?.length).toBeLessThanOrEqual(500)
    expect(detail?.isWellFormed()).toBe(true)
  })

  test('may be no text at all', async () => {
    const { outcome } = await answered(200, { 'content-encoding': 'gzip' }, gzipSync('a'.repeat(100_000)))
    expect(outcome.kind).toBe('DELIVERED')
  })

  test('shows neither a custom header nor a key that it repeats', async () => {
    const { detail } = await answered(400, {}, `got ${headerValue}, ${secret.toString('base64')}`)
    expect(detail).toBe('got ***, ***')
  })

  test('without end is cut soon, and keeps no connection', async () => {
    const opened = await open()
    let written = 0
    opened.peer.answer((_, response) => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384))) written += 16_384
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    expect(await attemptOnce(opened)).toMatchObject({ outcome: { kind: 'DELIVERED' }, status: 200 })
    await expect.poll(() => opened.peer.connections()).toBe(0)
    // What the buffers of both sides take in, and not what goes through in seconds.
    expect(written).toBeLessThan(16 * 1024 ** 2)
  })

  test('that stops in its middle counts by its status', async () => {
    const opened = await open()
    opened.peer.answer((_, response) => void response.writeHead(202).write('half'))
    expect(await attemptOnce(opened, { timeoutMs: 600_000 })).toMatchObject({
      outcome: { kind: 'DELIVERED' },
      status: 202,
      detail: 'half',
    })
    await expect.poll(() => opened.peer.connections()).toBe(0)
  })
})

describe('connections', () => {
  test('are used again', async () => {
    const opened = await open()
    for (let turn = 0; turn < 20; turn++) await attemptOnce(opened)
    expect(opened.peer.received()).toBe(20)
    // A connection is free for the next one shortly after its answer.
    expect(opened.peer.mostConnections()).toBeLessThanOrEqual(2)
  })

  test('of an origin that rests are closed when there are more than are kept', async () => {
    const channel = openTestChannel({ keptOrigins: 1 })
    const peers = await Promise.all([startHttpPeer(), startHttpPeer()])
    onTestFinished(async () => {
      await channel.close()
      for (const peer of peers) await peer.stop()
    })
    const [first, second] = peers
    for (const peer of [first, second, first, second]) {
      const attempted = await attemptOnce({ channel, peer, uri: peer.uri, badUris: [] })
      expect(attempted.outcome.kind).toBe('DELIVERED')
    }
    await expect.poll(() => first.connections()).toBe(0)
    expect(second.connections()).toBe(1)
  })
})

test('plain http: is refused where it is not allowed, at creation and at every attempt', async () => {
  const { uri, peer } = await openChannel(runner)
  const channel = openTestChannel({ allowHttp: false })
  onTestFinished(() => channel.close())
  await expect(channel.check(uri, 'uri')).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('HELIOGRAPH_WEBHOOK_ALLOW_HTTP'),
  })
  const destination = {
    uri,
    endpointId: 'ep_1',
    secrets: [secret],
    headers: {},
    timeoutMs: 9_000,
    unsubscribeUrl: null,
    isSuspect: false,
  }
  const attempted = await channel.attempt(destination, notifications(1), new AbortController().signal)
  expect(attempted.outcome.kind).toBe('FAILED')
  expect(peer.received()).toBe(0)
})
