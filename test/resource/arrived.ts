// Events and reports for the tests of the fold: a plain one, and what differs from it.

import type { AccountClaim, Report } from '../../src/event/draft.ts'
import type { Json, ResourceRef, Timestamp } from '../../src/event/event.ts'
import type { Arrived } from '../../src/resource/catalog-events.ts'
import { fold } from '../../src/resource/fold.ts'
import type { Resource } from '../../src/resource/resource.ts'

export type Told = { readonly event: Arrived; readonly report: Report }

export const vm: ResourceRef = { kind: 'VirtualMachine', uid: 'vm-1' }

/** Minute `minute` of the day everything happens on. */
export function minute(minute: number): Timestamp {
  return new Date(Date.UTC(2026, 4, 14, 9, minute)).toISOString()
}

/** When everything arrives: later than any of the minutes. */
export const arrival: Timestamp = '2026-05-15T00:00:00.000Z'

const plain: Arrived = {
  source: 'cloudstack',
  eventId: 'e-1',
  type: 'VM.UPDATE',
  category: 'ACTION',
  time: minute(0),
  receivedAt: arrival,
  resource: vm,
  related: [],
  actor: null,
  zone: null,
  severity: null,
  status: null,
  outcome: null,
  description: null,
  transition: null,
  data: null,
}

const silent: Report = {
  at: minute(0),
  state: null,
  name: null,
  attributes: {},
  attributesKept: 'CATALOGUE',
  account: null,
}

/** An event at a time, with what its report says. */
export function told(at: Timestamp, event: Partial<Arrived>, report: Partial<Report> = {}): Told {
  return { event: { ...plain, time: at, ...event }, report: { ...silent, at, ...report } }
}

/** The cloud publishes a transition of the main state. */
export function stateChanged(at: Timestamp, resource: ResourceRef, from: string, to: string): Told {
  const transition = { field: 'state', from, to, trigger: 'Trigger' }
  return told(at, { type: 'STATE.CHANGED', category: 'STATE', resource, transition }, { state: { from, to } })
}

/** An action that ran to its end. */
export function completed(
  at: Timestamp,
  type: string,
  resource: ResourceRef,
  more: Partial<Arrived> = {},
): Told {
  return told(at, { type, resource, status: 'Completed', outcome: 'SUCCESS', ...more })
}

export function usage(at: Timestamp, type: string, resource: ResourceRef, account: string): Told {
  return told(at, { type, resource, category: 'USAGE' }, { account: { account, as: 'OWNER' } })
}

/** A job that succeeded: it has no time but that of its arrival. */
export function jobDone(type: string, resource: ResourceRef, attributes: { [name: string]: Json }): Told {
  const event = { type, resource, category: 'JOB', status: 'SUCCEEDED', outcome: 'SUCCESS' } as const
  return told(arrival, event, { at: null, attributes })
}

/** What the inventory lists, sent as a CloudEvent. */
export function observed(at: Timestamp, resource: ResourceRef, report: Partial<Report>): Told {
  const event = { source: 'inventory', type: 'RESOURCE.OBSERVED', category: 'OTHER', resource } as const
  return told(at, event, { attributesKept: 'ALL', ...report })
}

export function claimed(told: Told, claim: AccountClaim): Told {
  return { event: told.event, report: { ...told.report, account: claim } }
}

/** Folds one after another, from nothing. */
export function foldAll(all: readonly Told[], start: Resource | null = null): Resource {
  let current = start
  for (const { event, report } of all) current = fold(current, event, report).next ?? current
  if (!current) throw new Error('nothing told of a resource')
  return current
}

/** The values of all states. */
export function statesOf(resource: Resource): { [field: string]: string } {
  return Object.fromEntries(Object.entries(resource.states).map(([field, { value }]) => [field, value]))
}
