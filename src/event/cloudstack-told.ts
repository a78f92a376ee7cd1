// What a CloudStack body tells, category by category; the simple three (STATE, USAGE, ALERT) are read here.

import { correctKind, kindOf, kindOfType } from './cloudstack-kinds.ts'
import { type Body, isUuid, type RoutingKey, refOf, requireText, textOf } from './cloudstack-message.ts'
import type { AccountClaim, Report } from './draft.ts'
import { type Actor, type Event, type Json, type ResourceRef, resourceId } from './event.ts'

/** A message whose routing key, if any, is read. */
export type Message = { readonly key: RoutingKey | null; readonly body: Body }

/** What one body tells of the event and of its resource; the rest is the same for every category. */
export type Told = Pick<
  Event,
  'type' | 'resource' | 'related' | 'actor' | 'zone' | 'status' | 'outcome' | 'description' | 'transition'
> & {
  readonly report: Omit<Report, 'at' | 'attributesKept'>
  /** Kept in `data` beside the body. */
  readonly extraData: { readonly [key: string]: Json }
}

/** A report of nothing but, perhaps, an account. */
export function reportOfAccount(account: AccountClaim | null): Told['report'] {
  return { state: null, name: null, attributes: {}, account }
}

/** What a message that tells nothing more would give. */
export const toldNothing = {
  resource: null,
  related: [],
  actor: null,
  zone: null,
  status: null,
  outcome: null,
  description: null,
  transition: null,
  report: reportOfAccount(null),
  extraData: {},
} satisfies Omit<Told, 'type'>

/** The message is sent twice for instances: before the write, which may still fail, and after it. */
export function isBeforeTransition(body: Body): boolean {
  return body.status === 'preStateTransitionEvent'
}

/** ResourceStateEvent: what the state machine was told stands in the routing key only. */
export function tellState({ key, body }: Message): Told {
  const kind = kindOf(requireText(body, 'resource', 'VirtualMachine'))
  const uid = requireText(body, 'id', 'a UUID')
  const from = requireText(body, 'old-state', 'Stopped')
  const to = requireText(body, 'new-state', 'Starting')
  return {
    ...toldNothing,
    type: 'STATE.CHANGED',
    resource: refOf(kind, uid),
    transition: { field: 'state', from, to, trigger: key?.type ?? null },
    report: { ...toldNothing.report, state: { from, to } },
  }
}

/** UsageEvent: its account is the one that pays, which is the owner. */
export function tellUsage({ key, body }: Message): Told {
  const type = requireText(body, 'event', 'VM.START')
  const account = textOf(body, 'account')
  const name = textOf(body, 'resource') ?? key?.kindName ?? null
  const kind = name === null ? null : kindOfUsage(type, name)
  return {
    ...toldNothing,
    type,
    resource: refOf(kind, textOf(body, 'id') ?? key?.uid ?? null),
    zone: textOf(body, 'zone'),
    report: reportOfAccount(account === null ? null : { account, as: 'OWNER' }),
  }
}

/** NETWORK.CREATE names a state where the class belongs: a class has its package before it. */
function kindOfUsage(type: string, name: string): string | null {
  const kind = name.includes('.') ? kindOf(name) : (kindOfType(type) ?? kindOf(name))
  return kind && correctKind(type, kind)
}

/** AlertEvent: names no resource but in its text, where ids are the cloud's internal numbers. */
export function tellAlert({ body }: Message): Told {
  const type = requireText(body, 'event', 'ALERT.COMPUTE.HOST')
  const zone = textOf(body, 'dataCenterId')
  const pod = textOf(body, 'podId')
  const subject = textOf(body, 'subject')
  const text = textOf(body, 'body')
  return {
    ...toldNothing,
    type,
    related: [refOf('Zone', zone), refOf('Pod', pod)].filter((ref) => ref !== null),
    zone,
    description:
      subject === null || text === null || subject === text ? (subject ?? text) : `${subject}: ${text}`,
  }
}

/** Who acted; null where the body names neither account nor user. */
export function actorOf(body: Body): Actor | null {
  const account = textOf(body, 'account')
  const user = textOf(body, 'user')
  return account === null && user === null ? null : { account, user }
}

/**
 * What else a message names: kinds under any of their names, with a UUID. Internal numbers are left out,
 * and so is the resource itself, which may come once more under another name of its kind.
 */
export function relatedOf(
  named: Iterable<readonly [string, Json]>,
  resource: ResourceRef | null,
): ResourceRef[] {
  const related = new Map<string, ResourceRef>()
  for (const [name, uid] of named) {
    if (!isUuid(uid) || uid === resource?.uid) continue
    const kind = kindOf(name)
    if (kind !== null) related.set(resourceId({ kind, uid }), { kind, uid })
  }
  return [...related.values()]
}

/** The zone among what a message names; an event about a zone is in that zone. */
export function zoneAmong(related: readonly ResourceRef[], resource: ResourceRef | null): string | null {
  if (resource?.kind === 'Zone') return resource.uid
  return related.find(({ kind }) => kind === 'Zone')?.uid ?? null
}
