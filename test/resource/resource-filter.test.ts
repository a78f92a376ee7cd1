import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FilterIndex, tracesOf } from '../../src/event/filter-index.ts'
import { moreSpecificKind, type ResourceFacts, resourceKey } from '../../src/resource/resource.ts'
import {
  checkResourceFilter,
  compileResourceFilter,
  fileResourceFilter,
  type ResourceFilter,
  termsOfResource,
} from '../../src/resource/resource-filter.ts'
import { minute } from './arrived.ts'

const host: ResourceFacts = {
  kind: 'Host',
  uid: 'h-1',
  name: 'kvm-07',
  states: { state: { value: 'Up', at: minute(1) }, resourcestate: { value: 'Maintenance', at: minute(1) } },
  owner: 'a',
  zone: 'z-1',
  deletedAt: null,
}

describe('a resource filter', () => {
  test.each<[filter: ResourceFilter, matches: boolean]>([
    [{}, true],
    [{ kinds: ['Host', 'Volume'] }, true],
    [{ kinds: ['Volume'] }, false],
    [{ ids: ['h-1'] }, true],
    [{ ids: ['Host/h-1'] }, true],
    [{ ids: ['Volume/h-1'] }, false],
    [{ states: ['Maintenance'] }, true],
    [{ states: ['Down'] }, false],
    [{ accounts: ['a'], zones: ['z-1'], names: ['kvm-07'] }, true],
    [{ accounts: ['a'], zones: ['z-2'] }, false],
  ])('%j on a host in maintenance: %s', (filter, matches) => {
    expect(compileResourceFilter(filter)(host)).toBe(matches)
  })

  test('matches a tombstone only on request', () => {
    const tombstone = { ...host, deletedAt: minute(2) }
    expect(compileResourceFilter({ kinds: ['Host'] })(tombstone)).toBe(false)
    expect(compileResourceFilter({ kinds: ['Host'], includeDeleted: true })(tombstone)).toBe(true)
  })

  test('with an empty list is refused by the name of the list', () => {
    expect(() => checkResourceFilter({ states: [] })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', field: 'filter.states' }),
    )
    expect(() => checkResourceFilter({ states: ['Up'], includeDeleted: true })).not.toThrow()
  })

  test('that matches a resource is found under a term of the resource, and leaves a trace in its JSON', () => {
    const word = fc.constantFrom('a', 'b', 'x/y')
    const facts = fc.record({ kind: word, uid: word, name: fc.option(word), owner: fc.option(word) })
    const list = fc.option(fc.array(word, { minLength: 1, maxLength: 2 }), { nil: undefined })
    const filters = fc.record({ kinds: list, ids: list, names: list, accounts: list })
    fc.assert(
      fc.property(facts, filters, (some, lists) => {
        const filter = Object.fromEntries(
          Object.entries(lists).filter(([, values]) => values),
        ) as ResourceFilter
        const resource = { ...host, ...some }
        const index = new FilterIndex<ResourceFilter>()
        index.add(fileResourceFilter(filter), filter)
        if (compileResourceFilter(filter)(resource)) {
          expect([...index.candidates(termsOfResource(resource, index.isFiled))]).toEqual([filter])
          const traces = tracesOf(fileResourceFilter(filter)) ?? ['']
          expect(traces.some((trace) => JSON.stringify(resource).includes(trace))).toBe(true)
        }
      }),
    )
  })
})

describe('the key of a resource', () => {
  test('is shared by the kinds that are instances, and by no others', () => {
    const keys = ['VirtualMachine', 'Router', 'SystemVm', 'Host'].map((kind) =>
      resourceKey({ kind, uid: 'u-1' }),
    )
    expect(keys).toEqual(['Instance/u-1', 'Instance/u-1', 'Instance/u-1', 'Host/u-1'])
  })

  test('leads to the kind that says more', () => {
    expect(moreSpecificKind('VirtualMachine', 'Router')).toBe('Router')
    expect(moreSpecificKind('Router', 'VirtualMachine')).toBe('Router')
    expect(moreSpecificKind('Host', 'Host')).toBe('Host')
  })
})
