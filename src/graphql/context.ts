// What resolvers are given: the seams to read from, and who asks.

import type { Principal } from '../auth/principal.ts'
import type { Visibility } from '../event/visibility.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Resources } from '../resource/resources.ts'

export type Context = {
  readonly log: EventLog
  readonly resources: Resources
  readonly principal: Principal
  readonly visibility: Visibility
}
