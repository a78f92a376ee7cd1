// The two connections to Redis: one for commands, one for announcements. Until the commands' one is
// there and checked, every call of the store is refused at once.

import { RedisPubSub } from 'graphql-redis-subscriptions'
import type { Redis } from 'ioredis'
import type { Logger } from '../../observe/logger.ts'
import type { StoreHealth } from '../store.ts'
import { type Client, createClient } from './client.ts'
import { messageOf, toHeliographError, unavailable } from './failure.ts'
import { channelOf } from './keys.ts'
import { parseRedisUrl } from './redis-url.ts'
import { checkSuitable } from './suitability.ts'

/** Runs commands; what they throw becomes a HeliographError, and a connection without answers is dropped. */
export type Call = <T>(work: (redis: Redis) => Promise<T>) => Promise<T>

/** What happens on the connections, now and after every reconnect. */
export type ConnectionEvents = {
  /** The commands' connection is there and suits: what must be looked at before calls are served. */
  connected(): Promise<void>
  /** The announcements' connection is there again, and subscribed to the channel. */
  resubscribed(): void
}

export type Connection = {
  /** Where the store is announced. */
  readonly channel: string
  readonly pubsub: RedisPubSub
  /** For callers of the store. */
  readonly call: Call
  /** For looking whether the store is as it was: not refused while that is being found out. */
  readonly look: Call
  /** Asks both connections for an answer, and drops the one that gives none. */
  probe(): void
  /** Has `connected` run now, and both whenever their time comes. */
  begin(events: ConnectionEvents): Promise<void>
  health(): StoreHealth
  close(): void
}

/**
 * Connects to a Redis that suits.
 * @throws HeliographError STORE_UNAVAILABLE after a short wait, STORE_UNSUITABLE, BAD_SETTING
 */
export async function openConnection(url: string, logger: Logger): Promise<Connection> {
  const { options, database, shown: host } = parseRedisUrl(url)
  const commands = createClient(options, host, logger)
  const subscriber = createClient(options, host, logger)
  const channel = channelOf(database)
  const look = createLook(commands, host)
  let events: ConnectionEvents | null = null
  let checked = false
  let closed = false
  const isServing = () => checked && commands.isConnected()

  function close(): void {
    closed = true
    checked = false
    commands.redis.disconnect()
    subscriber.redis.disconnect()
  }

  async function check(): Promise<void> {
    await look((redis) => checkSuitable(redis, host))
    await events?.connected()
    checked = commands.isConnected()
  }

  async function checkAgain(): Promise<void> {
    try {
      await check()
      logger.info({ redis: host }, 'Redis is there again')
    } catch (error) {
      if (closed) return
      logger.warn({ redis: host, reason: messageOf(error) }, 'Redis is not as it must be')
      commands.drop()
    }
  }

  try {
    await Promise.all([commands.ready(), subscriber.ready()])
    await check()
  } catch (error) {
    close()
    throw error
  }
  commands.redis.on('close', () => {
    checked = false
  })
  commands.redis.on('ready', () => void checkAgain())
  subscriber.redis.on('ready', () => {
    subscriber.redis.subscribe(channel).then(() => events?.resubscribed(), subscriber.judge)
  })

  return {
    channel,
    pubsub: createPubSub(commands.redis, subscriber.redis),
    look,
    call(work) {
      if (isServing()) return look(work)
      if (closed) return Promise.reject(unavailable(host, 'the store is closed'))
      const reason = commands.isConnected() ? 'it was away and is being checked' : commands.reason()
      return Promise.reject(unavailable(host, reason))
    },
    probe() {
      commands.probe()
      subscriber.probe()
    },
    begin(wanted) {
      events = wanted
      return wanted.connected()
    },
    health: () => ({
      ready: isServing(),
      detail: `Redis at ${host}${isServing() ? '' : ' cannot be reached'}`,
    }),
    close,
  }
}

function createLook(client: Client, host: string): Call {
  return async (work) => {
    try {
      return await work(client.redis)
    } catch (error) {
      client.judge(error)
      throw toHeliographError(error, host)
    }
  }
}

// Given options instead of clients the library would connect by an older ioredis of its own. Its types
// are those of that one. Messages are passed on as bytes: what this gateway sent itself is not parsed.
function createPubSub(publisher: Redis, subscriber: Redis): RedisPubSub {
  const options = { publisher, subscriber, messageEventName: 'messageBuffer' }
  return new RedisPubSub(options as unknown as ConstructorParameters<typeof RedisPubSub>[0])
}
