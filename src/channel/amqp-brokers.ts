// The file of brokers that endpoints may be on, with the exchanges and roles that each allows.
//
//   { "bus": { "url": "amqps://name:password@host/vhost", "exchanges": { "alerts": { "roles": ["admin"] } } } }
//
// No message made here repeats what the file says of logins.

import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { HeliographError } from '../errors.ts'
import { isAmqpUrl } from '../setting-kind.ts'

export type AmqpBroker = {
  readonly url: string
  /** Roles in upper case, by exchange. */
  readonly exchanges: ReadonlyMap<string, readonly string[]>
}

export type AmqpBrokers = ReadonlyMap<string, AmqpBroker>

/** Where the gateway takes events from; null: from no broker. */
export type AmqpOrigin = { readonly url: string; readonly exchange: string } | null

const exchange = z.strictObject({
  roles: z.array(z.enum(['admin', 'tenant'], 'takes admin or tenant')).min(1, 'takes at least one role'),
})
const broker = z.strictObject({
  url: z.string('takes a URL').refine(isAmqpUrl, 'takes a URL such as amqps://name:password@host/vhost'),
  exchanges: z.record(z.string(), exchange, 'takes exchanges by name'),
})
const file = z.record(z.string(), broker, 'takes brokers by name')

/** @throws HeliographError BAD_SETTING that names the file and what is wrong in it */
export async function readAmqpBrokers(path: string, source: AmqpOrigin): Promise<AmqpBrokers> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(path, error.code === 'ENOENT' ? 'is missing' : `cannot be read (${error.code})`)
  })
  return parseAmqpBrokers(text, path, source)
}

/** @throws HeliographError BAD_SETTING as readAmqpBrokers does */
export function parseAmqpBrokers(text: string, path: string, source: AmqpOrigin): AmqpBrokers {
  const { data, error } = file.safeParse(parse(text, path))
  if (error) {
    const [issue] = error.issues
    const says = issue?.code === 'unrecognized_keys' ? 'has a field that is not known' : issue?.message
    throw wrong(path, `is broken: ${issue?.path.map(String).join('.') || 'it'} ${says}`)
  }
  const brokers = Object.entries(data).map(([name, { url, exchanges }]) => {
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
      throw wrong(path, 'is broken: the name of a broker takes small letters, digits and -')
    const allowed = Object.entries(exchanges).map(([title, { roles }]) => {
      const reason = refusalOf(url, title, source)
      if (reason !== null) throw wrong(path, `is broken: ${name}.exchanges.${title} ${reason}`)
      return [title, roles.map((role) => role.toUpperCase())] as const
    })
    return [name, { url, exchanges: new Map(allowed) }] as const
  })
  return new Map(brokers)
}

/** Why nobody may publish to an exchange; null where the allow-list decides. */
export function refusalOf(url: string, exchange: string, source: AmqpOrigin): string | null {
  if (exchange === '' || /^amq\./i.test(exchange)) return "must not be one of the broker's own exchanges"
  if (Buffer.byteLength(exchange) > 255) return 'must have at most 255 bytes'
  if (source !== null && source.exchange === exchange && vhostOf(source.url) === vhostOf(url))
    return 'must not have the name of the exchange that this gateway takes events from'
  return null
}

/** The virtual host: one host has many names, so brokers of the same one may be the same broker. */
function vhostOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/')[1] ?? '') || '/'
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The message of JSON.parse quotes the text.
    throw wrong(path, 'is broken: it is not JSON')
  }
}

function wrong(path: string, what: string): HeliographError {
  return new HeliographError('BAD_SETTING', `HELIOGRAPH_AMQP_BROKERS_FILE: ${path} ${what}.`, {
    field: 'HELIOGRAPH_AMQP_BROKERS_FILE',
  })
}
