// Which addresses may be called: those of the public internet, and what the operator allows. An IPv6
// address that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) must pass as both.

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = readonly [Address, number]

/** Never called, whatever is allowed: metadata services of clouds, link-local, nobody, everybody. */
const deniedAlways = ranges([
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
  '0.0.0.0/8',
  '::/128',
  '224.0.0.0/4',
  'ff00::/8',
  '255.255.255.255/32',
])

/** What ipaddr.js takes for public and is not. */
const deniedToo = ranges(['::/96', '100:0:0:1::/64'])

/** By range: where the 4 bytes of the IPv4 address begin in the 16 of the IPv6 address. */
const carriers: readonly (readonly [range: Range, offset: number])[] = [
  [parseRange('::ffff:0:0/96'), 12],
  [parseRange('::ffff:0:0:0/96'), 12],
  [parseRange('::/96'), 12],
  [parseRange('64:ff9b::/96'), 12],
  [parseRange('64:ff9b:1::/48'), 12],
  [parseRange('2002::/16'), 2],
  [parseRange('2001::/32'), 4],
]
const teredo = parseRange('2001::/32')
const mapped = parseRange('::ffff:0:0/96')

/** Why an address must not be called, in a few words; null where it may. */
export type JudgeAddress = (address: string) => string | null

/**
 * @param allowed CIDRs of which addresses may be called although they are not public
 * @throws where one of them is no CIDR
 */
export function createAddressJudge(allowed: readonly string[]): JudgeAddress {
  const allowedRanges = ranges(allowed)
  return (text) => {
    // ipaddr.js would take 1.2.3 and 0x7f.1 as well.
    if (isIP(text) === 0) return 'is no IP address'
    const address = ipaddr.parse(text)
    const carried = carriedBy(address)
    for (const one of carried) {
      if (isIn(one, deniedAlways)) return 'is link-local, a metadata service or not one machine'
    }
    const isFine = (one: Address) => isPublic(one) || isIn(one, allowedRanges)
    // A mapped address is another spelling of the IPv4 address; elsewhere the way there must be fine too.
    const judged = carried.length > 1 && isIn(address, [mapped]) ? carried.slice(1) : carried
    return judged.every(isFine) ? null : 'is not public'
  }
}

/** One spelling for equal addresses; a mapped IPv4 address is the IPv4 address. */
export function normalAddress(text: string): string {
  return isIP(text) !== 0 ? ipaddr.process(text).toNormalizedString() : text
}

function isPublic(address: Address): boolean {
  return address.range() === 'unicast' && !isIn(address, deniedToo)
}

/** The address itself, and the IPv4 addresses in it. */
function carriedBy(address: Address): readonly Address[] {
  // ::1 would be taken for 0.0.0.1, written as IPv6.
  if (address.kind() === 'ipv4' || address.range() === 'loopback') return [address]
  const bytes = address.toByteArray()
  const offsets = carriers.filter(([range]) => isIn(address, [range])).map(([, offset]) => offset)
  const found = offsets.map((offset) => bytes.slice(offset, offset + 4))
  const last = bytes.slice(12)
  if (isIn(address, [teredo])) found.push(last.map((byte) => byte ^ 0xff))
  if (isIsatap(bytes)) found.push(last)
  return [address, ...found.map((four) => new ipaddr.IPv4(four))]
}

/** RFC 5214: the interface part is 0000:5efe or 0200:5efe and an IPv4 address. */
function isIsatap(bytes: readonly number[]): boolean {
  const [first = 0, ...rest] = bytes.slice(8, 12)
  return (first & 0xfd) === 0 && rest.join() === '0,94,254'
}

function isIn(address: Address, list: readonly Range[]): boolean {
  return list.some(([start, bits]) => address.kind() === start.kind() && address.match(start, bits))
}

function ranges(cidrs: readonly string[]): readonly Range[] {
  return cidrs.map(parseRange)
}

function parseRange(cidr: string): Range {
  const [address, bits] = ipaddr.parseCIDR(cidr)
  return [address, bits]
}
