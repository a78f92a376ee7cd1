import { describe, expect, test } from 'vitest'
import { fold } from '../../src/resource/fold.ts'
import {
  arrival,
  completed,
  foldAll,
  jobDone,
  minute,
  observed,
  stateChanged,
  statesOf,
  told,
  vm,
} from './arrived.ts'

const host = { kind: 'Host', uid: 'h-1' }

describe('a reported state', () => {
  test('is taken where none is known', () => {
    const resource = foldAll([stateChanged(minute(1), vm, 'Stopped', 'Starting')])
    expect(resource.states).toEqual({ state: { value: 'Starting', at: minute(1) } })
    expect(resource.lastTransition).toEqual({
      field: 'state',
      from: 'Stopped',
      to: 'Starting',
      trigger: 'Trigger',
      at: minute(1),
    })
  })

  test('moves whatever its time when its from is the current state', () => {
    const resource = foldAll([
      stateChanged(minute(5), vm, 'Stopped', 'Starting'),
      stateChanged(minute(4), vm, 'Starting', 'Running'),
    ])
    expect(resource.states.state).toEqual({ value: 'Running', at: minute(5) })
  })

  test('that is newer wins over a from that does not match', () => {
    const resource = foldAll([
      stateChanged(minute(1), vm, 'Stopped', 'Starting'),
      stateChanged(minute(9), vm, 'Running', 'Stopping'),
    ])
    expect(statesOf(resource)).toEqual({ state: 'Stopping' })
  })

  test('that is older moves nothing, and its event keeps its transition', () => {
    const current = foldAll([stateChanged(minute(9), vm, 'Running', 'Stopping')])
    const { event, report } = stateChanged(minute(1), vm, 'Stopped', 'Starting')
    expect(fold(current, event, report)).toEqual({ next: null, transition: event.transition })
  })

  test('of the same time wins by arrival', () => {
    const resource = foldAll([
      stateChanged(minute(1), vm, 'Stopped', 'Starting'),
      stateChanged(minute(1), vm, 'Running', 'Migrating'),
    ])
    expect(statesOf(resource)).toEqual({ state: 'Migrating' })
  })

  test('of the same time that leads to where the last move began came before it', () => {
    const resource = foldAll([
      stateChanged(minute(0), vm, 'Destroyed', 'Stopped'),
      stateChanged(minute(1), vm, 'Starting', 'Running'),
      stateChanged(minute(1), vm, 'Stopped', 'Starting'),
    ])
    expect(statesOf(resource)).toEqual({ state: 'Running' })
  })

  test('equal to the current one changes nothing', () => {
    const current = foldAll([stateChanged(minute(1), vm, 'Stopped', 'Running')])
    const { event, report } = stateChanged(minute(9), vm, 'Running', 'Running')
    expect(fold(current, event, report).next).toBeNull()
  })

  test('more than five minutes ahead of its arrival counts as of its arrival', () => {
    const ahead = stateChanged('2026-05-15T00:05:01.000Z', vm, 'Stopped', 'Starting')
    expect(foldAll([ahead]).states.state?.at).toBe(arrival)
    const near = stateChanged('2026-05-15T00:05:00.000Z', vm, 'Stopped', 'Starting')
    expect(foldAll([near]).states.state?.at).toBe('2026-05-15T00:05:00.000Z')
  })

  test('without a time is taken by arrival and makes no later report look old', () => {
    const pool = { kind: 'StoragePool', uid: 'p-1' }
    const listed = jobDone('UPDATE.PS', pool, { state: 'Disabled' })
    const resource = foldAll([listed, completed(minute(1), 'ENABLE.PS', pool)])
    expect(statesOf(resource)).toEqual({ state: 'Up' })
    expect(statesOf(foldAll([listed], resource))).toEqual({ state: 'Disabled' })
    expect(foldAll([listed], resource).states.state?.at).toBe(minute(1))
  })

  test('without a from is completed from what was known', () => {
    const sender = { source: 'other', category: 'OTHER', type: 'thing.moved' } as const
    const first = told(minute(1), sender, { state: { from: null, to: 'on' } })
    const current = foldAll([first])
    const second = told(minute(2), sender, { state: { from: null, to: 'off' } })
    expect(fold(current, second.event, second.report).transition).toEqual({
      field: 'state',
      from: 'on',
      to: 'off',
      trigger: 'thing.moved',
    })
    expect(fold(current, first.event, first.report)).toEqual({ next: null, transition: null })
  })
})

describe('the inventory', () => {
  test('sets states and attributes without a transition', () => {
    const { event, report } = observed(minute(3), host, {
      state: { from: null, to: 'Up' },
      name: 'kvm-07',
      attributes: { state: 'Up', resourcestate: 'Maintenance', version: '4.22', podid: 'p-1', zoneid: 'z-1' },
    })
    const { next, transition } = fold(null, event, report)
    expect(transition).toBeNull()
    expect(next).toMatchObject({ name: 'kvm-07', zone: 'z-1', lastTransition: null })
    expect(next && statesOf(next)).toEqual({ state: 'Up', resourcestate: 'Maintenance' })
    expect(next?.attributes).toEqual({ softwareversion: '4.22', podid: 'p-1', zoneid: 'z-1' })
  })

  test('that is older than the last transition moves nothing', () => {
    const current = foldAll([stateChanged(minute(5), vm, 'Stopped', 'Starting')])
    const { event, report } = observed(minute(4), vm, { state: { from: null, to: 'Stopped' } })
    expect(fold(current, event, report).next).toBeNull()
  })
})

describe('the result of a job', () => {
  test('moves no state that the cloud publishes itself, once that is known', () => {
    const listed = jobDone('VM.START', vm, { state: 'Running' })
    expect(statesOf(foldAll([listed]))).toEqual({ state: 'Running' })
    const stopped = foldAll([stateChanged(minute(1), vm, 'Stopping', 'Stopped')])
    expect(statesOf(foldAll([listed], stopped))).toEqual({ state: 'Stopped' })
  })

  test('moves the other states of a kind and makes no transition of it', () => {
    const { event, report } = jobDone('MAINT.PREPARE', host, { state: 'Up', resourcestate: 'Maintenance' })
    const { next, transition } = fold(null, event, report)
    expect(transition).toBeNull()
    expect(next && statesOf(next)).toEqual({ state: 'Up', resourcestate: 'Maintenance' })
  })
})
