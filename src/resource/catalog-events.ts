// What events mean for resources whose kind publishes no state events of its own: the table of moves,
// which events create, delete and release, and which states are ends. Only what an event makes certain
// stands here: a failed MAINT.PREPARE may have failed at the first check, so it moves nothing.

import { isAbout } from '../event/cloudstack-kinds.ts'
import type { Event } from '../event/event.ts'

/** An event as the fold sees it: before its owner is stamped. */
export type Arrived = Omit<Event, 'owner'>

/** That a state became `to`; `from` is null where the event does not tell. */
export type StateClaim = {
  readonly field: string
  readonly from: string | null
  readonly to: string
  readonly trigger: string | null
}

/** The type of an event that reports what the inventory lists: a state, but no transition. */
export const observed = 'RESOURCE.OBSERVED'

type Move = {
  readonly kind: string
  readonly types: readonly string[]
  readonly field: string
  /** AS_TOLD: the description says "from X to Y". */
  readonly to: string | 'AS_TOLD'
  /** Whether a USAGE event of the type says the same. */
  readonly byUsage?: true
}

const moves: readonly Move[] = [
  { kind: 'Host', types: ['MAINT.PREPARE'], field: 'resourcestate', to: 'PrepareForMaintenance' },
  { kind: 'Host', types: ['MAINT.CANCEL', 'HOST.CANCEL.DEGRADED'], field: 'resourcestate', to: 'Enabled' },
  { kind: 'Host', types: ['HOST.DECLARE.DEGRADED'], field: 'resourcestate', to: 'Degraded' },
  { kind: 'Host', types: ['HA.STATE.TRANSITION'], field: 'hastate', to: 'AS_TOLD' },
  { kind: 'Host', types: ['HOST.OOBM.POWERSTATE.TRANSITION'], field: 'powerstate', to: 'AS_TOLD' },
  { kind: 'StoragePool', types: ['MAINT.PREPARE.PS'], field: 'state', to: 'Maintenance' },
  { kind: 'StoragePool', types: ['MAINT.CANCEL.PS', 'ENABLE.PS'], field: 'state', to: 'Up' },
  { kind: 'StoragePool', types: ['DISABLE.PS'], field: 'state', to: 'Disabled' },
  {
    kind: 'IpAddress',
    types: ['NET.IPASSIGN', 'PORTABLE.IPASSIGN'],
    field: 'state',
    to: 'Allocated',
    byUsage: true,
  },
  {
    kind: 'IpAddress',
    types: ['NET.IPRELEASE', 'PORTABLE.IPRELEASE'],
    field: 'state',
    to: 'Free',
    byUsage: true,
  },
  { kind: 'IpAddress', types: ['NET.IPRESERVE'], field: 'state', to: 'Reserved' },
  { kind: 'Vpc', types: ['VPC.CREATE'], field: 'state', to: 'Enabled' },
  {
    kind: 'KubernetesCluster',
    types: ['KUBERNETES.CLUSTER.START', 'KUBERNETES.CLUSTER.UPGRADE'],
    field: 'state',
    to: 'Running',
  },
  { kind: 'KubernetesCluster', types: ['KUBERNETES.CLUSTER.STOP'], field: 'state', to: 'Stopped' },
]

const movesByType = new Map(moves.flatMap((move) => move.types.map((type) => [`${move.kind} ${type}`, move])))

// "from X to Y", and as the management server writes it: "from:X to:Y due to event:Z".
const told = /\bfrom[: ]\s*(?<from>\w+) to[: ]\s*(?<to>\w+)(?: due to event:\s*(?<trigger>\w+))?/

/** The state an event gives a resource of `kind` by the table; null where it gives none. */
export function claimByTable(event: Arrived, kind: string): StateClaim | null {
  const move = movesByType.get(`${kind} ${event.type}`)
  if (!move) return null
  if (move.to === 'AS_TOLD') return claimAsTold(event, move.field)
  const certain = isCompleted(event) || (move.byUsage === true && event.category === 'USAGE')
  return certain ? { field: move.field, from: null, to: move.to, trigger: event.type } : null
}

function claimAsTold(event: Arrived, field: string): StateClaim | null {
  if (event.outcome === 'FAILURE' || (event.status !== null && event.status !== 'Completed')) return null
  const { from, to, trigger } = told.exec(event.description ?? '')?.groups ?? {}
  return to === undefined ? null : { field, from: from ?? null, to, trigger: trigger ?? event.type }
}

/** An action that ran to its end and succeeded. */
export function isCompleted(event: Arrived): boolean {
  return event.category === 'ACTION' && event.status === 'Completed' && event.outcome === 'SUCCESS'
}

/** What the event's type names has happened: usage is only ever reported of what did. */
function hasHappened(event: Arrived): boolean {
  return (
    isCompleted(event) ||
    event.category === 'USAGE' ||
    (event.category === 'JOB' && event.outcome === 'SUCCESS')
  )
}

/** The cloud made a row for the resource, though making the thing itself may go on. */
export function isBeingCreated(event: Arrived, kind: string): boolean {
  const early = event.category === 'ACTION' && (event.status === 'Created' || event.status === 'Scheduled')
  return early && event.outcome !== 'FAILURE' && event.type.endsWith('.CREATE') && isAbout(event.type, kind)
}

const assigns = new Set(['NET.IPASSIGN', 'PORTABLE.IPASSIGN'])
const releases = new Set(['NET.IPRELEASE', 'PORTABLE.IPRELEASE'])

/** The resource itself has come into being, or into somebody's hands. */
export function creates(event: Arrived, kind: string): boolean {
  if (!hasHappened(event)) return false
  return assigns.has(event.type) || (event.type.endsWith('.CREATE') && isAbout(event.type, kind))
}

// Records that go with these although the type does not say DELETE.
const removals = new Set([
  'VM.UNMANAGE',
  'VOLUME.UNMANAGE',
  'ROUTER.DESTROY',
  'SSVM.DESTROY',
  'PROXY.DESTROY',
])

/**
 * The resource itself is gone. VMSNAPSHOT.DELETE names the instance and does not delete it. A sender
 * that is not CloudStack deletes with any type that ends in DELETE or DELETED.
 */
export function deletes(event: Arrived, kind: string): boolean {
  if (event.source !== 'cloudstack') return /\.deleted?$/i.test(event.type)
  if (!hasHappened(event)) return false
  return (/\.(DELETE|EXPUNGE)$/.test(event.type) || removals.has(event.type)) && isAbout(event.type, kind)
}

/** After it the resource waits for its next owner. */
export function releasesOwner(event: Arrived): boolean {
  return (isCompleted(event) && event.type === 'VM.MOVE') || (hasHappened(event) && releases.has(event.type))
}

/** Usage begins with it, so its account owns the resource from now on. */
export function beginsUsage(event: Arrived, kind: string): boolean {
  if (event.category !== 'USAGE') return false
  return /\.IP6?ASSIGN$/.test(event.type) || (event.type.endsWith('.CREATE') && isAbout(event.type, kind))
}

type Ends = {
  /** On the way out: no sign that a deleted resource is back. */
  readonly leaving: readonly string[]
  /** The last state: the resource is gone even if no event says so. */
  readonly gone: string | null
}

const endsByKind: { readonly [kind: string]: Ends } = {
  VirtualMachine: { leaving: ['Destroyed', 'Expunging'], gone: null },
  Router: { leaving: ['Destroyed', 'Expunging'], gone: null },
  SystemVm: { leaving: ['Destroyed', 'Expunging'], gone: null },
  Volume: { leaving: ['Destroy', 'Destroying', 'Expunging'], gone: 'Expunged' },
  Network: { leaving: ['Shutdown'], gone: 'Destroy' },
  Snapshot: { leaving: ['Destroying'], gone: 'Destroyed' },
  Host: { leaving: [], gone: 'Removed' },
  StoragePool: { leaving: [], gone: 'Removed' },
  KubernetesCluster: { leaving: ['Destroying'], gone: 'Destroyed' },
}

/** Whether the main state is the last one of its kind. */
export function isGone(kind: string, state: string): boolean {
  return endsByKind[kind]?.gone === state
}

/** Whether the main state is the last one or leads to it. */
export function isLeaving(kind: string, state: string): boolean {
  return isGone(kind, state) || endsByKind[kind]?.leaving.includes(state) === true
}
