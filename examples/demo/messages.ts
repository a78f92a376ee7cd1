// Messages as CloudStack's management server sends them: five bodies, their routing keys, and the
// repeats that its listeners make. They get their time when they are sent.

import type { StateKind } from './state-machines.ts'

export type Message = { readonly routingKey: string; readonly body: Readonly<Record<string, unknown>> }

/** Who acts, by the uids that the bus carries. */
export type Actor = { readonly account: string; readonly user: string }

export type Subject = { readonly entity: string; readonly uid: string }

export type ActionStatus = 'Created' | 'Scheduled' | 'Started' | 'Completed'

/** `touched`: what else the call names, by Java interface name. */
export type Action = {
  readonly event: string
  readonly subject: Subject
  readonly actor: Actor
  readonly touched?: Readonly<Record<string, string>>
}

const javaClasses: Readonly<Record<string, string>> = {
  VirtualMachine: 'com.cloud.vm.VirtualMachine',
  Volume: 'com.cloud.storage.Volume',
  Network: 'com.cloud.network.Network',
  Snapshot: 'com.cloud.storage.SnapshotVO',
}

/** Volume and Snapshot transitions arrive twice, those of networks four times; VMs say which is which. */
const repeats: Readonly<Record<Exclude<StateKind, 'VirtualMachine'>, number>> = {
  Volume: 2,
  Snapshot: 2,
  Network: 4,
}

export function actionMessage(action: Action, status: ActionStatus, description: string): Message {
  const { event, subject, actor, touched = {} } = action
  return {
    routingKey: routingKey('ActionEvent', event, subject.entity, subject.uid),
    body: {
      event,
      status,
      entity: subject.entity,
      entityuuid: subject.uid,
      description,
      account: actor.account,
      user: actor.user,
      [subject.entity]: subject.uid,
      ...touched,
    },
  }
}

export function usageMessage(event: string, subject: Subject, account: string, zone: string): Message {
  const resource = javaClasses[subject.entity] ?? subject.entity
  return {
    routingKey: routingKey('UsageEvent', event, resource, subject.uid),
    body: { account, zone, event, resource, id: subject.uid },
  }
}

/** All messages of one transition, before and after the write. */
export function stateMessages(
  kind: StateKind,
  uid: string,
  { from, trigger, to }: { from: string; trigger: string; to: string },
): Message[] {
  const key = routingKey('ResourceStateEvent', trigger, kind, uid)
  const body = { resource: kind, id: uid, 'old-state': from, 'new-state': to }
  if (kind !== 'VirtualMachine')
    return Array.from({ length: repeats[kind] }, () => ({ routingKey: key, body }))
  return ['preStateTransitionEvent', 'postStateTransitionEvent'].map((status) => ({
    routingKey: key,
    body: { ...body, status },
  }))
}

/** `result` is null while the job runs; a failed one brings its error text. */
export function jobMessage(
  action: Action,
  job: { readonly id: string; readonly command: string },
  result: Readonly<Record<string, unknown>> | null,
): Message {
  const failed = result !== null && 'errortext' in result
  const { event, subject, actor } = action
  return {
    routingKey: routingKey(
      'AsyncJobEvent',
      result === null ? 'submit' : 'complete',
      subject.entity,
      subject.uid,
    ),
    body: {
      jobId: job.id,
      command: `org.apache.cloudstack.api.command.${job.command}`,
      commandEventType: event,
      instanceType: subject.entity,
      instanceUuid: subject.uid,
      status: result === null ? 'IN_PROGRESS' : failed ? 'FAILED' : 'SUCCEEDED',
      processStatus: '0',
      resultCode: failed ? '530' : '0',
      ...actor,
      ...(result && { jobResult: result }),
      cmdInfo: {
        response: 'json',
        ctxUserId: '7',
        id: subject.uid,
        cmdEventType: event,
        sessionkey: 'not for you',
      },
    },
  }
}

export function alertMessage(event: string, zone: string, subject: string, text: string): Message {
  return {
    routingKey: routingKey('AlertEvent', event, '*', '*'),
    body: { event, dataCenterId: zone, subject, body: text },
  }
}

function routingKey(category: string, type: string, resource: string, uid: string): string {
  const words = [category, type, resource, uid].map((word) => word.replaceAll('.', '-'))
  return ['management-server', ...words].join('.')
}

/** Gives a message its time, as on the bus: whole seconds, and none where it is of a job. */
export function stamp({ routingKey, body }: Message, time: number): Message {
  if ('jobId' in body) return { routingKey, body }
  const eventDateTime = `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} +0000`
  return { routingKey, body: { ...body, eventDateTime } }
}
