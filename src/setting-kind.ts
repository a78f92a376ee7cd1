// Kinds of settings: how each is read from text, and how what it takes is said. What there is to set
// stands in settings.ts.

import { isIP } from 'node:net'

/** A row of the table. `read` gives undefined for text that is not what `takes` says. */
export type Setting<Value> = {
  readonly variable: string
  readonly fallback: Value
  readonly takes: string
  readonly description: string
  /** No error shows what it is set to. */
  readonly isSecret?: boolean
  read(text: string): Value | undefined
}

/** Bytes. */
export const mebibyte = 1024 ** 2

/** A whole number. */
export function count(
  variable: string,
  fallback: number,
  min: number,
  max: number,
  description: string,
): Setting<number> {
  return {
    variable,
    fallback,
    takes: `a whole number from ${min} to ${max}`,
    description,
    read(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? value : undefined
    },
  }
}

/** A size, in bytes or with a unit. */
export function bytes(variable: string, fallback: number, description: string): Setting<number> {
  const units: Readonly<Record<string, number>> = {
    '': 1,
    B: 1,
    KIB: 1024,
    MIB: mebibyte,
    GIB: 1024 * mebibyte,
  }
  return {
    variable,
    fallback,
    takes: 'a size from 1KiB to 1GiB, in bytes or as in 512KiB and 10MiB',
    description,
    read(text) {
      const [, digits, unit = ''] = /^(\d{1,12})\s*([KMG]iB|B|)$/i.exec(text) ?? []
      const value = Number(digits) * (units[unit.toUpperCase()] ?? 1)
      return value >= 1024 && value <= 1024 * mebibyte ? value : undefined
    },
  }
}

/** Queues get suffixes, and names have at most 255 bytes. */
export function amqpName(variable: string, fallback: string, description: string): Setting<string> {
  return {
    variable,
    fallback,
    takes: 'a name of at most 200 bytes',
    description,
    read: (text) => (Buffer.byteLength(text) <= 200 ? text : undefined),
  }
}

/** A text without spaces. */
export function word<Fallback extends string | null>(
  variable: string,
  fallback: Fallback,
  description: string,
): Setting<Fallback | string> {
  return {
    variable,
    fallback,
    takes: 'a text of at most 500 letters, without spaces',
    description,
    read: (text) => (/^\S{1,500}$/.test(text) ? text : undefined),
  }
}

/** Binding keys of AMQP, with commas between them. */
export function readBindings(text: string): string[] | undefined {
  const keys = text.split(',').map((key) => key.trim())
  return keys.every((key) => key !== '' && Buffer.byteLength(key) <= 255) ? keys : undefined
}

/** Whether it is a URL of AMQP whose parts can be decoded. */
export function isAmqpUrl(text: string): boolean {
  const url = /^amqps?:\/\/[^/]/.test(text) && URL.canParse(text) ? new URL(text) : null
  if (url === null || url.hostname === '') return false
  try {
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

/** Whether keys may be fetched there: in the clear from this machine only. */
export function isJwksUrl(text: string): boolean {
  const url = /^https?:\/\/[^/]/.test(text) ? URL.parse(text) : null
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
}

/** Origins as browsers send them; a wildcard is none. */
export function readOrigins(text: string): readonly string[] | undefined {
  const origins = text.split(',').map((origin) => origin.trim().toLowerCase())
  const areRight = origins.every(
    (origin) => /^https?:/.test(origin) && URL.parse(origin)?.origin === origin && !origin.includes('*'),
  )
  return areRight ? origins : undefined
}

/** The store reads the rest: a list of Sentinels is no URL by the book. */
export function isRedisUrl(text: string): boolean {
  return /^(rediss?|redis\+sentinel):\/\/[^/]/.test(text)
}

/** Whether it is a URL of a mail server, with or without a login that can be decoded, and nothing after the port. */
export function isSmtpUrl(text: string): boolean {
  const url = /^smtps?:\/\/[^/]/.test(text) ? URL.parse(text) : null
  if (url === null || url.hostname === '' || url.port === '0') return false
  if (!/^\/?$/.test(url.pathname) || /[?#]/.test(text)) return false
  if ((url.username === '') !== (url.password === '')) return false
  try {
    for (const part of [url.username, url.password]) decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

/** Whether it is a URL of an SMS centre with a login that can be decoded, and nothing after the port. */
export function isSmppUrl(text: string): boolean {
  const url = /^s?smpp:\/\/[^/]/.test(text) ? URL.parse(text) : null
  if (url === null || url.hostname === '' || url.port === '0') return false
  if (!/^\/?$/.test(url.pathname) || /[?#]/.test(text)) return false
  try {
    // They go as texts of ASCII that a zero ends.
    return [url.username, url.password].every((part) => /^[ -~]{1,64}$/.test(decodeURIComponent(part)))
  } catch {
    return false
  }
}

/** Whether texts may be from it: an international number, a short code, or a name with a letter. */
export function isSmsSender(text: string): boolean {
  return (
    /^\+[1-9]\d{6,14}$/.test(text) ||
    /^\d{3,8}$/.test(text) ||
    /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(text)
  )
}

/** Yes or no. */
export function yesOrNo(variable: string, fallback: boolean, description: string): Setting<boolean> {
  return {
    variable,
    fallback,
    takes: 'true or false',
    description,
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  }
}

/** Networks such as 10.0.0.0/8 or fd00::/8; an address alone is a network of one. */
export function readCidrs(text: string): readonly string[] | undefined {
  const cidrs = text.split(',').map((part) => withPrefix(part.trim()))
  return cidrs.every((cidr) => cidr !== null) ? cidrs : undefined
}

function withPrefix(cidr: string): string | null {
  const [address = '', prefix, ...rest] = cidr.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || rest.length > 0) return null
  const bits = version === 4 ? 32 : 128
  if (prefix === undefined) return `${address}/${bits}`
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? cidr : null
}

/** Keys of 32 bytes in base64, with commas between them. */
export function readKeys(text: string): readonly string[] | undefined {
  const keys = text.split(',').map((key) => key.trim())
  return keys.every((key) => /^[\w+/-]{43}=?$/.test(key)) ? keys : undefined
}

/** The address of a site without a path of its own, such as https://events.example.org. */
export function readSite(text: string): string | undefined {
  const url = /^https?:\/\/[^/]/.test(text) ? URL.parse(text) : null
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return undefined
  return url.href.replace(/\/+$/, '')
}
