import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { catalogue, catalogueKind, linksOf, relationsOf } from '../../src/resource/catalog.ts'
import { eventTypes } from '../../src/resource/event-types.ts'

type Machine = { kind: string; field: string; states: string[] }
const machines: Machine[] = JSON.parse(
  readFileSync(new URL('../samples/states.json', import.meta.url), 'utf8'),
)

describe('the catalogue', () => {
  test('has the kinds of the cloud, each once', () => {
    expect(catalogue.map(({ kind }) => kind).sort()).toEqual([
      'Cluster',
      'Host',
      'IpAddress',
      'KubernetesCluster',
      'LoadBalancerRule',
      'Network',
      'Nic',
      'Router',
      'Snapshot',
      'StoragePool',
      'SystemVm',
      'Template',
      'VirtualMachine',
      'Volume',
      'Vpc',
      'Zone',
    ])
  })

  test('names every field of a kind once, and none that every resource has', () => {
    const taken = ['id', 'uid', 'kind', 'name', 'state', 'owner', 'zone', 'version', 'updatedAt', 'deletedAt']
    const others = ['lastTransition', 'history', 'attributes']
    for (const { kind, fields, relations, otherStates } of catalogue) {
      const inverses = catalogue
        .flatMap((other) => other.relations)
        .flatMap((relation) => (relation.kind === kind && relation.inverse ? [relation.inverse] : []))
      const names = [...fields, ...relations, ...otherStates, ...inverses].map(({ name }) => name)
      const all = [...names, ...taken, ...others]
      expect(all.length, kind).toBe(new Set(all).size)
    }
  })

  test('leads only to kinds it has, and describes everything', () => {
    for (const kind of catalogue) {
      for (const relation of kind.relations) {
        expect(catalogueKind(relation.kind)).not.toBeNull()
        expect(relation.inverse?.description ?? 'none').not.toBe('')
      }
      for (const { description } of [kind, ...kind.fields, ...kind.relations, ...kind.otherStates]) {
        expect(description).toMatch(/\S.*\.$/)
      }
    }
  })

  test('lists every state of the machines it has fields for', () => {
    const spoken = new Map([['Host oobmPowerState', 'powerstate']])
    for (const { kind, field, states } of machines) {
      const known = catalogueKind(kind)?.states[spoken.get(`${kind} ${field}`) ?? field]
      if (known) expect(known, `${kind} ${field}`).toEqual(states)
    }
  })

  test('an unknown kind is nothing to it', () => {
    expect(catalogueKind('Thing')).toBeNull()
    expect(linksOf({ kind: 'Thing', attributes: { hostid: 'h-1' } })).toEqual([])
  })
})

describe('links', () => {
  const attributes = { hostid: 'h-1', networkids: ['net-1', 'net-2'], templateid: '', memory: 512 }

  test('are the ids among the attributes that lead to others', () => {
    expect(linksOf({ kind: 'VirtualMachine', attributes })).toEqual([
      { attribute: 'hostid', uid: 'h-1' },
      { attribute: 'networkids', uid: 'net-1' },
      { attribute: 'networkids', uid: 'net-2' },
    ])
  })

  test('and the zone are what a resource belongs to', () => {
    expect(relationsOf({ kind: 'VirtualMachine', attributes, zone: 'z-1' })).toEqual([
      { kind: 'Host', uid: 'h-1' },
      { kind: 'Network', uid: 'net-1' },
      { kind: 'Network', uid: 'net-2' },
      { kind: 'Zone', uid: 'z-1' },
    ])
  })
})

describe('the event types', () => {
  test('are listed once each, with the kind under the name of the catalogue', () => {
    const types = eventTypes.map(({ type }) => type)
    expect(new Set(types).size).toBe(types.length)
    expect(types).toEqual([...types].sort())
    const kinds = new Map(eventTypes.map(({ type, kind }) => [type, kind]))
    expect(kinds.get('VM.START')).toBe('VirtualMachine')
    expect(kinds.get('ROUTER.REBOOT')).toBe('Router')
    expect(kinds.get('ZONE.EDIT')).toBe('Zone')
    expect(kinds.get('TEMPLATE.COPY')).toBe('Template')
    expect(kinds.get('LB.DELETE')).toBe('LoadBalancerRule')
    expect(kinds.get('MAINT.PREPARE.PS')).toBe('StoragePool')
    expect(kinds.get('NIC.DELETE')).toBe('Nic')
    expect(kinds.get('ALERT.COMPUTE.HOST')).toBeNull()
    expect(kinds.has('STATE.CHANGED')).toBe(true)
  })
})
