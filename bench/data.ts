// Where a gateway under test keeps its events: a new directory, or a Redis of its own.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../test/support/redis.ts'

export type Data = {
  /** The gateway's settings for it. */
  readonly env: Readonly<Record<string, string>>
  /** The process of the Redis; null where there is none. */
  readonly redisPid: number | null
}

/** It goes with `made`. */
export type OpenData = (made: AsyncDisposableStack) => Promise<Data>

export async function openDirectory(made: AsyncDisposableStack): Promise<Data> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-bench-'))
  made.defer(() => rm(directory, { recursive: true, force: true }))
  return { env: { HELIOGRAPH_DATA: directory }, redisPid: null }
}

export async function openRedis(made: AsyncDisposableStack) {
  const redis = await startRedis({ appendOnly: true, settings: { appendfsync: 'everysec' } })
  made.defer(() => redis.stop())
  const redisPid = Number(/process_id:(\d+)/.exec(await redis.client().info('server'))?.[1])
  return { env: { HELIOGRAPH_REDIS_URL: redis.url }, redisPid }
}
