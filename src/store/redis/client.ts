// One connection to Redis. It comes back by itself within a second of Redis being there; meanwhile every
// command fails at once, and one that Redis does not answer fails after two seconds. It neither queues
// nor repeats a command: whoever was refused may ask again.

import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from '../../observe/logger.ts'
import { isDemoted, isTimeout, messageOf, unavailable } from './failure.ts'

/** Replies come in the shapes that the client's own types have. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping'>

export type Client = {
  readonly redis: Redis
  isConnected(): boolean
  /** Why it is not connected, as far as known. */
  reason(): string
  /** @throws HeliographError STORE_UNAVAILABLE where it is not connected within a short while. */
  ready(): Promise<void>
  /** Connects anew where this error shows that the connection is dead or leads to the wrong Redis. */
  judge(error: unknown): void
  /** Connects anew. */
  drop(): void
  /** Asks for an answer, and judges. */
  probe(): void
}

const startTimeoutMs = 3_000
const answerTimeoutMs = 2_000
const longestPauseMs = 750
// How long a dropped connection may take to say goodbye: the other side may be gone.
const goodbyeMs = 100

const manners: ClientOptions = {
  commandTimeout: answerTimeoutMs,
  connectTimeout: answerTimeoutMs,
  disconnectTimeout: goodbyeMs,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // The client's own way ends the process where the connection is lost again at that moment.
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  // A quarter more or less, so that gateways do not come back all at once.
  retryStrategy: (times) => Math.min(25 * 2 ** times, longestPauseMs) * (0.75 + Math.random() / 2),
}

/** Begins to connect; `host` is what logs and errors call the other side. */
export function createClient(options: ClientOptions, host: string, logger: Logger): Client {
  const redis = new Redis({ ...options, ...manners })
  let reason = ''
  // The client itself calls a dropped connection ready until the goodbye is over.
  let dropped = false
  redis.on('error', (error) => {
    reason = messageOf(error)
  })
  redis.on('ready', () => {
    reason = ''
    dropped = false
    redis.once('close', () => {
      if (redis.status !== 'end') logger.warn({ redis: host }, 'the connection to Redis is lost')
    })
  })

  function judge(error: unknown): void {
    if (!isConnected()) return
    if (isTimeout(error)) reason = 'it does not answer'
    else if (isDemoted(error)) reason = 'it is a replica now'
    else return
    drop()
  }

  function drop(): void {
    dropped = true
    redis.disconnect(true)
  }

  function isConnected(): boolean {
    return redis.status === 'ready' && !dropped
  }

  return {
    redis,
    isConnected,
    reason: () => reason || 'no answer',
    ready: () =>
      whenReady(redis, () => unavailable(host, `${reason || 'no answer'}. Is HELIOGRAPH_REDIS_URL right?`)),
    judge,
    drop() {
      if (isConnected()) drop()
    },
    probe() {
      if (isConnected()) redis.ping().catch(judge)
    },
  }
}

function whenReady(redis: Redis, failure: () => Error): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(failure()), startTimeoutMs)
    redis.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
