// What an engine opens: the log, the state, the tickets and the webhooks over one set of data, and its health.

import type { TicketStore } from '../auth/tickets.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Resources } from '../resource/resources.ts'
import type { Webhooks } from '../webhook/webhooks.ts'

/** How long and how many events are kept, and for how long an event counts as known. */
export type Retention = {
  /** Entries received longer ago are trimmed. */
  readonly maxAgeMs: number
  /** More entries than these are trimmed, oldest first. The newest entry always stays. */
  readonly maxEntries: number
  /** The dedupe window: 24 hours or this many events, whichever is shorter. */
  readonly dedupeEntries: number
  readonly dedupeMs: number
  /** How often the trimming runs. */
  readonly trimEveryMs: number
}

export type StoreHealth = { readonly ready: boolean; readonly detail: string }

export type Store = {
  /** `sqlite` or `redis`: for logs, metrics and people. */
  readonly engine: string
  readonly log: EventLog
  readonly resources: Resources
  readonly tickets: TicketStore
  readonly webhooks: Webhooks
  health(): StoreHealth
  /**
   * Trims now, and forgets tickets and allowances that have ended; the background does the same every `trimEveryMs`.
   * Resolves to how many entries went.
   */
  trim(): Promise<number>
  /** Finishes what is under way, then lets go of the data. */
  close(): Promise<void>
}
