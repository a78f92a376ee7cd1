// What resolvers are given: the seams to read from, and who asks. One context may serve many executions:
// an audience executes with that of its first subscriber, so nothing here may tell subscribers apart
// beyond their visibility, except for `principal`, which only Query.viewer reads, and `createTicket`, which
// only a mutation calls.

import type { Principal } from '../auth/principal.ts'
import type { StreamTicket } from '../auth/tickets.ts'
import type { Visibility } from '../event/visibility.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Resources } from '../resource/resources.ts'
import type { Registry } from '../webhook/registry.ts'

export type Context = {
  readonly log: EventLog
  readonly resources: Resources
  readonly webhooks: Registry
  readonly principal: Principal
  readonly visibility: Visibility
  /** A ticket for who asks. @throws HeliographError TOO_MANY_TICKETS */
  createTicket(): Promise<StreamTicket>
  /** Told of every error that is masked as INTERNAL, for the log of the gateway. */
  readonly reportFault?: (error: unknown) => void
}
