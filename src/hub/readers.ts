// The subscribers that are not live: sends them the state, brings them to the tip, and sees to it that
// whatever goes wrong on the way ends the one it happened to, in words.

import { asHeliographError, HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { ResourceQuery } from '../resource/resources.ts'
import type { Audience } from './audience.ts'
import { type CatchUpParts, catchUp, joinAtTip } from './catch-up.ts'
import { type StateParts, sendState } from './state.ts'
import type { Subscriber } from './subscriber.ts'

export type Readers = {
  /** Makes the subscriber live: at once where it stands at the tip, else when it has caught up. */
  follow(subscriber: Subscriber, audience: Audience): void
  /** Sends the state of the query first. */
  start(subscriber: Subscriber, audience: Audience, query: ResourceQuery): void
  count(): number
  /** How many entries the slowest one is behind the tip. */
  lag(): number
}

type Parts = CatchUpParts &
  StateParts & { readonly logger: Pick<Logger, 'error'>; readonly metrics: Pick<Metrics, 'lagEntries'> }

export function createReaders(parts: Parts): Readers {
  /** By run and not by subscriber: one may fall behind again before its last run has quite ended. */
  const reading = new Set<{ readonly subscriber: Subscriber }>()

  async function run(subscriber: Subscriber, work: Promise<void>): Promise<void> {
    const reader = { subscriber }
    reading.add(reader)
    try {
      await work
    } catch (error) {
      // On stop the waiting is cut short; the transports have told their clients already.
      if (!parts.stopped.aborted) subscriber.end(asShown(error))
    }
    reading.delete(reader)
    if (reading.size > 0) return
    parts.pages.clear()
    parts.metrics.lagEntries(0)
  }

  function asShown(error: unknown): HeliographError {
    const known = asHeliographError(error)
    if (known) return known
    parts.logger.error({ err: error }, 'a subscriber could not catch up')
    return new HeliographError(
      'INTERNAL',
      'The gateway failed to go on: subscribe again after the last cursor',
    )
  }

  return {
    follow(subscriber, audience) {
      if (joinAtTip(subscriber, audience, parts.ring.tip)) return
      void run(subscriber, catchUp(subscriber, audience, parts))
    },
    start(subscriber, audience, query) {
      subscriber.synced = false
      const work = sendState(subscriber, audience, query, parts)
      void run(
        subscriber,
        work.then(() => catchUp(subscriber, audience, parts)),
      )
    },
    count: () => reading.size,
    lag() {
      const tip = parts.ring.tip.offset
      let most = 0
      for (const { subscriber } of reading) most = Math.max(most, tip - subscriber.position.offset)
      return most
    },
  }
}
