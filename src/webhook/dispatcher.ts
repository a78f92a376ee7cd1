// Tells every endpoint what its webhook asks for: one follower of the log, a courier for each endpoint whose
// shard this gateway holds, and the writing of what they have come to.
//
// What is to run is compared with what runs, again and again: webhooks change, owners lose rights, leases
// move. A courier that no longer fits is stopped, saved, and begun anew from what is kept.

import type { EventLog } from '../event-log/event-log.ts'
import type { Logger } from '../observe/logger.ts'
import { createEndpointNews } from './endpoint-news.ts'
import type { FailureLimits } from './failures.ts'
import { createLeases } from './leases.ts'
import { openLogTail } from './log-tail.ts'
import type { Post } from './post.ts'
import { createRoster } from './roster.ts'
import { createRounds } from './rounds.ts'
import { createSaver } from './saver.ts'
import type { ReadRights } from './standing.ts'
import type { Webhooks } from './webhooks.ts'

export type Dispatcher = {
  /** Something was changed through this gateway: looks at once. */
  kick(): void
  /** Starts nothing more, waits for attempts under way, writes what came of them, and gives up its leases. */
  close(): Promise<void>
}

export type DispatcherParts = {
  readonly log: EventLog
  readonly webhooks: Webhooks
  readonly post: Post
  readonly rights: ReadRights
  /** Names this gateway among those that share the work; new with every start. */
  readonly holder: string
  readonly limits: FailureLimits & {
    /** Entries at hand for each endpoint; default 200. */
    readonly queueEntries?: number
    /** How long a lease lasts; default 6 seconds. */
    readonly leaseMs?: number
  }
  /** How long a stop waits for attempts under way. */
  readonly graceMs: number
  readonly logger: Logger
}

const lookEveryMs = 500
/** How often the places of endpoints are written that only moved past what does not concern them. */
const idleSaveMs = 10_000
const ordinaryLimits = { queueEntries: 200, leaseMs: 6_000 }

/** Follows the log, claims its share of the endpoints, and works for them until closed. */
export async function openDispatcher(parts: DispatcherParts): Promise<Dispatcher> {
  const { log, webhooks, holder, graceMs, logger } = parts
  const limits = { ...ordinaryLimits, ...parts.limits }
  const roster = createRoster(webhooks)
  const tail = await openLogTail(log)
  const saver = createSaver({ webhooks, holder, tell: createEndpointNews(log, roster), logger })
  const rounds = createRounds({
    ...parts,
    limits,
    tail,
    saver,
    mayStart: () => leases.mayStart() && !saver.isLate(),
  })
  let isDue = true
  let looking: Promise<void> | null = null

  const look = async () => {
    try {
      const isChanged = await roster.refresh()
      const due = isDue || isChanged
      isDue = false
      await rounds.match(roster.assignments, leases.held, due)
    } catch (error) {
      isDue = true
      logger.warn({ err: error }, 'the webhooks could not be looked at')
    }
  }
  const kick = () => {
    isDue = true
    glance()
  }
  const glance = () => {
    looking ??= look().finally(() => {
      looking = null
    })
  }

  const leases = createLeases({
    webhooks,
    holder,
    ttlMs: limits.leaseMs,
    claimed: () => {
      kick()
      rounds.wake()
    },
    drain: (shards) => rounds.end((shard) => shards.includes(shard), graceMs),
    logger,
  })
  await leases.open()
  const lookTimer = setInterval(glance, lookEveryMs)
  const idleTimer = setInterval(() => rounds.saveAll(), idleSaveMs)

  return {
    kick,
    async close() {
      clearInterval(lookTimer)
      clearInterval(idleTimer)
      await looking
      await rounds.end(() => true, graceMs)
      await saver.close()
      await leases.close()
      await tail.close()
    },
  }
}
