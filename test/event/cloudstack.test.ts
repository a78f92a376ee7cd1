// One message at a time: every quirk of the CloudStack buses, and what clients see instead.

import { describe, expect, test } from 'vitest'
import { decodeCloudStack } from '../../src/event/cloudstack.ts'
import type { Decoded, Draft } from '../../src/event/draft.ts'
import type { Json } from '../../src/event/event.ts'

type Body = { [key: string]: Json }

const arrivedAt = '2026-05-15T12:00:00.123Z'
const vm = '3b1c0d2e-6b7a-4b60-9d0e-0c4f6a5d1f11'
const zone = '9d4e2a50-1f0b-4b0d-8b9a-6f1f2d3c4b5a'
const pod = '1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9'
const account = '5a0f8c9e-2b34-4f57-a0d1-1f3b7c9d2e40'
const user = 'c0a8b1d4-7e6f-4a5b-9c8d-2e1f0a3b4c5d'
const network = 'e1d2c3b4-a596-4788-9a0b-1c2d3e4f5061'
const eventDateTime = '2026-05-14 09:31:07 +0000'

const action: Body = {
  eventDateTime,
  event: 'VM.START',
  status: 'Completed',
  entity: 'VirtualMachine',
  entityuuid: vm,
  account,
  user,
  description: 'Successfully completed starting Vm',
}
const usage: Body = {
  account,
  zone,
  event: 'VM.START',
  resource: 'com.cloud.vm.VirtualMachine',
  id: vm,
  eventDateTime,
}
const state: Body = {
  resource: 'Volume',
  id: vm,
  'old-state': 'Creating',
  'new-state': 'Ready',
  eventDateTime,
}
const alert: Body = {
  event: 'ALERT.COMPUTE.HOST',
  dataCenterId: zone,
  podId: pod,
  subject: 'Host lost',
  body: 'kvm-07',
  eventDateTime,
}
const job: Body = {
  jobId: '0b9c8d7e-6f5a-4b3c-8d2e-1f0a9b8c7d6e',
  command: 'org.apache.cloudstack.api.command.user.vm.StopVMCmd',
  commandEventType: 'VM.STOP',
  instanceType: 'VirtualMachine',
  instanceUuid: vm,
  status: 'IN_PROGRESS',
  processStatus: '0',
  resultCode: '0',
  user,
  account,
}

function decode(body: Body, routingKey: string | null = null): Draft {
  const decoded: Decoded = decodeCloudStack({ routingKey, body }, arrivedAt)
  if (decoded.kind === 'IGNORED') throw new Error(`ignored: ${decoded.reason}`)
  return decoded.draft
}

function without(body: Body, ...keys: string[]): Body {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !keys.includes(key)))
}

function refused(field: string) {
  return expect.objectContaining({ code: 'BAD_INPUT', field, message: expect.stringContaining(field) })
}

describe('the id', () => {
  test('does not depend on the order of keys, nor on the routing key and its trigger', () => {
    const { eventId } = decode(state).event
    const turned = Object.fromEntries(Object.entries(state).reverse())
    expect(eventId).toMatch(/^[0-9a-f]{64}$/)
    expect(
      decode(turned, `management-server.ResourceStateEvent.OperationSucceeded.Volume.${vm}`).event.eventId,
    ).toBe(eventId)
    expect(decode(turned, `other.ResourceStateEvent.*.Volume.${vm}`).event).toMatchObject({
      eventId,
      source: 'cloudstack',
    })
  })

  test('does not depend on the order of keys inside jobResult and cmdInfo', () => {
    const one = decode({ ...job, cmdInfo: { id: vm, ctxDetails: { a: '1', b: '2' } } })
    const other = decode({ ...job, cmdInfo: { ctxDetails: { b: '2', a: '1' }, id: vm } })
    expect(other.event.eventId).toBe(one.event.eventId)
  })

  test('differs with every value of the body, secrets included', () => {
    const ids = [job, { ...job, cmdInfo: { password: 'a' } }, { ...job, cmdInfo: { password: 'b' } }].map(
      (body) => decode(body).event.eventId,
    )
    expect(new Set(ids).size).toBe(3)
  })

  test('keeps action and usage of one type apart', () => {
    expect(decode(action).event.eventId).not.toBe(decode(usage).event.eventId)
  })

  test('leaves out X-CS-Event-ID, which only webhooks send, and keeps it as data', () => {
    const { eventId } = decode(action).event
    const sent = decode({ ...action, 'X-CS-Event-ID': 'e1' }).event
    expect(sent).toMatchObject({ eventId, data: { 'X-CS-Event-ID': 'e1' }, related: [] })
  })
})

describe('the routing key', () => {
  test.each([
    'ActionEvent.VM-START.VirtualMachine.3b1c',
    'management-server.ActionEvent.VM.START.VirtualMachine.3b1c',
    'management-server.ActionEvent..VirtualMachine.3b1c',
    'management-server.SomeEvent.VM-START.VirtualMachine.3b1c',
    '',
  ])('"%s" is refused', (routingKey) => {
    expect(() => decode(action, routingKey)).toThrow(refused('routingKey'))
  })

  test('names the resource where the body does not, its uid with dashes', () => {
    const key = `management-server.ActionEvent.VM-START.DomainRouter.${vm}`
    expect(decode(without(action, 'entity', 'entityuuid'), key).event.resource).toEqual({
      kind: 'Router',
      uid: vm,
    })
    expect(decode(without(action, 'entityuuid'), key).event.resource).toEqual({
      kind: 'VirtualMachine',
      uid: vm,
    })
  })

  test('gives way to the body', () => {
    const key = 'management-server.ActionEvent.VM-STOP.Volume.11111111-1111-4111-8111-111111111111'
    expect(decode(action, key).event).toMatchObject({
      type: 'VM.START',
      resource: { kind: 'VirtualMachine', uid: vm },
    })
  })

  test('has dashes for the dots of a class in usage', () => {
    const key = `management-server.UsageEvent.VM-START.com-cloud-vm-VMInstanceVO.${vm}`
    expect(decode(without(usage, 'resource', 'id'), key).event.resource).toEqual({
      kind: 'VirtualMachine',
      uid: vm,
    })
  })

  test('with * names no resource', () => {
    const key = 'management-server.ActionEvent.LB-CREATE.LoadBalancerRule.*'
    const body = { ...without(action, 'entityuuid'), event: 'LB.CREATE', entity: 'LoadBalancerRule' }
    expect(decode(body, key).event.resource).toBeNull()
  })
})

describe('without a routing key the category is told by the keys', () => {
  test.each([
    ['ACTION', action],
    ['USAGE', usage],
    ['STATE', state],
    ['ALERT', alert],
    ['JOB', job],
    ['ALERT', without(alert, 'body')],
    ['ALERT', without(alert, 'subject', 'body', 'dataCenterId', 'podId')],
    ['USAGE', without(usage, 'id')],
  ])('%s: %o', (category, body) => {
    expect(decode(body).event.category).toBe(category)
  })
})

describe('time', () => {
  test.each([
    ['2026-05-14 09:31:07 +0000', '2026-05-14T09:31:07.000Z'],
    ['2026-05-14 09:31:07 +0530', '2026-05-14T04:01:07.000Z'],
    ['2026-12-31 23:59:59 -0800', '2027-01-01T07:59:59.000Z'],
    ['2024-02-29 00:00:00 +0000', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, time) => {
    const { event, report } = decode({ ...action, eventDateTime: text })
    expect(event.time).toBe(time)
    expect(report?.at).toBe(time)
  })

  test.each([
    '2026-05-14T09:31:07+0000',
    '2026-05-14 09:31:07',
    '2026-05-14 09:31:07 +00:00',
    '2026-05-14 09:31:07 UTC',
    '2026-02-30 09:31:07 +0000',
    '2026-05-14 24:00:00 +0000',
    '2026-05-14 09:61:07 +0000',
    '2026-05-14 09:31:07 +9900',
    '9999-12-31 23:59:59 -0100',
    ' 2026-05-14 09:31:07 +0000',
  ])('"%s" is refused', (text) => {
    expect(() => decode({ ...action, eventDateTime: text })).toThrow(refused('body.eventDateTime'))
  })

  test('of a body without one is its arrival, and the report has none', () => {
    const { event, report } = decode(job)
    expect(event.time).toBe(arrivedAt)
    expect(report).toMatchObject({ at: null })
  })

  test('a body without time and job is a duplicate for ten seconds only; every other one for the window', () => {
    expect(decode(without(action, 'eventDateTime')).dedupeForMs).toBe(10_000)
    expect(decode(action).dedupeForMs).toBeNull()
    expect(decode(job).dedupeForMs).toBeNull()
  })
})

describe('a state event', () => {
  test('moves the resource from one state to the next, triggered as the routing key says', () => {
    const key = `management-server.ResourceStateEvent.OperationSucceeded.Volume.${vm}`
    const { event, report } = decode(state, key)
    expect(event).toMatchObject({
      category: 'STATE',
      type: 'STATE.CHANGED',
      resource: { kind: 'Volume', uid: vm },
      transition: { field: 'state', from: 'Creating', to: 'Ready', trigger: 'OperationSucceeded' },
      status: null,
      actor: null,
      severity: 'INFO',
    })
    expect(report).toMatchObject({ state: { from: 'Creating', to: 'Ready' }, account: null })
  })

  test('has no trigger without a routing key', () => {
    expect(decode(state).event.transition?.trigger).toBeNull()
  })

  test('is left out before the write, and taken after it', () => {
    const instance = { ...state, resource: 'VirtualMachine' }
    expect(
      decodeCloudStack(
        { routingKey: null, body: { ...instance, status: 'preStateTransitionEvent' } },
        arrivedAt,
      ),
    ).toEqual({
      kind: 'IGNORED',
      reason: 'BEFORE_TRANSITION',
    })
    const { event } = decode({ ...instance, status: 'postStateTransitionEvent' })
    expect(event).toMatchObject({ resource: { kind: 'VirtualMachine' }, status: null })
  })

  test('may lead to the state it comes from', () => {
    const same = decode({ ...state, 'old-state': 'Ready' })
    expect(same.event.transition).toMatchObject({ from: 'Ready', to: 'Ready' })
  })

  test('of unknown kind, states and trigger is taken', () => {
    const body = { ...state, resource: 'Teapot', 'old-state': 'Cold', 'new-state': 'Hot' }
    const { event } = decode(body, `management-server.ResourceStateEvent.Boil.Teapot.${vm}`)
    expect(event).toMatchObject({
      resource: { kind: 'Teapot' },
      transition: { from: 'Cold', to: 'Hot', trigger: 'Boil' },
    })
  })

  test.each(['resource', 'id', 'old-state', 'new-state'])('without %s is refused by name', (key) => {
    expect(() => decode(without(state, key), `x.ResourceStateEvent.Boil.Volume.${vm}`)).toThrow(
      refused(`body.${key}`),
    )
    expect(() => decode({ ...state, [key]: 5 })).toThrow(refused(`body.${key}`))
  })
})

describe('an action', () => {
  test.each([
    ['Completed', 'Successfully completed starting Vm', 'SUCCESS', 'INFO'],
    ['Completed', 'Error while starting Vm', 'FAILURE', 'ERROR'],
    ['Completed', 'Out-of-band stop detected', null, 'INFO'],
    ['Created', 'Successfully created entity for deploying Vm', null, 'INFO'],
    ['Created', 'Error while creating entity for deploying Vm', 'FAILURE', 'ERROR'],
    ['Scheduled', 'Successfully doing as if', null, 'INFO'],
    ['Started', 'Error while is only how it begins', null, 'INFO'],
  ])('%s with "%s" has the outcome %s', (status, description, outcome, severity) => {
    expect(decode({ ...action, status, description }).event).toMatchObject({
      status,
      description,
      outcome,
      severity,
    })
  })

  test('tells who acted', () => {
    expect(decode(action).event.actor).toEqual({ account, user })
    expect(decode(without(action, 'user')).event.actor).toEqual({ account, user: null })
  })

  test('relates to every entity it touched, once, by the catalogue names and without itself', () => {
    const body = {
      ...action,
      entity: 'ConsoleProxy',
      VirtualMachine: vm,
      DataCenter: zone,
      Zone: zone,
      VirtualMachineTemplate: pod,
      Network: network,
      Account: user,
      ServiceOffering: '12',
      Pod: 'no uuid',
    }
    expect(decode(body).event).toMatchObject({
      resource: { kind: 'SystemVm', uid: vm },
      related: [
        { kind: 'Zone', uid: zone },
        { kind: 'Template', uid: pod },
        { kind: 'Network', uid: network },
        { kind: 'Account', uid: user },
      ],
      zone,
    })
  })

  test('keeps account and Account, user and User apart', () => {
    const { event } = decode({ ...action, Account: network, User: pod })
    expect(event.actor).toEqual({ account, user })
    expect(event.related).toEqual([
      { kind: 'Account', uid: network },
      { kind: 'User', uid: pod },
    ])
  })

  test('without entityuuid is about the entity of its own kind that it touched', () => {
    const body = {
      ...without(action, 'entityuuid'),
      entity: 'DomainRouter',
      VirtualRouter: vm,
      Network: network,
    }
    const expected = { resource: { kind: 'Router', uid: vm }, related: [{ kind: 'Network', uid: network }] }
    expect(decode(body).event).toMatchObject(expected)
    expect(decode(body, `management-server.ActionEvent.ROUTER-STOP.DomainRouter.${vm}`).event).toMatchObject(
      expected,
    )
    expect(decode(body, 'management-server.ActionEvent.ROUTER-STOP.DomainRouter.*').event).toMatchObject(
      expected,
    )
  })

  test('about a zone is in that zone', () => {
    expect(
      decode({ ...action, event: 'ZONE.EDIT', entity: 'DataCenter', entityuuid: zone }).event,
    ).toMatchObject({
      resource: { kind: 'Zone', uid: zone },
      zone,
    })
  })

  test.each([
    ['LB.DELETE', 'FirewallRule', 'LoadBalancerRule'],
    ['LB.ASSIGN.TO.RULE', 'FirewallRule', 'LoadBalancerRule'],
    ['NET.RULEADD', 'FirewallRule', 'FirewallRule'],
    ['MAINT.PREPARE.PS', 'Host', 'StoragePool'],
    ['MAINT.PREPARE', 'Host', 'Host'],
    ['ROUTER.HA', 'VirtualMachine', 'Router'],
    ['PROXY.START', 'VirtualMachine', 'SystemVm'],
    ['SSVM.STOP', 'VirtualMachine', 'SystemVm'],
  ])('%s on what CloudStack calls a %s is about a %s', (event, entity, kind) => {
    expect(decode({ ...action, event, entity }).event.resource).toEqual({ kind, uid: vm })
  })

  test('in the short shape of event, status and details alone has no resource and no actor', () => {
    const body = { event: 'VM.START', status: 'Completed', details: `Vm Id: ${vm}` }
    const { event, report, dedupeForMs } = decode(body)
    expect(event).toMatchObject({ category: 'ACTION', resource: null, actor: null, outcome: null })
    expect(event.description).toBe(`Vm Id: ${vm}`)
    expect(report).toBeNull()
    expect(dedupeForMs).toBe(10_000)
    expect(
      decode(body, `management-server.ActionEvent.VM-START.VirtualMachine.${vm}`).event.resource?.uid,
    ).toBe(vm)
  })

  test('of unknown type, status and entity is taken', () => {
    expect(decode({ ...action, event: 'TEA.POT', status: 'Boiling', entity: 'Teapot' }).event).toMatchObject({
      type: 'TEA.POT',
      status: 'Boiling',
      resource: { kind: 'Teapot', uid: vm },
    })
  })

  test.each(['event', 'status'])('without %s is refused by name', (key) => {
    expect(() => decode(without(action, key))).toThrow(refused(`body.${key}`))
  })

  test.each(['event', 'status', 'account', 'user', 'entity', 'entityuuid', 'description', 'project'])(
    'with a number for %s is refused by name',
    (key) => {
      expect(() => decode({ ...action, [key]: 7 })).toThrow(refused(`body.${key}`))
    },
  )

  test('of a webhook test is left out', () => {
    expect(decodeCloudStack({ routingKey: null, body: { event: 'TEST.WEBHOOK' } }, arrivedAt)).toEqual({
      kind: 'IGNORED',
      reason: 'TEST',
    })
  })
})

describe('what an account says of the owner', () => {
  const created = { ...action, event: 'VM.CREATE' }
  test.each([
    ['a scheduled action', { ...action, status: 'Scheduled' }, 'OWNER'],
    ['an action of a project', { ...action, project: pod }, 'OWNER'],
    ['an action that ran', action, 'ACTOR'],
    ['the start of a creation', { ...created, status: 'Started' }, 'ACTOR'],
    [
      'the row of a creation',
      { ...created, status: 'Created', description: 'Successfully created entity' },
      'PRESUMED',
    ],
    ['a creation', created, 'PRESUMED'],
    ['a creation that failed', { ...created, description: 'Error while starting Vm' }, 'ACTOR'],
    ['a snapshot of an instance', { ...action, event: 'VMSNAPSHOT.CREATE' }, 'ACTOR'],
    ['a schedule of an instance', { ...action, event: 'VM.SCHEDULE.CREATE' }, 'ACTOR'],
    ['usage', usage, 'OWNER'],
    ['a job', { ...job, commandEventType: 'VM.CREATE', status: 'SUCCEEDED' }, 'ACTOR'],
  ])('%s', (_, body, as) => {
    expect(decode(body).report?.account).toEqual({ account, as })
  })

  test('alerts and states say nothing', () => {
    expect(decode(alert).report).toBeNull()
    expect(decode(state).report?.account).toBeNull()
  })
})

describe('usage', () => {
  test.each([
    ['com.cloud.vm.VirtualMachine', 'VM.START', 'VirtualMachine'],
    ['com.cloud.vm.VMInstanceVO', 'NETWORK.OFFERING.ASSIGN', 'VirtualMachine'],
    ['com.cloud.storage.SnapshotVO', 'SNAPSHOT.CREATE', 'Snapshot'],
    ['com.cloud.vm.UserVmVO$$EnhancerByCGLIB$$1a2b3c', 'VM.STOP', 'VirtualMachine'],
    ['com.cloud.network.dao.IPAddressVO_$$_jvst12_4', 'NET.IPASSIGN', 'IpAddress'],
    ['Allocated', 'NETWORK.CREATE', 'Network'],
    ['Implemented', 'NETWORK.UPDATE', 'Network'],
    ['Volume', 'TEA.POT', 'Volume'],
  ])('of %s by %s is about a %s', (resource, event, kind) => {
    expect(decode({ ...usage, resource, event }).event.resource).toEqual({ kind, uid: vm })
  })

  test('has a zone where it is known, an owner, and nobody who acted', () => {
    expect(decode(usage).event).toMatchObject({
      type: 'VM.START',
      category: 'USAGE',
      zone,
      actor: null,
      status: null,
    })
    expect(decode(without(usage, 'zone')).event.zone).toBeNull()
  })
})

describe('an alert', () => {
  test('warns of no resource, in a zone and a pod', () => {
    expect(decode(alert, 'management-server.AlertEvent.ALERT-COMPUTE-HOST.*.*').event).toMatchObject({
      type: 'ALERT.COMPUTE.HOST',
      severity: 'WARN',
      resource: null,
      zone,
      related: [
        { kind: 'Zone', uid: zone },
        { kind: 'Pod', uid: pod },
      ],
      description: 'Host lost: kvm-07',
    })
  })

  test('whose subject and body are equal says it once', () => {
    expect(decode({ ...alert, body: 'Host lost' }).event.description).toBe('Host lost')
    expect(decode(without(alert, 'body', 'podId')).event).toMatchObject({
      description: 'Host lost',
      related: [{ kind: 'Zone', uid: zone }],
    })
  })
})

describe('a job', () => {
  const result = {
    id: vm,
    name: 'web-01',
    state: 'Running',
    memory: 4096,
    class: 'org.X',
    object: 'virtualmachine',
  }

  test.each([
    ['IN_PROGRESS', null, 'INFO'],
    ['SUCCEEDED', 'SUCCESS', 'INFO'],
    ['FAILED', 'FAILURE', 'ERROR'],
    ['CANCELLED', 'CANCELLED', 'INFO'],
  ])('that is %s has the outcome %s', (status, outcome, severity) => {
    expect(decode({ ...job, status }).event).toMatchObject({ type: 'VM.STOP', status, outcome, severity })
  })

  test('of a command without event type is named by its class', () => {
    expect(decode({ ...job, commandEventType: 'unknown' }).event.type).toBe('JOB.StopVM')
    expect(decode(without(job, 'commandEventType', 'command')).event.type).toBe('JOB.UNKNOWN')
  })

  test.each(['None', 'unknown', ''])('on an instance of type "%s" has no resource', (instanceType) => {
    expect(decode({ ...job, instanceType, instanceUuid: '' }).event.resource).toBeNull()
    expect(decode({ ...without(job, 'instanceUuid'), instanceType }).event.resource).toBeNull()
  })

  test('keeps submit, update and complete as data only', () => {
    const { event } = decode(job, `management-server.AsyncJobEvent.update.VirtualMachine.${vm}`)
    expect(event).toMatchObject({ type: 'VM.STOP', data: { jobEvent: 'update', jobId: job.jobId } })
  })

  test('that succeeded reports the attributes of its resource, without class, object and secrets', () => {
    const jobResult = { ...result, password: 'hunter2', nic: [{ id: 'n1', secondaryip: [], token: 't' }] }
    const { report } = decode({ ...job, status: 'SUCCEEDED', jobResult })
    expect(report).toMatchObject({ state: null, name: 'web-01', attributesKept: 'CATALOGUE' })
    expect(report?.attributes).toEqual({
      name: 'web-01',
      state: 'Running',
      memory: 4096,
      nic: [{ id: 'n1', secondaryip: [] }],
    })
  })

  test('whose result is of another resource reports none of its attributes', () => {
    const { report } = decode({ ...job, status: 'SUCCEEDED', jobResult: { ...result, id: network } })
    expect(report).toMatchObject({ name: null, attributes: {} })
  })

  test('whose result has no id reports its attributes', () => {
    const { report } = decode({ ...job, status: 'SUCCEEDED', jobResult: without(result, 'id') })
    expect(report).toMatchObject({ name: 'web-01' })
  })

  test('that has not succeeded reports no attributes, and its failure says why', () => {
    expect(decode({ ...job, jobResult: result }).report?.attributes).toEqual({})
    const failed = decode({
      ...job,
      status: 'FAILED',
      jobResult: { errorcode: 533, errortext: 'No capacity' },
    })
    expect(failed.report?.attributes).toEqual({})
    expect(failed.event.description).toBe('No capacity')
  })

  test('relates to what its context names by UUID, and is in the zone of its parameters', () => {
    const cmdInfo = {
      zoneid: zone,
      ctxDetails: {
        'interface com.cloud.vm.VirtualMachine': vm,
        'interface com.cloud.network.Network': network,
        'interface com.cloud.offering.ServiceOffering': '12',
      },
    }
    expect(decode({ ...job, cmdInfo }).event).toMatchObject({
      related: [{ kind: 'Network', uid: network }],
      zone,
    })
    expect(decode({ ...job, cmdInfo: { zoneid: '1' } }).event.zone).toBeNull()
  })

  test('is read the same where parameters and result are JSON text inside a string', () => {
    const cmdInfo = { zoneid: zone, ctxDetails: { 'interface com.cloud.network.Network': network } }
    const asObject = decode({ ...job, status: 'SUCCEEDED', cmdInfo, jobResult: result })
    const asText = decode({
      ...job,
      status: 'SUCCEEDED',
      cmdInfo: JSON.stringify({ ...cmdInfo, ctxDetails: JSON.stringify(cmdInfo.ctxDetails) }),
      jobResult: JSON.stringify(result),
    })
    expect(asText.report).toEqual(asObject.report)
    expect({ ...asText.event, eventId: '' }).toEqual({ ...asObject.event, eventId: '' })
  })

  test.each(['{"id":', 'null', '[]', 'text', ''])('is taken where its result is the text %s', (text) => {
    const { event, report } = decode({ ...job, status: 'SUCCEEDED', cmdInfo: text, jobResult: text })
    expect(event.related).toEqual([])
    expect(report?.attributes).toEqual({})
    expect(JSON.stringify(event.data)).not.toContain('jobResult')
  })

  test.each(['jobId', 'status'])('without %s is refused by name', (key) => {
    expect(() => decode(without(job, key), `x.AsyncJobEvent.submit.None.*`)).toThrow(refused(`body.${key}`))
  })
})

describe('data', () => {
  test('is the body without what looks like a secret', () => {
    const { event } = decode({
      ...action,
      secretkey: 's',
      Extra: { sessionKey: 'k', size: 5 },
      passwordEnabled: true,
    })
    expect(event.data).toEqual({ ...action, Extra: { size: 5 }, passwordEnabled: true })
  })

  test('and description show no credentials of URLs', () => {
    const description = 'uploading https://ann:pw@host/a?apiKey=KEY&x=1'
    const { event } = decode({ ...action, description })
    expect(event.description).toBe('uploading https://***@host/a?apiKey=***&x=1')
    expect(JSON.stringify(event)).not.toMatch(/KEY|pw@/)
  })
})

test('null counts as absent', () => {
  expect(decode({ ...action, project: null, entityuuid: null, user: null }).event).toMatchObject({
    resource: null,
    actor: { account, user: null },
  })
})
