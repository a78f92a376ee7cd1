// The words of which the schema knows all: everything else that may differ between versions of a cloud
// is text.

import type { Role } from '../auth/principal.ts'
import type { Category, Outcome, Severity } from '../event/event.ts'
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

function enumOf<Value extends string>(name: string, description: string, values: Record<Value, string>) {
  const described = Object.entries<string>(values).map(([value, text]) => [value, { description: text }])
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(described) as { [V in Value]: { description: string } },
  })
}
