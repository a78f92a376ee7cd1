// A thing of the cloud that has state, as folded from the events about it.

import type { Json, ResourceRef, Timestamp, Transition } from '../event/event.ts'

/** One state of a resource and when it was last reported; most kinds have only `state`. */
export type StateValue = { readonly value: string; readonly at: Timestamp }

export type Resource = {
  readonly kind: string
  readonly uid: string
  readonly name: string | null
  /** By field: `state` is the main one; hosts also have resourcestate, hastate and powerstate. */
  readonly states: { readonly [field: string]: StateValue }
  readonly owner: string | null
  /** NAMED: a sender named the owner, which stays; PRESUMED: its creator, until somebody is named. */
  readonly ownerIs: 'NAMED' | 'PRESUMED' | null
  readonly zone: string | null
  readonly attributes: { readonly [name: string]: Json }
  /** The newest time of a report that set attributes; null where none had a time. */
  readonly attributesAt: Timestamp | null
  readonly lastTransition: (Transition & { readonly at: Timestamp }) | null
  readonly updatedAt: Timestamp
  /** Set on a tombstone. */
  readonly deletedAt: Timestamp | null
  /** The offset of the entry that last changed it; filled in by the store when it reads. */
  readonly version: number
}

/** What filters and visibility read of a resource: enough to tell who had been shown it before. */
export type ResourceFacts = Pick<
  Resource,
  'kind' | 'uid' | 'name' | 'states' | 'owner' | 'zone' | 'deletedAt'
>

export function factsOf(resource: Resource): ResourceFacts {
  const { kind, uid, name, states, owner, zone, deletedAt } = resource
  return { kind, uid, name, states, owner, zone, deletedAt }
}

export function mainState(resource: Pick<Resource, 'states'>): string | null {
  return resource.states.state?.value ?? null
}

// CloudStack reports routers and system VMs as virtual machines; they share one space of uids.
const instanceKinds = new Set(['VirtualMachine', 'Router', 'SystemVm'])

/**
 * The key a resource is stored under: kinds that are instances share theirs, so a state reported for
 * `VirtualMachine/x` reaches the router x, and a VM that turns out to be a router stays one resource.
 */
export function resourceKey(ref: ResourceRef): string {
  return `${instanceKinds.has(ref.kind) ? 'Instance' : ref.kind}/${ref.uid}`
}

/** Of two kinds for one key, the one that says more. */
export function moreSpecificKind(known: string, reported: string): string {
  return known === 'VirtualMachine' && instanceKinds.has(reported) ? reported : known
}
