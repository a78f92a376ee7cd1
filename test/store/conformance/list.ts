// Which resources a list holds: filters, links and visibility.

import { describe, expect, it } from 'vitest'
import { resourceId } from '../../../src/event/event.ts'
import { seesAccounts, seesAll, type Visibility } from '../../../src/event/visibility.ts'
import type { ResourceFilter } from '../../../src/resource/resource-filter.ts'
import type { ResourceQuery } from '../../../src/resource/resources.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Engine } from '../../support/engine.ts'
import { deletion, observation } from './drafts.ts'
import { openStore, range } from './open-store.ts'

const fixture = [
  observation('VirtualMachine/m1', { state: 'Running', name: 'web', owner: 'alice', zone: 'z1' }),
  observation('VirtualMachine/m2', { state: 'Stopped', name: 'web', owner: 'bob', zone: 'z1' }),
  observation('VirtualMachine/m3', { state: 'Running', name: 'db', owner: 'alice', zone: 'z2' }),
  observation('Router/r1', { state: 'Running', name: 'r-1', zone: 'z1' }),
  observation('Volume/v1', {
    state: 'Ready',
    name: 'web',
    owner: 'alice',
    attributes: { virtualmachineid: 'm1' },
  }),
  observation('Volume/v2', {
    state: 'Ready',
    name: 'data',
    owner: 'bob',
    attributes: { virtualmachineid: 'm1' },
  }),
  observation('Volume/v3', { state: 'Ready', owner: 'alice', attributes: { virtualmachineid: 'm2' } }),
  observation('Host/h1', { state: 'Up', zone: 'z2', attributes: { resourcestate: 'Maintenance' } }),
  observation('Gadget/g/1', { state: 'Odd', owner: 'carol' }),
  observation('Volume/v4', { state: 'Ready', owner: 'alice' }),
  deletion('Volume/v4'),
]

async function openFixture(engine: Engine): Promise<Store> {
  const { store } = await openStore(engine)
  await store.log.append(fixture)
  return store
}

async function idsOf(store: Store, query: Partial<ResourceQuery>): Promise<string[]> {
  const page = await store.resources.list(
    { filter: {}, visibility: seesAll, ...query },
    { first: 100, after: null },
  )
  expect(page.hasNextPage).toBe(false)
  return page.resources.map(resourceId).sort()
}

const filters: [string, ResourceFilter, string[]][] = [
  ['kinds', { kinds: ['VirtualMachine'] }, ['VirtualMachine/m1', 'VirtualMachine/m2', 'VirtualMachine/m3']],
  ['several kinds', { kinds: ['Router', 'Host', 'Nothing'] }, ['Host/h1', 'Router/r1']],
  ['global ids', { ids: ['Volume/v1', 'Host/h1', 'Volume/m1'] }, ['Host/h1', 'Volume/v1']],
  ['uids', { ids: ['v1', 'm1', 'nothing'] }, ['VirtualMachine/m1', 'Volume/v1']],
  ['a uid with a slash', { ids: ['g/1'] }, ['Gadget/g/1']],
  ['the global id of a uid with a slash', { ids: ['Gadget/g/1'] }, ['Gadget/g/1']],
  [
    'the global id of a router, not as a virtual machine',
    { ids: ['VirtualMachine/r1', 'Router/r1'] },
    ['Router/r1'],
  ],
  ['main states', { states: ['Stopped', 'Up'] }, ['Host/h1', 'VirtualMachine/m2']],
  ['other states', { states: ['Maintenance'] }, ['Host/h1']],
  ['accounts', { accounts: ['bob', 'carol'] }, ['Gadget/g/1', 'VirtualMachine/m2', 'Volume/v2']],
  ['zones', { zones: ['z2'] }, ['Host/h1', 'VirtualMachine/m3']],
  ['names', { names: ['web', 'data'] }, ['VirtualMachine/m1', 'VirtualMachine/m2', 'Volume/v1', 'Volume/v2']],
  [
    'all of its fields',
    { kinds: ['VirtualMachine'], names: ['web'], states: ['Running'] },
    ['VirtualMachine/m1'],
  ],
  [
    'tombstones on request',
    { kinds: ['Volume'], accounts: ['alice'], includeDeleted: true },
    ['Volume/v1', 'Volume/v3', 'Volume/v4'],
  ],
  ['no tombstone by its id alone', { ids: ['Volume/v4'] }, []],
]

export function describeList(engine: Engine): void {
  describe('lists', () => {
    it('hold every resource that is not deleted', async () => {
      const store = await openFixture(engine)
      expect(await idsOf(store, {})).toHaveLength(9)
      expect(await idsOf(store, { filter: { includeDeleted: true } })).toHaveLength(10)
    })

    it('are empty where the store is', async () => {
      const { store } = await openStore(engine)
      const page = await store.resources.list({ filter: {}, visibility: seesAll }, { first: 10, after: null })
      expect(page).toEqual({ resources: [], endCursor: null, hasNextPage: false })
    })

    it('give each resource as get does', async () => {
      const store = await openFixture(engine)
      const query = { filter: { includeDeleted: true }, visibility: seesAll }
      const { resources } = await store.resources.list(query, { first: 100, after: null })
      expect(await store.resources.get(resources)).toEqual(resources)
    })

    it('hold what the filter names and nothing else', async () => {
      const store = await openFixture(engine)
      for (const [name, filter, ids] of filters)
        expect([name, await idsOf(store, { filter })]).toEqual([name, ids])
    })

    it('take many values in a filter', async () => {
      const store = await openFixture(engine)
      const many = range(1, 300).map((n) => `none-${n}`)
      expect(await idsOf(store, { filter: { names: ['db', ...many] } })).toEqual(['VirtualMachine/m3'])
      expect(await idsOf(store, { filter: { accounts: [...many, 'carol'] } })).toEqual(['Gadget/g/1'])
      expect(await idsOf(store, { filter: { ids: [...many, 'h1'] } })).toEqual(['Host/h1'])
    })

    it('follow a relation back', async () => {
      const store = await openFixture(engine)
      const linkedBy = { attribute: 'virtualmachineid', uid: 'm1' }
      expect(await idsOf(store, { linkedBy })).toEqual(['Volume/v1', 'Volume/v2'])
      expect(await idsOf(store, { linkedBy, filter: { kinds: ['Host'] } })).toEqual([])
      expect(await idsOf(store, { linkedBy, filter: { ids: ['v1', 'v3'] } })).toEqual(['Volume/v1'])
      expect(await idsOf(store, { linkedBy, visibility: seesAccounts(['bob']) })).toEqual(['Volume/v2'])
      expect(await idsOf(store, { linkedBy: { attribute: 'virtualmachineid', uid: 'nothing' } })).toEqual([])
    })

    it('follow a relation as it is now', async () => {
      const store = await openFixture(engine)
      await store.log.append([observation('Volume/v1', { attributes: { virtualmachineid: 'm3' } })])
      expect(await idsOf(store, { linkedBy: { attribute: 'virtualmachineid', uid: 'm1' } })).toEqual([
        'Volume/v2',
      ])
      expect(await idsOf(store, { linkedBy: { attribute: 'virtualmachineid', uid: 'm3' } })).toEqual([
        'Volume/v1',
      ])
    })

    it('hold what is renamed, moved or given away under what it is now', async () => {
      const store = await openFixture(engine)
      await store.log.append([
        observation('VirtualMachine/m3', { name: 'web', owner: 'dora', state: 'Stopped', zone: 'z1' }),
      ])
      expect(await idsOf(store, { filter: { names: ['db'] } })).toEqual([])
      expect(await idsOf(store, { filter: { names: ['web'], kinds: ['VirtualMachine'] } })).toHaveLength(3)
      expect(await idsOf(store, { filter: { states: ['Stopped'] } })).toEqual([
        'VirtualMachine/m2',
        'VirtualMachine/m3',
      ])
      expect(await idsOf(store, { filter: { zones: ['z2'] } })).toEqual(['Host/h1'])
      const [found] = await store.resources.get([{ kind: 'VirtualMachine', uid: 'm3' }])
      expect(await idsOf(store, { filter: { accounts: [found?.owner ?? ''] } })).toContain(
        'VirtualMachine/m3',
      )
    })

    it.each<[string, Visibility, ResourceFilter, string[]]>([
      ['one account', seesAccounts(['bob']), {}, ['VirtualMachine/m2', 'Volume/v2']],
      ['two accounts', seesAccounts(['bob', 'carol']), {}, ['Gadget/g/1', 'VirtualMachine/m2', 'Volume/v2']],
      ['no account', seesAccounts([]), {}, []],
      ['a foreign id', seesAccounts(['bob']), { ids: ['VirtualMachine/m1', 'm3'] }, []],
      ['a foreign account', seesAccounts(['bob']), { accounts: ['alice'] }, []],
      [
        'an own and a foreign account',
        seesAccounts(['bob']),
        { accounts: ['alice', 'bob'] },
        ['VirtualMachine/m2', 'Volume/v2'],
      ],
      ['a foreign name', seesAccounts(['carol']), { names: ['web'] }, []],
      ['a kind without owners', seesAccounts(['alice']), { kinds: ['Host', 'Router'] }, []],
      [
        'foreign tombstones',
        seesAccounts(['bob']),
        { includeDeleted: true, kinds: ['Volume'] },
        ['Volume/v2'],
      ],
    ])('hold nothing foreign: %s', async (_, visibility, filter, ids) => {
      const store = await openFixture(engine)
      expect(await idsOf(store, { visibility, filter })).toEqual(ids)
    })

    it('show a resource to a tenant once its owner is known', async () => {
      const store = await openFixture(engine)
      expect(await idsOf(store, { visibility: seesAccounts(['dora']) })).toEqual([])
      await store.log.append([observation('Router/r1', { owner: 'dora' })])
      expect(await idsOf(store, { visibility: seesAccounts(['dora']) })).toEqual(['Router/r1'])
    })
  })
}
