// Spellings, names and rebinding, over real sockets on loopback and lookups that the test gives the answers
// of.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AddressGuardOptions, createAddressGuard, type Lookup } from '../../src/channel/address-guard.ts'
import { attemptOnce } from './conformance/world.ts'
import { openTestChannel, startHttpPeer } from './http-peer.ts'

const field = 'input.endpoints[0].uri'

async function openPair(guard: Partial<AddressGuardOptions>) {
  const peer = await startHttpPeer()
  const channel = openTestChannel({}, guard)
  onTestFinished(async () => {
    await channel.close()
    await peer.stop()
  })
  /** One attempt at a URI, as if it had been accepted at creation. */
  const attempt = (uri: string) =>
    attemptOnce({ channel: { ...channel, check: async () => uri }, peer, uri, badUris: [] })
  return { peer, channel, attempt }
}

/** Answers names by turns; the last answer stays. */
function lookupOf(...answers: readonly (readonly string[])[]): Lookup & { readonly asked: string[] } {
  const asked: string[] = []
  const lookup = async (hostname: string) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(hostname)
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return Object.assign(lookup, { asked })
}

describe('literals of loopback', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '１２７.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '0',
    '0.0.0.0',
    '[::]',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    'localhost',
    'LocalHost',
  ])('%s is refused at creation and at the attempt', async (host) => {
    const { peer, channel, attempt } = await openPair({ allowCidrs: [] })
    const uri = `http://${host}:${peer.port}/`
    await expect(channel.check(uri, field)).rejects.toMatchObject({ code: 'BAD_INPUT', field })
    expect(await attempt(uri)).toMatchObject({
      outcome: { kind: 'FAILED' },
      status: null,
      detail: expect.stringMatching(/^the address is /),
    })
    expect(peer.mostConnections()).toBe(0)
  })

  test.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])(
    '%s is called where loopback is allowed',
    async (host) => {
      const { peer, channel, attempt } = await openPair({ allowCidrs: ['127.0.0.0/8'] })
      const uri = await channel.check(`http://${host}:${peer.port}/`, field)
      expect((await attempt(uri)).outcome.kind).toBe('DELIVERED')
    },
  )
})

describe('names', () => {
  test.each([
    [['10.0.0.1']],
    [['8.8.8.8', '10.0.0.1']],
    [['2606:4700:4700::1111', 'fe80::1']],
    [['::ffff:127.0.0.1']],
    [['169.254.169.254']],
  ])('that lead to %j are refused, without telling where they lead', async (addresses) => {
    const lookup = lookupOf(addresses)
    const { channel, attempt } = await openPair({ allowCidrs: [], lookup })
    const refusal = await channel.check('https://inner.example.org/', field).catch(String)
    expect(refusal).toMatch(/inner\.example\.org leads to an address that is/)
    const attempted = await attempt('https://inner.example.org/')
    expect(attempted).toMatchObject({ outcome: { kind: 'FAILED' }, status: null })
    for (const address of addresses) {
      expect(refusal).not.toContain(address)
      expect(attempted.detail).not.toContain(address)
    }
    expect(lookup.asked).toEqual(['inner.example.org', 'inner.example.org'])
  })

  test('that lead nowhere are refused at creation', async () => {
    const { channel } = await openPair({ lookup: () => Promise.reject(new Error('SERVFAIL')) })
    await expect(channel.check('https://nowhere.example.org/', field)).rejects.toMatchObject({
      message: expect.stringContaining('is not found by name'),
    })
  })

  test('that move to a forbidden address after the check are not called', async () => {
    const lookup = lookupOf(['8.8.8.8'], ['127.0.0.1'])
    const { peer, channel, attempt } = await openPair({ allowCidrs: [], lookup })
    const uri = await channel.check(`http://moving.example.org:${peer.port}/`, field)
    expect(await attempt(uri)).toMatchObject({
      outcome: { kind: 'FAILED' },
      detail: 'the address is not public',
    })
    expect(peer.mostConnections()).toBe(0)
  })

  test('are looked up for each connection, and called where they lead then', async () => {
    const lookup = lookupOf(['8.8.8.8'], ['127.0.0.1'])
    const { peer, channel, attempt } = await openPair({ lookup })
    const uri = await channel.check(`http://moving.example.org:${peer.port}/`, field)
    expect((await attempt(uri)).outcome.kind).toBe('DELIVERED')
    expect(peer.requests[0]?.headers.host).toBe(`moving.example.org:${peer.port}`)
  })
})

describe('a connector', () => {
  async function listen(): Promise<{ server: Server; port: number; accepted: Socket[] }> {
    const accepted: Socket[] = []
    const server = createServer((socket) => void accepted.push(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      for (const socket of accepted) socket.destroy()
      server.close()
    })
    return { server, port: (server.address() as { port: number }).port, accepted }
  }

  test.each(['http:', 'https:'])(
    'over %s judges the address that the socket has reached, whatever the lookup said',
    async (protocol) => {
      const { port, accepted } = await listen()
      // A resolver that says one thing and gives another: the getter answers differently when it is used.
      let asked = 0
      const shifty = {
        get address() {
          return asked++ === 0 ? '8.8.8.8' : '127.0.0.1'
        },
        family: 4,
      }
      const guard = createAddressGuard({ allowCidrs: [], ownServers: [], lookup: async () => [shifty] })
      const connector = guard.createConnector(port, { timeout: 5_000 })
      onTestFinished(() => connector.close())
      const error = await new Promise((resolve) => {
        connector.connect(
          { hostname: 'shifty.example.org', host: 'shifty.example.org', protocol, port: String(port) },
          (...[error]) => resolve(error),
        )
      })
      expect(error).toMatchObject({ code: 'ADDRESS_REFUSED' })
      // The connection was made, and ended before a byte was sent.
      await expect.poll(() => accepted.length).toBe(1)
      const [socket] = accepted
      if (socket && !socket.closed) await once(socket.resume(), 'close')
      expect(socket?.bytesRead).toBe(0)
    },
  )

  test('that is closed ends what it was connecting', async () => {
    const { port } = await listen()
    const guard = createAddressGuard({ allowCidrs: ['127.0.0.0/8'], ownServers: [] })
    const connector = guard.createConnector(port, { timeout: 60_000 })
    const host = `127.0.0.1:${port}`
    const error = new Promise((resolve) => {
      // The other side accepts and never begins TLS.
      connector.connect(
        { hostname: '127.0.0.1', host, protocol: 'https:', port: String(port) },
        (...[error]) => resolve(error),
      )
    })
    setImmediate(() => connector.close())
    expect(String(await error)).toMatch(/closed/)
  })
})

describe("the gateway's own servers", () => {
  test('are refused by name, by address and by every spelling, and other ports of their hosts are not', async () => {
    const own = await startHttpPeer()
    onTestFinished(() => own.stop())
    const lookup = lookupOf(['127.0.0.1'])
    const { peer, channel, attempt } = await openPair({
      allowCidrs: ['0.0.0.0/0', '::/0'],
      ownServers: [{ host: 'Redis.internal', port: own.port }],
      lookup,
    })
    for (const host of [
      'redis.internal',
      'redis.internal.',
      'alias.example.org',
      '127.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
    ]) {
      const uri = `http://${host}:${own.port}/`
      await expect(channel.check(uri, field), host).rejects.toMatchObject({
        message: expect.stringContaining("the gateway's own server"),
      })
      expect((await attempt(uri)).outcome.kind, host).toBe('FAILED')
    }
    expect(own.mostConnections()).toBe(0)
    expect((await attempt(peer.uri)).outcome.kind).toBe('DELIVERED')
  })

  test('on loopback are refused by every address of this machine', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const guard = createAddressGuard({
      allowCidrs: ['0.0.0.0/0', '::/0'],
      ownServers: [{ host: '127.0.0.1', port: 6_379 }],
    })
    const hosts = [
      '127.0.0.2',
      '[::1]',
      ...addresses.filter(({ scopeid }) => !scopeid).map(({ address }) => address),
    ]
    for (const host of hosts) expect(await guard.judge(host, 6_379), host).toBe("is the gateway's own server")
    expect(await guard.judge('127.0.0.2', 6_380)).toBe(null)
  })
})

test('what is no CIDR is refused', () => {
  expect(() => createAddressGuard({ allowCidrs: ['10.0.0.0'], ownServers: [] })).toThrow()
})
