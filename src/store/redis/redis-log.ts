// The log in Redis: a stream that one script appends to, read by cursor, followed by announcements.

import type { EventLog } from '../../event-log/event-log.ts'
import type { Retention } from '../store.ts'
import { listen } from './announcements.ts'
import type { Connection } from './connection.ts'
import { createKnownResources } from './known-resources.ts'
import { readKnownSince } from './known-since.ts'
import { openLiveTail } from './live-tail.ts'
import { createLogReader } from './log-reader.ts'
import { createOwnMessages } from './own-messages.ts'
import { createAppending } from './redis-append.ts'

const longestSilenceMs = 1_000

export type RedisLog = {
  readonly log: EventLog
  /** Resolves once every append that was begun is done, and stops following. */
  close(): Promise<void>
}

/** Opens the log of a Redis, or begins one, and follows it from its head. */
export async function openRedisLog(connection: Connection, retention: Retention): Promise<RedisLog> {
  const { channel } = connection
  const tail = await openLiveTail(connection.look, createLogReader(connection.look), channel)
  const known = createKnownResources()
  const own = createOwnMessages()
  const ports = { call: connection.call, known, standing: tail.standing, retention, channel, own }
  const { append, idle } = createAppending(ports)
  const catchUp = () => void tail.catchUp().catch(() => {})

  await tail.follow(tail.standing(), known.follower)
  await listen(connection, own, tail.hear)
  await connection.begin({ connected: tail.catchUp, resubscribed: catchUp })
  // A lost announcement leaves nothing but silence.
  const watcher = setInterval(() => {
    if (tail.silentForMs() >= longestSilenceMs) catchUp()
  }, longestSilenceMs / 4)
  const prober = setInterval(connection.probe, longestSilenceMs)

  return {
    log: {
      ...createLogReader(connection.call),
      append,
      knownSince: () => readKnownSince(connection.call, retention),
      follow: tail.follow,
    },
    async close() {
      clearInterval(watcher)
      clearInterval(prober)
      await idle()
    },
  }
}
