import { describe, expect, test } from 'vitest'
import type { ResourceRef } from '../../src/event/event.ts'
import { fold } from '../../src/resource/fold.ts'
import { completed, foldAll, minute, statesOf, told, usage } from './arrived.ts'

const host: ResourceRef = { kind: 'Host', uid: 'h-1' }
const pool: ResourceRef = { kind: 'StoragePool', uid: 'p-1' }
const address: ResourceRef = { kind: 'IpAddress', uid: 'a-1' }
const vpc: ResourceRef = { kind: 'Vpc', uid: 'v-1' }
const cluster: ResourceRef = { kind: 'KubernetesCluster', uid: 'k-1' }

describe('what has no state event moves by the table', () => {
  test.each<[type: string, ref: ResourceRef, field: string, to: string]>([
    ['MAINT.PREPARE', host, 'resourcestate', 'PrepareForMaintenance'],
    ['MAINT.CANCEL', host, 'resourcestate', 'Enabled'],
    ['HOST.DECLARE.DEGRADED', host, 'resourcestate', 'Degraded'],
    ['HOST.CANCEL.DEGRADED', host, 'resourcestate', 'Enabled'],
    ['MAINT.PREPARE.PS', pool, 'state', 'Maintenance'],
    ['MAINT.CANCEL.PS', pool, 'state', 'Up'],
    ['ENABLE.PS', pool, 'state', 'Up'],
    ['DISABLE.PS', pool, 'state', 'Disabled'],
    ['NET.IPASSIGN', address, 'state', 'Allocated'],
    ['PORTABLE.IPASSIGN', address, 'state', 'Allocated'],
    ['NET.IPRELEASE', address, 'state', 'Free'],
    ['NET.IPRESERVE', address, 'state', 'Reserved'],
    ['VPC.CREATE', vpc, 'state', 'Enabled'],
    ['KUBERNETES.CLUSTER.START', cluster, 'state', 'Running'],
    ['KUBERNETES.CLUSTER.STOP', cluster, 'state', 'Stopped'],
  ])('%s', (type, ref, field, to) => {
    const { event, report } = completed(minute(1), type, ref)
    const { next, transition } = fold(null, event, report)
    expect(next && statesOf(next)).toEqual({ [field]: to })
    expect(transition).toEqual({ field, from: null, to, trigger: type })
  })

  test('the transition carries the state before, and only the event that moved has one', () => {
    const prepare = completed(minute(1), 'MAINT.PREPARE', host)
    const cancel = completed(minute(2), 'MAINT.CANCEL', host)
    const current = foldAll([prepare])
    expect(fold(current, cancel.event, cancel.report).transition).toEqual({
      field: 'resourcestate',
      from: 'PrepareForMaintenance',
      to: 'Enabled',
      trigger: 'MAINT.CANCEL',
    })
    expect(fold(current, prepare.event, prepare.report)).toEqual({ next: null, transition: null })
  })

  test('an action that is not completed, or failed, moves nothing', () => {
    for (const [status, outcome] of [
      ['Scheduled', null],
      ['Started', null],
      ['Completed', 'FAILURE'],
    ] as const) {
      const { event, report } = told(minute(1), { type: 'MAINT.PREPARE', resource: host, status, outcome })
      expect(fold(null, event, report)).toMatchObject({ transition: null, next: { states: {} } })
    }
  })

  test('storage maintenance on something called a host leaves its resourcestate alone', () => {
    const { event, report } = completed(minute(1), 'MAINT.PREPARE.PS', host)
    expect(fold(null, event, report).next?.states).toEqual({})
  })

  test('usage of an address says the same as the action', () => {
    expect(statesOf(foldAll([usage(minute(1), 'NET.IPASSIGN', address, 'a')]))).toEqual({
      state: 'Allocated',
    })
    expect(statesOf(foldAll([usage(minute(1), 'NET.IPRELEASE', address, 'a')]))).toEqual({ state: 'Free' })
  })

  test.each([
    [
      'HA.STATE.TRANSITION',
      'HA state of the host changed from Available to Suspect',
      'hastate',
      'HA.STATE.TRANSITION',
    ],
    [
      'HA.STATE.TRANSITION',
      'Transitioned host HA state from:Available to:Suspect due to event:HealthCheckFailed for the host id:4',
      'hastate',
      'HealthCheckFailed',
    ],
    [
      'HOST.OOBM.POWERSTATE.TRANSITION',
      'Transitioned out-of-band management power state from Available to Suspect due to event: Off for Host 4',
      'powerstate',
      'Off',
    ],
  ])('%s moves as its description tells: %s', (type, description, field, trigger) => {
    const { event, report } = told(minute(1), { type, resource: host, status: 'Completed', description })
    expect(fold(null, event, report).transition).toEqual({ field, from: 'Available', to: 'Suspect', trigger })
  })

  test('a description that tells of no states moves nothing', () => {
    const description = '[VM Activity Check] Observations: 3'
    const { event, report } = told(minute(1), { type: 'HA.STATE.TRANSITION', resource: host, description })
    expect(fold(null, event, report).transition).toBeNull()
  })
})
