import { describe, expect, test } from 'vitest'
import { fold } from '../../src/resource/fold.ts'
import type { Resource } from '../../src/resource/resource.ts'
import {
  completed,
  foldAll,
  jobDone,
  minute,
  observed,
  stateChanged,
  statesOf,
  type Told,
  told,
  usage,
  vm,
} from './arrived.ts'

const volume = { kind: 'Volume', uid: 'v-1' }
const expunge = completed(minute(9), 'VM.EXPUNGE', vm)

function changes(current: Resource, { event, report }: Told): boolean {
  return fold(current, event, report).next !== null
}

describe('a resource becomes known', () => {
  test('by any event about it, a job in progress too', () => {
    const { event, report } = told(minute(1), { category: 'JOB', status: 'IN_PROGRESS' }, { at: null })
    expect(fold(null, event, report).next).toMatchObject({ ...vm, states: {}, owner: null, deletedAt: null })
  })

  test('by no event without a resource', () => {
    const { event, report } = told(minute(1), { resource: null })
    expect(fold(null, event, report)).toEqual({ next: null, transition: null })
  })

  test('as a router where it had been called a virtual machine, and stays one', () => {
    const router = { kind: 'Router', uid: vm.uid }
    const reboot = completed(minute(2), 'ROUTER.REBOOT', router)
    const current = foldAll([stateChanged(minute(1), vm, 'Running', 'Stopped'), reboot])
    expect(current.kind).toBe('Router')
    const later = foldAll([stateChanged(minute(3), vm, 'Stopped', 'Starting')], current)
    expect(later).toMatchObject({ kind: 'Router', states: { state: { value: 'Starting' } } })
  })

  test('and an event that tells nothing new changes nothing', () => {
    const reboot = completed(minute(2), 'VM.REBOOT', vm)
    expect(changes(foldAll([reboot]), reboot)).toBe(false)
  })
})

describe('a tombstone', () => {
  test.each<[name: string, event: Told]>([
    ['VM.EXPUNGE', expunge],
    ['an action *.DELETE', completed(minute(9), 'VOLUME.DELETE', volume)],
    ['usage *.DELETE', usage(minute(9), 'VOLUME.DELETE', volume, 'a')],
    ['a job *.DELETE', jobDone('SNAPSHOT.DELETE', { kind: 'Snapshot', uid: 's-1' }, {})],
    ['NIC.DELETE', completed(minute(9), 'NIC.DELETE', { kind: 'Nic', uid: 'n-1' })],
    ['ROUTER.DESTROY', completed(minute(9), 'ROUTER.DESTROY', { kind: 'Router', uid: 'r-1' })],
    ['the last state', stateChanged(minute(9), volume, 'Expunging', 'Expunged')],
    [
      'any other sender that says deleted',
      told(minute(9), { source: 'crm', type: 'com.example.thing.deleted' }),
    ],
  ])('is left by %s', (_, event) => {
    const resource = foldAll([event])
    expect(resource.deletedAt).toBe(event.report.at ?? event.event.receivedAt)
    expect(changes(resource, event)).toBe(false)
  })

  test.each<[name: string, event: Told]>([
    ['VMSNAPSHOT.DELETE, which names the instance', completed(minute(9), 'VMSNAPSHOT.DELETE', vm)],
    ['VM.SCHEDULE.DELETE', completed(minute(9), 'VM.SCHEDULE.DELETE', vm)],
    ['VM.DESTROY, which can be taken back', completed(minute(9), 'VM.DESTROY', vm)],
    ['a failed deletion', told(minute(9), { type: 'VM.EXPUNGE', status: 'Completed', outcome: 'FAILURE' })],
    ['a deletion that has only started', told(minute(9), { type: 'VM.EXPUNGE', status: 'Started' })],
  ])('is not left by %s', (_, event) => {
    expect(foldAll([event]).deletedAt).toBeNull()
  })

  test('keeps the last state', () => {
    const resource = foldAll([stateChanged(minute(9), vm, 'Destroyed', 'Expunging'), expunge])
    expect(resource).toMatchObject({ deletedAt: minute(9), states: { state: { value: 'Expunging' } } })
  })

  test('stays when an event merely mentions it, or is older', () => {
    const tombstone = foldAll([expunge])
    for (const event of [
      completed(minute(10), 'VM.UPDATE', vm),
      stateChanged(minute(8), vm, 'Stopped', 'Starting'),
      stateChanged(minute(9), vm, 'Stopped', 'Starting'),
      usage(minute(8), 'VM.CREATE', vm, 'a'),
      jobDone('VM.CREATE', vm, { name: 'web-01' }),
    ]) {
      expect(foldAll([event], tombstone).deletedAt).toBe(minute(9))
    }
  })

  test('stays while its state goes on to the end', () => {
    const gone = usage(minute(3), 'VOLUME.DELETE', volume, 'a')
    const resource = foldAll([
      stateChanged(minute(3), volume, 'Ready', 'Destroy'),
      gone,
      stateChanged(minute(4), volume, 'Destroy', 'Expunging'),
      stateChanged(minute(5), volume, 'Expunging', 'Expunged'),
    ])
    expect(resource.deletedAt).toBe(minute(3))
    expect(statesOf(resource)).toEqual({ state: 'Expunged' })
  })

  test('is revived by a later transition', () => {
    const resource = foldAll([
      stateChanged(minute(3), volume, 'Ready', 'Destroy'),
      usage(minute(3), 'VOLUME.DELETE', volume, 'a'),
      stateChanged(minute(4), volume, 'Destroy', 'Ready'),
    ])
    expect(resource.deletedAt).toBeNull()
    expect(statesOf(resource)).toEqual({ state: 'Ready' })
  })

  test('is revived by a creation of the same second that follows, and by the inventory', () => {
    const tombstone = foldAll([usage(minute(3), 'VOLUME.DELETE', volume, 'a')])
    expect(foldAll([usage(minute(3), 'VOLUME.CREATE', volume, 'a')], tombstone).deletedAt).toBeNull()
    expect(foldAll([observed(minute(4), volume, { name: 'data' })], tombstone).deletedAt).toBeNull()
    expect(foldAll([observed(minute(2), volume, { name: 'data' })], tombstone).deletedAt).toBe(minute(3))
  })

  test('is not left by a deletion that is older than a sign of life', () => {
    const resource = foldAll([
      stateChanged(minute(4), volume, 'Destroy', 'Ready'),
      usage(minute(3), 'VOLUME.DELETE', volume, 'a'),
    ])
    expect(resource.deletedAt).toBeNull()
  })
})
