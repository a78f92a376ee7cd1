// Whether a Redis may hold the log: new enough, a primary, and one that never evicts.

import type { Redis } from 'ioredis'
import { HeliographError } from '../../errors.ts'

const oldest = [7, 0] as const

/** @throws HeliographError STORE_UNSUITABLE that names what to set. */
export async function checkSuitable(redis: Redis, host: string): Promise<void> {
  const info = parseInfo(await redis.info())
  const version = info.get('redis_version') ?? 'unknown'
  const role = info.get('role') ?? 'unknown'
  const policy = info.get('maxmemory_policy') ?? 'unknown'
  if (!isNewEnough(version)) {
    throw unsuitable(`Redis at ${host} is version ${version}: ${oldest.join('.')} or newer is needed`)
  }
  if (role !== 'master') {
    throw unsuitable(`Redis at ${host} is a ${role}: point HELIOGRAPH_REDIS_URL to the primary`)
  }
  if (policy !== 'noeviction') {
    throw unsuitable(
      `Redis at ${host} has maxmemory-policy ${policy}, which throws away events: set maxmemory-policy noeviction`,
    )
  }
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

function unsuitable(message: string): HeliographError {
  return new HeliographError('STORE_UNSUITABLE', message, { field: 'HELIOGRAPH_REDIS_URL' })
}
