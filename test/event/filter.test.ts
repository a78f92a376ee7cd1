import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HeliographError } from '../../src/errors.ts'
import type { Event } from '../../src/event/event.ts'
import { checkFilter, compileFilter, type EventFilter } from '../../src/event/filter.ts'
import { anyEvent, anyFilter } from '../support/arbitrary-event.ts'

const started: Event = {
  source: 'cloudstack',
  eventId: '1',
  type: 'VM.START',
  category: 'ACTION',
  time: '2026-05-14T09:31:07.000Z',
  receivedAt: '2026-05-14T09:31:08.000Z',
  resource: { kind: 'VirtualMachine', uid: '3b1c' },
  related: [{ kind: 'Network', uid: '43b7' }],
  owner: 'ann',
  actor: { account: 'root', user: 'admin' },
  zone: 'z1',
  severity: 'WARN',
  status: 'Completed',
  outcome: 'SUCCESS',
  description: null,
  transition: { field: 'state', from: 'Starting', to: 'Running', trigger: null },
  data: null,
}

function matches(filter: EventFilter, event: Partial<Event> = {}): boolean {
  checkFilter(filter)
  return compileFilter(filter)({ ...started, ...event })
}

describe('each field narrows', () => {
  const cases: [EventFilter, EventFilter][] = [
    [{ types: ['VM.STOP', 'VM.START'] }, { types: ['VM.STOP'] }],
    [{ categories: ['ACTION'] }, { categories: ['JOB'] }],
    [
      { resources: [{ kind: 'VirtualMachine', uid: '3b1c' }] },
      { resources: [{ kind: 'Network', uid: '43b7' }] },
    ],
    [{ related: [{ kind: 'Network', uid: '43b7' }] }, { related: [{ kind: 'VirtualMachine', uid: '3b1c' }] }],
    [{ kinds: ['VirtualMachine'] }, { kinds: ['Network'] }],
    [{ accounts: ['ann'] }, { accounts: ['root'] }],
    [{ zones: ['z1'] }, { zones: ['z2'] }],
    [{ fromStates: ['Starting'] }, { fromStates: ['Running'] }],
    [{ toStates: ['Running'] }, { toStates: ['Starting'] }],
    [{ statuses: ['Completed'] }, { statuses: ['Started'] }],
    [{ outcomes: ['SUCCESS'] }, { outcomes: ['FAILURE'] }],
    [{ minSeverity: 'WARN' }, { minSeverity: 'ERROR' }],
  ]
  test.each(cases)('%o matches and %o does not', (hit, miss) => {
    expect(matches(hit)).toBe(true)
    expect(matches(miss)).toBe(false)
  })

  test('a field of the event that is null matches no wish for it', () => {
    const blank = { resource: null, owner: null, zone: null, severity: null, status: null, transition: null }
    for (const [hit] of cases.slice(2, 10)) expect(matches(hit, { ...blank, related: [] })).toBe(false)
    expect(matches({ minSeverity: 'INFO' }, blank)).toBe(false)
  })
})

describe('types', () => {
  test('VM.* takes every type below VM, however deep, and neither VM itself nor VMSNAPSHOT', () => {
    const belowVm = (type: string) => matches({ types: ['VM.*'] }, { type })
    expect(['VM.START', 'VM.SCHEDULE.START'].every(belowVm)).toBe(true)
    expect(['VM', 'VMSNAPSHOT.CREATE', 'SSVM.START'].some(belowVm)).toBe(false)
  })

  test.each(['*', '.*', 'VM*', 'VM.*.START', '*.START', 'VM.**', ''])(
    'the pattern "%s" is refused',
    (type) => {
      expect(() => checkFilter({ types: ['VM.START', type] })).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT', field: 'filter.types[1]' }),
      )
    },
  )
})

describe('an empty list', () => {
  const lists = ['types', 'categories', 'resources', 'related', 'kinds', 'accounts', 'zones', 'or'] as const
  test.each([...lists, 'fromStates', 'toStates', 'statuses', 'outcomes'] as const)(
    'of %s is refused by name',
    (name) => {
      expect(() => checkFilter({ [name]: [] })).toThrow(expect.objectContaining({ field: `filter.${name}` }))
    },
  )

  test('is found at any depth', () => {
    const nested: EventFilter = { or: [{ kinds: ['Host'] }, { not: { types: [] } }] }
    expect(() => checkFilter(nested)).toThrow(
      expect.objectContaining<Partial<HeliographError>>({ field: 'filter.or[1].not.types' }),
    )
  })
})

describe('for any filter and event', () => {
  const holds = (check: (a: EventFilter, b: EventFilter, event: Event) => boolean) =>
    fc.assert(fc.property(anyFilter, anyFilter, anyEvent, check), { numRuns: 1_000 })

  test('the empty filter matches', () => {
    fc.assert(fc.property(anyEvent, (event) => compileFilter({})(event)))
  })

  test('not turns the answer round', () => {
    holds((a, _, event) => compileFilter({ not: a })(event) === !compileFilter(a)(event))
  })

  test('or of two is either of them', () => {
    holds(
      (a, b, event) =>
        compileFilter({ or: [a, b] })(event) === (compileFilter(a)(event) || compileFilter(b)(event)),
    )
  })

  test('a wish beside or narrows it: both must hold', () => {
    holds((a, b, event) => {
      const both = compileFilter({ or: [a], not: { not: b } })(event)
      return both === (compileFilter(a)(event) && compileFilter(b)(event))
    })
  })

  test('a filter is the conjunction of its fields', () => {
    holds((a, _, event) => {
      const fields = Object.entries(a).map(([name, value]) => compileFilter({ [name]: value }))
      return compileFilter(a)(event) === fields.every((field) => field(event))
    })
  })

  test('one more value in a list never loses a match', () => {
    holds((a, _, event) => !compileFilter(a)(event) || !a.types || matchesMore(a, event))
  })
})

function matchesMore(filter: EventFilter, event: Event): boolean {
  return compileFilter({ ...filter, types: [...(filter.types ?? []), 'OTHER'] })(event)
}
