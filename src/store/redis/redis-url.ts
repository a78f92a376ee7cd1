// Reads HELIOGRAPH_REDIS_URL: redis://, rediss:// (TLS), or redis+sentinel://[user:password@]host:port,…/name[/db].
// What it gives for people names hosts only, never credentials.

import { HeliographError } from '../../errors.ts'
import type { ClientOptions } from './client.ts'

export type RedisAddress = {
  readonly options: ClientOptions
  readonly database: number
  /** Hosts and ports, for logs and errors. */
  readonly shown: string
}

const pattern =
  /^(?<scheme>rediss?|redis\+sentinel):\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#@]+)(?<path>[^?#]*)$/

/** @throws HeliographError BAD_SETTING that says what a URL of Redis looks like. */
export function parseRedisUrl(url: string): RedisAddress {
  const parts = pattern.exec(url)?.groups
  const segments = (parts?.path ?? '').split('/').filter((segment) => segment !== '')
  const sentinel = parts?.scheme === 'redis+sentinel'
  const name = sentinel ? segments.shift() : undefined
  const database = Number(segments.shift() ?? 0)
  if (!parts?.hosts || segments.length > 0 || !Number.isInteger(database) || (sentinel && !name))
    throw badUrl()
  const nodes = parts.hosts.split(',').map((node) => parseNode(node, sentinel ? 26379 : 6379))
  const [first] = nodes
  if (!first || (!sentinel && nodes.length > 1)) throw badUrl()
  const options: ClientOptions = {
    ...(name === undefined ? { host: first.host, port: first.port } : { sentinels: nodes, name }),
    ...(parts.user ? { username: decode(parts.user) } : {}),
    ...(parts.password ? { password: decode(parts.password) } : {}),
    ...(parts.scheme === 'rediss' ? { tls: {} } : {}),
    db: database,
  }
  return { options, database, shown: nodes.map(({ host, port }) => `${host}:${port}`).join(',') }
}

function parseNode(text: string, defaultPort: number): { host: string; port: number } {
  const parts = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:]+))(?::(?<port>\d+))?$/.exec(text)?.groups
  const host = parts?.six ?? parts?.host
  if (host === undefined) throw badUrl()
  return { host, port: Number(parts?.port ?? defaultPort) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badUrl()
  }
}

// The URL itself stays out of the message: it may hold a password.
function badUrl(): HeliographError {
  return new HeliographError(
    'BAD_SETTING',
    'HELIOGRAPH_REDIS_URL is no URL of Redis: write redis://host:6379/0, rediss://host:6379/0 for TLS, or redis+sentinel://host:26379,host2:26379/name',
    { field: 'HELIOGRAPH_REDIS_URL' },
  )
}
