// Keeps the gateway from being sent into its own network. A host is judged when its endpoint is made, in
// the lookup that leads to a connection, and once more by the address the socket has reached: a name that
// moves in between (rebinding) gets nowhere. What a refusal says never holds a looked-up address.

import { lookup as lookupOne } from 'node:dns/promises'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { buildConnector } from 'undici'
import { isLoopbackAddress } from '../loopback.ts'
import { createAddressJudge, type JudgeAddress, normalAddress } from './address.ts'

/** All addresses of a name; rejects where it cannot tell. */
export type Lookup = (
  hostname: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** Where the gateway's own servers listen. */
export type HostAndPort = { readonly host: string; readonly port: number }

export type AddressGuardOptions = {
  /** CIDRs that may be called although they are not public. Metadata and link-local addresses never are. */
  readonly allowCidrs: readonly string[]
  /** Never called, by no name and no address: the gateway's own Redis, AMQP and SMTP servers. */
  readonly ownServers: readonly HostAndPort[]
  /** The system's own by default. */
  readonly lookup?: Lookup
}

export type AddressGuard = {
  /** Why a host must not be called, as the end of a sentence about it; null where it may. Looks names up. */
  judge(host: string, port: number): Promise<string | null>
  /** A connector of undici for one port; it fails with AddressRefused. */
  createConnector(port: number, options: buildConnector.BuildOptions): GuardedConnector
}

export type GuardedConnector = {
  readonly connect: buildConnector.connector
  /** Ends connections that are still being made. */
  close(): void
}

/** A connection that was not made, or not kept, because of where it led. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'

  constructor(says: string) {
    super(`the address ${says}`)
  }
}

const lookupBySystem: Lookup = (hostname) => lookupOne(hostname, { all: true })

/** @throws where `allowCidrs` holds no CIDR */
export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const { allowCidrs, ownServers, lookup = lookupBySystem } = options
  const judgeRange = createAddressJudge(allowCidrs)

  /** Judges addresses for one port, knowing where the gateway's own servers are just now. */
  async function judgeFor(port: number): Promise<JudgeAddress> {
    const own = ownServers.filter((server) => server.port === port).map(({ host }) => host)
    if (own.length === 0) return judgeRange
    const addresses = new Set((await Promise.all(own.map((host) => addressesOf(host, lookup)))).flat())
    return (address) =>
      judgeRange(address) ?? (isAmong(addresses, address) ? "is the gateway's own server" : null)
  }

  return {
    async judge(host, port) {
      const isOwnName = ownServers.some(
        (server) => server.port === port && bareHost(server.host) === bareHost(host),
      )
      if (isOwnName) return "is the gateway's own server"
      const judge = await judgeFor(port)
      const bare = bareHost(host)
      if (isIP(bare) !== 0) return judge(bare)
      const found = await lookup(bare).catch(() => [])
      if (found.length === 0) return 'is not found by name'
      const says = refusalOf(found, judge)
      return says === null ? null : `leads to an address that ${says}`
    },
    createConnector: (port, build) => createConnector(port, build, judgeFor, lookup),
  }
}

function createConnector(
  port: number,
  build: buildConnector.BuildOptions,
  judgeFor: (port: number) => Promise<JudgeAddress>,
  lookup: Lookup,
): GuardedConnector {
  const connecting = new Set<Socket>()
  let isClosed = false
  let judge: JudgeAddress = () => 'is not judged yet'
  // One for all connections: it keeps TLS sessions.
  const base = buildConnector({ ...build, lookup: guardedLookup((address) => judge(address), lookup) })

  function start(options: buildConnector.Options, callback: buildConnector.Callback): void {
    let refused: AddressRefused | null = null
    const report = (...[error, socket]: Parameters<buildConnector.Callback>) => {
      const failed = refused ?? error
      if (failed === null && socket !== null) callback(null, socket)
      else callback(failed ?? new Error('no socket'), null)
    }
    // undici's connector returns the socket, which its types do not tell.
    const socket = base(options, report) as unknown as Socket
    connecting.add(socket)
    const done = () => void connecting.delete(socket)
    socket.once('close', done).once(options.protocol === 'https:' ? 'secureConnect' : 'connect', done)
    // Comes before undici hears of the connection, and before the TLS handshake.
    socket.prependOnceListener('connect', () => {
      const says = judge(socket.remoteAddress ?? '')
      if (says === null) return
      refused = new AddressRefused(says)
      socket.destroy(refused)
    })
  }

  async function connect(options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> {
    judge = await judgeFor(port)
    const host = bareHost(options.hostname)
    // Node looks no literal up.
    const says = isIP(host) === 0 ? null : judge(host)
    if (says !== null) callback(new AddressRefused(says), null)
    else if (isClosed) callback(new Error('the channel is closed'), null)
    else start(options, callback)
  }

  return {
    connect: (options, callback) => void connect(options, callback).catch((error) => callback(error, null)),
    close() {
      isClosed = true
      for (const socket of connecting) socket.destroy(new Error('the channel is closed'))
    },
  }
}

/** For `net.connect`: gives a name's addresses only where all of them may be called. */
function guardedLookup(judge: JudgeAddress, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname).then(
      (found) => {
        const says = refusalOf(found, judge)
        const [first] = found
        if (says !== null) callback(new AddressRefused(says), '')
        else if (first === undefined)
          callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '')
        else if (options.all === true) callback(null, [...found])
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, ''),
    )
  }
}

/** Why one of them must not be called: a name that leads to any forbidden address is refused whole. */
function refusalOf(found: Awaited<ReturnType<Lookup>>, judge: JudgeAddress): string | null {
  return found.map(({ address }) => judge(address)).find((says) => says !== null) ?? null
}

/** Without the brackets of IPv6 and the full stop of the root, in lower case. */
function bareHost(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
}

async function addressesOf(host: string, lookup: Lookup): Promise<readonly string[]> {
  const bare = bareHost(host)
  const found = isIP(bare) === 0 ? await lookup(bare).catch(() => []) : [{ address: bare }]
  return found.map(({ address }) => normalAddress(address))
}

/** A server that listens on loopback may listen on every address of this machine. */
function isAmong(own: ReadonlySet<string>, text: string): boolean {
  const address = normalAddress(text)
  if (own.has(address)) return true
  if (![...own].some(isLoopbackAddress)) return false
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return isLoopbackAddress(address) || interfaces.some((one) => normalAddress(one.address) === address)
}
