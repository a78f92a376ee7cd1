// Random events and filters over so small a vocabulary that they often meet.

import fc from 'fast-check'
import { categories, type Event, outcomes, severities } from '../../src/event/event.ts'
import type { EventFilter } from '../../src/event/filter.ts'

const type = fc.constantFrom(
  'VM.START',
  'VM.STOP',
  'VM.SCHEDULE.START',
  'VMSNAPSHOT.CREATE',
  'NET.IPASSIGN',
  'VM',
  'VM.',
)
const ref = fc.record({
  kind: fc.constantFrom('VirtualMachine', 'Network', 'Host'),
  uid: fc.constantFrom('1', '2', 'a/b'),
})
const account = fc.constantFrom('ann', 'bob')
const zone = fc.constantFrom('z1', 'z2')
const state = fc.constantFrom('Stopped', 'Starting', 'Running')
const status = fc.constantFrom('Scheduled', 'Completed', 'FAILED')
const time = fc.constantFrom('2026-05-14T09:31:07.000Z', '2026-05-14T09:31:08.000Z')

function orNull<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null, freq: 3 })
}

/** Any event, every field of it sometimes null. */
export const anyEvent: fc.Arbitrary<Event> = fc.record({
  source: fc.constantFrom('cloudstack', '/dc1'),
  eventId: fc.stringMatching(/^[0-9a-f]{1,8}$/),
  type,
  category: fc.constantFrom(...categories),
  time,
  receivedAt: time,
  resource: orNull(ref),
  related: fc.uniqueArray(ref, { maxLength: 3, selector: ({ kind, uid }) => `${kind}/${uid}` }),
  owner: orNull(account),
  actor: orNull(fc.record({ account: orNull(account), user: orNull(account) })),
  zone: orNull(zone),
  severity: orNull(fc.constantFrom(...severities)),
  status: orNull(status),
  outcome: orNull(fc.constantFrom(...outcomes)),
  description: orNull(fc.string()),
  transition: orNull(
    fc.record({ field: fc.constant('state'), from: orNull(state), to: state, trigger: orNull(type) }),
  ),
  data: orNull(fc.dictionary(fc.constantFrom('host', 'jobId', 'name'), fc.string())),
})

function list<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength: 1, maxLength: 3 })
}

const fields = {
  types: list(fc.oneof(type, fc.constantFrom('VM.*', 'VM.SCHEDULE.*', 'NET.*', 'V.*'))),
  categories: list(fc.constantFrom(...categories)),
  resources: list(ref),
  related: list(ref),
  kinds: list(fc.constantFrom('VirtualMachine', 'Network', 'Host')),
  accounts: list(account),
  zones: list(zone),
  fromStates: list(state),
  toStates: list(state),
  statuses: list(status),
  outcomes: list(fc.constantFrom(...outcomes)),
  minSeverity: fc.constantFrom(...severities),
}

/** Few fields at once, or hardly any event would match. */
const flatFilter: fc.Arbitrary<EventFilter> = fc
  .tuple(fc.subarray(Object.keys(fields), { maxLength: 3 }), fc.record(fields))
  .map(([names, values]) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name))),
  )

function nest(filter: fc.Arbitrary<EventFilter>): fc.Arbitrary<EventFilter> {
  const nested = fc.record({ or: list(filter), not: filter }, { requiredKeys: [] })
  return fc.tuple(flatFilter, nested).map(([flat, more]) => ({ ...flat, ...more }))
}

/** Any filter that `checkFilter` passes, with alternatives and exceptions nested in it. */
export const anyFilter: fc.Arbitrary<EventFilter> = fc.oneof(
  flatFilter,
  nest(flatFilter),
  nest(nest(flatFilter)),
)
