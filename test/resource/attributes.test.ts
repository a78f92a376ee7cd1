import { describe, expect, test } from 'vitest'
import { fold } from '../../src/resource/fold.ts'
import { completed, foldAll, jobDone, minute, observed, told, vm } from './arrived.ts'

const volume = { kind: 'Volume', uid: 'v-1' }

describe('of the result of a job', () => {
  test("only the catalogue's own fields are kept", () => {
    const resource = foldAll([
      jobDone('VM.CREATE', vm, {
        name: 'web-01',
        zoneid: 'z-1',
        state: 'Running',
        cpunumber: 2,
        memory: '4096',
        haenable: 'true',
        created: '2026-05-14T09:31:07+0200',
        password: 'hunter2',
        userdata: 'c2VjcmV0',
        details: { deployvm: 'true' },
      }),
    ])
    expect(resource).toMatchObject({ name: 'web-01', zone: 'z-1' })
    expect(resource.attributes).toEqual({
      cpunumber: 2,
      memory: 4096,
      haenable: true,
      created: '2026-05-14T07:31:07.000Z',
    })
  })

  test('a value that does not fit its type is left out', () => {
    const odd = { cpunumber: 'many', memory: 1.5, haenable: 'perhaps', created: 'yesterday', hostid: ['h-1'] }
    expect(foldAll([jobDone('VM.UPDATE', vm, odd)]).attributes).toEqual({})
  })

  test('a size above 32 bits is kept whole', () => {
    const resource = foldAll([jobDone('VOLUME.RESIZE', volume, { size: 8_796_093_022_208 })])
    expect(resource.attributes).toEqual({ size: 8_796_093_022_208 })
  })

  test('the networks of an instance are read from its interfaces, which keep their own fields only', () => {
    const nic = [
      { id: 'n-1', networkid: 'net-1', isdefault: true, extradhcpoption: [{ value: 'x' }] },
      { id: 'n-2', networkid: 'net-2' },
    ]
    expect(foldAll([jobDone('NIC.CREATE', vm, { nic })]).attributes).toEqual({
      nic: [
        { id: 'n-1', networkid: 'net-1', isdefault: true },
        { id: 'n-2', networkid: 'net-2' },
      ],
      networkids: ['net-1', 'net-2'],
    })
  })

  test('what is no resource but a word of success sets nothing', () => {
    const network = { kind: 'Network', uid: 'n-1' }
    const result = { success: true, displaytext: 'done' }
    expect(foldAll([jobDone('NETWORK.RESTART', network, result)]).attributes).toEqual({})
  })

  test('nothing is kept of a kind that is not in the catalogue', () => {
    const account = { kind: 'Account', uid: 'a-1' }
    expect(foldAll([jobDone('ACCOUNT.UPDATE', account, { accounttype: 1 })]).attributes).toEqual({})
  })
})

describe('of what the inventory lists', () => {
  test('everything is kept but secrets, for any kind', () => {
    const thing = { kind: 'Thing', uid: 't-1' }
    const attributes = { colour: 'red', nested: { size: 1, apikey: 'k' }, password: 'p', state: 'on' }
    const resource = foldAll([observed(minute(1), thing, { attributes })])
    expect(resource.attributes).toEqual({ colour: 'red', nested: { size: 1 } })
    expect(resource.states).toEqual({ state: { value: 'on', at: minute(1) } })
  })

  test('a null takes an attribute away', () => {
    const current = foldAll([observed(minute(1), vm, { attributes: { hostid: 'h-1', memory: 512 } })])
    expect(foldAll([observed(minute(2), vm, { attributes: { hostid: null } })], current).attributes).toEqual({
      memory: 512,
    })
  })

  test('an older report sets nothing, and the same again changes nothing', () => {
    const report = observed(minute(5), vm, { name: 'new', attributes: { memory: 512 } })
    const current = foldAll([report])
    for (const { event, report: again } of [
      observed(minute(4), vm, { name: 'old', attributes: { memory: 256 } }),
      observed(minute(6), vm, { name: 'new', attributes: { memory: 512 } }),
    ]) {
      expect(fold(current, event, again).next).toBeNull()
    }
  })
})

describe('links are learned from actions', () => {
  const one = { related: [{ kind: 'VirtualMachine', uid: 'vm-9' }] }

  test('an attached volume belongs to the instance that is named, a detached one to none', () => {
    const attached = foldAll([completed(minute(1), 'VOLUME.ATTACH', volume, one)])
    expect(attached.attributes).toEqual({ virtualmachineid: 'vm-9' })
    expect(foldAll([completed(minute(2), 'VOLUME.DETACH', volume, one)], attached).attributes).toEqual({})
  })

  test('an action that failed or has only begun teaches nothing', () => {
    for (const [status, outcome] of [
      ['Completed', 'FAILURE'],
      ['Started', null],
      ['Scheduled', null],
    ] as const) {
      const event = told(minute(1), { type: 'VOLUME.ATTACH', resource: volume, status, outcome, ...one })
      expect(foldAll([event]).attributes).toEqual({})
    }
  })

  test('of two of a kind it stays open which is meant', () => {
    const two = { related: [...one.related, { kind: 'VirtualMachine', uid: 'vm-8' }] }
    expect(foldAll([completed(minute(1), 'VOLUME.ATTACH', volume, two)]).attributes).toEqual({})
  })

  test('a new instance belongs to its networks and template while it is being made', () => {
    const related = [
      { kind: 'Network', uid: 'net-1' },
      { kind: 'Network', uid: 'net-2' },
      { kind: 'Template', uid: 't-1' },
    ]
    const created = told(minute(1), { type: 'VM.CREATE', status: 'Created', related })
    expect(foldAll([created]).attributes).toEqual({ networkids: ['net-1', 'net-2'], templateid: 't-1' })
  })

  test('an interface more or less changes the networks of the instance', () => {
    const inNetwork = (uid: string) => ({ related: [{ kind: 'Network', uid }] })
    const resource = foldAll([
      completed(minute(1), 'NIC.CREATE', vm, inNetwork('net-1')),
      completed(minute(2), 'NIC.CREATE', vm, inNetwork('net-2')),
      completed(minute(3), 'NIC.DELETE', vm, inNetwork('net-1')),
    ])
    expect(resource).toMatchObject({ attributes: { networkids: ['net-2'] }, deletedAt: null })
  })

  test('an attached ISO does not become the template', () => {
    const iso = { related: [{ kind: 'Template', uid: 'iso-1' }] }
    expect(foldAll([completed(minute(1), 'ISO.ATTACH', vm, iso)]).attributes).toEqual({})
  })

  test('an instance that stops keeps its host', () => {
    const migrated = completed(minute(1), 'VM.MIGRATE', vm, { related: [{ kind: 'Host', uid: 'h-1' }] })
    const resource = foldAll([migrated, completed(minute(2), 'VM.STOP', vm)])
    expect(resource.attributes).toEqual({ hostid: 'h-1' })
  })

  test('at most 64 are learned one by one', () => {
    const related = Array.from({ length: 70 }, (_, i) => ({ kind: 'Network', uid: `net-${i}` }))
    const resource = foldAll([completed(minute(1), 'VM.UPDATE', vm, { related })])
    expect(resource.attributes.networkids).toHaveLength(64)
  })
})
