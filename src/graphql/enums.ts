// The words of which the schema knows all: everything else that may differ between versions of a cloud
// is text.

import type { Role } from '../auth/principal.ts'
import type { Category, Outcome, Severity } from '../event/event.ts'
import type { From } from '../webhook/endpoint-commands.ts'
import type {
  Attempt,
  Delivery,
  DisabledReason,
  EndpointState,
  Gap,
  PausedReason,
} from '../webhook/webhook.ts'
import { builder } from './builder.ts'

/** What a ResourceChange tells. */
export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'SYNCED'

export const CategoryEnum = enumOf<Category>('Category', 'What kind of report an event is.', {
  ACTION: 'Somebody did something: its progress and its end.',
  ALERT: 'The cloud asks for attention.',
  USAGE: 'Something began or ceased to be charged for.',
  STATE: 'A state machine moved.',
  JOB: 'An asynchronous job of the API was submitted, moved on or ended.',
  OTHER: 'Anything that fits none of the others.',
})

export const SeverityEnum = enumOf<Severity>('Severity', 'How grave an event is, mildest first.', {
  INFO: 'For the record.',
  WARN: 'May need attention.',
  ERROR: 'Something failed.',
})

export const OutcomeEnum = enumOf<Outcome>('Outcome', 'How what an event tells of has ended.', {
  SUCCESS: 'It was done.',
  FAILURE: 'It failed.',
  CANCELLED: 'It was called off.',
})

export const ChangeTypeEnum = enumOf<ChangeType>('ChangeType', 'What a change means to the subscriber.', {
  ADDED: 'The resource is now in the filter and visible; so are those of the state that is sent first.',
  MODIFIED: 'The resource was in the filter and still is.',
  DELETED: 'The resource is gone, or no longer in the filter, or no longer visible.',
  SYNCED: 'The state has been sent: every change from here on follows.',
})

export const RoleEnum = enumOf<Role>('Role', 'What a caller may do.', {
  ADMIN: 'Sees everything.',
  TENANT: 'Sees what belongs to its accounts.',
  INGEST: 'May only post events.',
  METRICS: 'May only read metrics.',
})

export const DeliveryEnum = enumOf<Delivery>(
  'Delivery',
  'What follows from a notification that was not taken.',
  {
    RETRY: 'It is tried again, and nothing after it goes first. The usual.',
    FORGET: 'One attempt for each event, then on to the next.',
  },
)

export const EndpointStateEnum = enumOf<EndpointState['kind']>(
  'EndpointState',
  'Whether an endpoint is notified.',
  {
    ENABLED: 'It is.',
    UNCONFIRMED: 'Not yet: whoever holds the address has not said yes.',
    DISABLED: 'Not any more, until enableEndpoint.',
    PAUSED: 'Not at the moment. It goes on by itself, where it stopped, once the reason is gone.',
  },
)

export const EndpointReasonEnum = enumOf<DisabledReason | PausedReason>(
  'EndpointReason',
  'Why an endpoint is not notified.',
  {
    BY_OWNER: 'disableEndpoint was asked for.',
    UNSUBSCRIBED: 'Whoever holds the address wants nothing more.',
    FAILED_TOO_OFTEN: 'It failed too often in a row, for too long.',
    GONE: 'It answered that it is gone for good (HTTP 410).',
    OWNER_GONE: 'Nobody of the name the webhook belongs to may come in any more.',
    OWNER_NOT_SEEN: 'The subject of JWTs the webhook belongs to has not come for too long.',
    SECRET_UNREADABLE: 'No key of the gateway opens its secret, and nothing is sent unsigned.',
    CHANNEL_NOT_CONFIGURED: 'The gateway has no channel for its URI any more.',
  },
)

export const AttemptOutcomeEnum = enumOf<Attempt['outcome']>('AttemptOutcome', 'What came of an attempt.', {
  DELIVERED: 'It was taken.',
  FAILED: 'The endpoint could not take anything: the same is tried again.',
  REFUSED: 'These events were not taken, others may be: tried again, three times in all.',
  GIVEN_UP: 'It was not taken, and is not tried again.',
  GONE: 'The endpoint said that it is gone for good.',
})

export const GapReasonEnum = enumOf<Gap['reason']>('GapReason', 'Why events were not attempted.', {
  RETENTION: 'The log no longer held them when it was their turn.',
  SKIPPED: 'The endpoint was enabled to go on from NOW.',
  RATE_LIMIT: 'There were more than one message tells of: they were counted in it.',
})

export const EnableFromEnum = enumOf<From>('EnableFrom', 'Where an endpoint goes on that is enabled.', {
  NOW: 'With what happens from now on; what it missed is a recorded gap.',
  WHERE_IT_STOPPED: 'With what it missed, as far as the log still holds it.',
})

function enumOf<Value extends string>(name: string, description: string, values: Record<Value, string>) {
  const described = Object.entries<string>(values).map(([value, text]) => [value, { description: text }])
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(described) as { [V in Value]: { description: string } },
  })
}
