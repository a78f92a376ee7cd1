import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { compileFilter, type EventFilter } from '../../src/event/filter.ts'
import { FilterIndex, fileEventFilter, termsOfEvent, tracesOf } from '../../src/event/filter-index.ts'
import { anyEvent, anyFilter } from '../support/arbitrary-event.ts'

test('the candidates for an event hold every filter that matches it', () => {
  fc.assert(
    fc.property(fc.array(anyFilter, { maxLength: 20 }), anyEvent, (filters, event) => {
      const index = indexOf(filters)
      const candidates = candidatesOf(index, event)
      return filters.every((filter) => !compileFilter(filter)(event) || candidates.has(filter))
    }),
    { numRuns: 1_000 },
  )
})

test('the JSON of an event holds a trace of every filter that matches it', () => {
  fc.assert(
    fc.property(anyFilter, anyEvent, (filter, event) => {
      const traces = tracesOf(fileEventFilter(filter))
      const json = JSON.stringify({ event, change: null })
      return !compileFilter(filter)(event) || traces === null || traces.some((trace) => json.includes(trace))
    }),
    { numRuns: 1_000 },
  )
})

test('a trace is written as JSON writes it, and most events hold none', () => {
  const uid = 'a/"b"\n\ud800é'
  const traces = tracesOf(fileEventFilter({ resources: [{ kind: 'Host', uid }] })) ?? []
  const [json, other] = [uid, 'c'].map((one) => JSON.stringify({ resource: { kind: 'Host', uid: one } }))
  expect(traces.map((trace) => [json?.includes(trace), other?.includes(trace)])).toEqual([[true, false]])
})

test.each<[EventFilter]>([[{}], [{ types: Array.from({ length: 100 }, (_, i) => `TYPE.${i}`) }]])(
  'of a filter filed under nothing or very much there are no traces',
  (filter) => expect(tracesOf(fileEventFilter(filter))).toBeNull(),
)

test('a filter that is taken out is never found again, and the others still are', () => {
  fc.assert(
    fc.property(fc.array(anyFilter, { minLength: 1, maxLength: 20 }), anyEvent, (filters, event) => {
      const index = indexOf(filters)
      const [gone, ...left] = filters as [EventFilter, ...EventFilter[]]
      index.delete(fileEventFilter(gone), gone)
      const candidates = candidatesOf(index, event)
      const expected = candidatesOf(indexOf(left), event)
      return !candidates.has(gone) && left.every((filter) => candidates.has(filter) === expected.has(filter))
    }),
  )
})

test('a filter for one resource is no candidate for events of others', () => {
  const wanted: EventFilter = { resources: [{ kind: 'VirtualMachine', uid: '1' }], types: ['VM.START'] }
  const index = indexOf([wanted])
  expect(index.candidates(['resource:VirtualMachine/2', 'type:VM.START'])).toEqual([])
  expect(index.candidates(['resource:VirtualMachine/1'])).toEqual([wanted])
})

test('each candidate is found once, under however many of its terms', () => {
  const wanted: EventFilter = { kinds: ['VirtualMachine', 'Host'] }
  const all: EventFilter = {}
  const index = indexOf([wanted, all])
  expect([...index.candidates(['kind:Host', 'kind:VirtualMachine'])]).toEqual([all, wanted])
})

test('an event is looked up under the facets that something is filed under, and no others', () => {
  const [event] = fc.sample(anyEvent, 1) as [Event]
  const jobs: EventFilter = { categories: ['JOB'] }
  const index = indexOf([jobs, { zones: ['z1'] }])
  expect(termsOfEvent(event, index.isFiled)).toEqual([`category:${event.category}`])
  index.delete(['category:JOB'], jobs)
  expect(termsOfEvent(event, index.isFiled)).toEqual([])
})

test.each<[EventFilter, ReturnType<typeof fileEventFilter>]>([
  [{}, 'REST'],
  [{ zones: ['z1'] }, 'REST'],
  [{ not: { types: ['VM.START'] } }, 'REST'],
  [{ types: ['VM.START', 'VM.*'] }, ['type:VM.START', 'prefix:VM.']],
  [{ categories: ['JOB'], accounts: ['ann'], kinds: ['Host'] }, ['kind:Host']],
  [{ or: [{ kinds: ['Host'] }, { accounts: ['ann'] }] }, ['kind:Host', 'account:ann']],
  [{ types: ['VM.START'], or: [{ kinds: ['Host'] }, { zones: ['z1'] }] }, ['type:VM.START']],
])('%o is filed under %o', (filter, filing) => {
  expect(fileEventFilter(filter)).toEqual(filing)
})

test('an event is looked up under every prefix of its type', () => {
  const [event] = fc.sample(anyEvent, 1)
  const terms = event ? termsOfEvent({ ...event, type: 'VM.SCHEDULE.START' }) : []
  expect(terms).toEqual(
    expect.arrayContaining(['type:VM.SCHEDULE.START', 'prefix:VM.', 'prefix:VM.SCHEDULE.']),
  )
  expect(terms).not.toContain('prefix:VM.SCHEDULE.START')
})

function candidatesOf(index: FilterIndex<EventFilter>, event: Event): ReadonlySet<EventFilter> {
  return new Set(index.candidates(termsOfEvent(event, index.isFiled)))
}

function indexOf(filters: readonly EventFilter[]): FilterIndex<EventFilter> {
  const index = new FilterIndex<EventFilter>()
  for (const filter of filters) index.add(fileEventFilter(filter), filter)
  return index
}

test('an index is empty until a filter is filed, and again once all are taken out', () => {
  const index = new FilterIndex<{ readonly name: string }>()
  const [narrow, wide] = [{ name: 'narrow' }, { name: 'wide' }]
  expect(index.isEmpty).toBe(true)
  index.add(['type:a', 'type:b'], narrow)
  index.add('REST', wide)
  index.delete(['type:a', 'type:b'], narrow)
  expect(index.isEmpty).toBe(false)
  index.delete('REST', wide)
  expect(index.isEmpty).toBe(true)
})
