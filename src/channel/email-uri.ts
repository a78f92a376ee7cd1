// Which URIs may be endpoints of the e-mail channel: RFC 6068, but one address and nothing beside it.

import { domainToASCII } from 'node:url'
import { badInput } from '../event/input.ts'

const example = 'such as mailto:alerts@example.org'

/**
 * The address; its domain in lower case and ASCII.
 * @throws HeliographError BAD_INPUT naming `field`
 */
export function parseMailtoUri(uri: string, field: string): string {
  if (!/^mailto:/i.test(uri)) throw badInput(field, `must be a URI ${example}`)
  const written = uri.slice('mailto:'.length)
  if (/[?#]/.test(written)) throw badInput(field, 'must end after the address, without a part after ? or #')
  const address = decode(written, field)
  if (/[,;]/.test(address)) throw badInput(field, 'must have one address: another one is another endpoint')
  const [, local = '', domain = ''] = /^([^@]+)@([^@]+)$/.exec(address) ?? []
  const ascii = domainToASCII(domain)
  // RFC 5321, without quoted local parts and addresses in brackets.
  if (local.length > 64 || !/^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i.test(local))
    throw badInput(field, `must have one address, with plain letters before its @, ${example}`)
  if (
    ascii.length > 253 ||
    !/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(ascii)
  )
    throw badInput(field, `must have a domain after its @, ${example}`)
  return `${local}@${ascii}`
}

/** The URI of an address, in its one spelling. */
export function formatMailtoUri(address: string): string {
  return `mailto:${encodeURIComponent(address).replaceAll('%40', '@').replaceAll('%2B', '+')}`
}

function decode(text: string, field: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badInput(field, 'has a % that stands for no character')
  }
}
