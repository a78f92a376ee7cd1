// The fold: a resource and an event about it give the next resource. Pure, so that every engine and
// every replay agree. What events mean stands in catalog-events.ts; each aspect has its own fold-* file.

import type { Report } from '../event/draft.ts'
import type { Json, Timestamp, Transition } from '../event/event.ts'
import { keptAttributes, mergeAttributes, stateFields } from './attributes.ts'
import { catalogueKind } from './catalog.ts'
import { type Arrived, claimByTable, observed, type StateClaim } from './catalog-events.ts'
import { foldDeletedAt } from './fold-life.ts'
import { learnedLinks } from './fold-links.ts'
import { foldOwner } from './fold-owner.ts'
import { moveStates } from './fold-states.ts'
import { mainState, moreSpecificKind, type Resource } from './resource.ts'

export type Folded = {
  /** The resource after the event; null where the event changes nothing. */
  readonly next: Resource | null
  /** The event's transition, completed from what was known; null where it tells of none. */
  readonly transition: Transition | null
}

/** An event that has arrived, and what was known of its resource before. */
type Arrival = {
  readonly known: Resource
  readonly event: Arrived
  readonly report: Report | null
  /** The reported time, at most 5 minutes ahead of the arrival; null where arrival order decides. */
  readonly at: Timestamp | null
}

/** Any event about an unknown resource makes it known; one without a resource changes none. */
export function fold(current: Resource | null, event: Arrived, report: Report | null): Folded {
  if (!event.resource) return { next: null, transition: event.transition }
  const arrival = arrive(current ?? firstSight(event.resource, event.receivedAt), event, report)
  const told = toldState(arrival)
  const moved = moveStates(arrival.known, told ? [told] : [], arrival.at)
  const transition = transitionOf(arrival, told, moved.hasMoved)
  const next = nextOf(arrival, told, moved.states, moved.hasMoved ? transition : null)
  return { next: current && isSame(current, next) ? null : next, transition }
}

function firstSight(ref: { kind: string; uid: string }, receivedAt: Timestamp): Resource {
  return {
    ...ref,
    name: null,
    states: {},
    owner: null,
    ownerIs: null,
    zone: null,
    attributes: {},
    attributesAt: null,
    lastTransition: null,
    updatedAt: receivedAt,
    deletedAt: null,
    version: 0,
  }
}

function arrive(before: Resource, event: Arrived, report: Report | null): Arrival {
  const known = { ...before, kind: moreSpecificKind(before.kind, event.resource?.kind ?? before.kind) }
  const at = clamp(report ? report.at : event.time, event.receivedAt)
  // Jobs that return no resource tell of their success in the fields of one.
  const isForeign = report?.attributesKept === 'CATALOGUE' && 'success' in report.attributes
  return { known, event, report: isForeign ? { ...report, attributes: {} } : report, at }
}

const aheadMs = 5 * 60_000

/** A clock that runs far ahead must not make every later report look old. */
function clamp(at: Timestamp | null, receivedAt: Timestamp): Timestamp | null {
  if (at === null || at <= receivedAt) return at
  return Date.parse(at) - Date.parse(receivedAt) > aheadMs ? receivedAt : at
}

function toldState({ known, event, report }: Arrival): StateClaim | null {
  if (!report?.state) return claimByTable(event, known.kind)
  const { field = 'state', trigger = event.type } = event.transition ?? {}
  return { field, ...report.state, trigger }
}

/** States listed among the attributes; what the cloud publishes itself is only taken while unknown. */
function listedStates({ known, report }: Arrival): StateClaim[] {
  const isPublished = known.states.state !== undefined && catalogueKind(known.kind)?.publishesState
  const isSettled = isPublished || Boolean(report?.state)
  return stateFields(known.kind).flatMap((field) => {
    const to = textOf(report, field)
    return to === null || (field === 'state' && isSettled) ? [] : [{ field, from: null, to, trigger: null }]
  })
}

/** The cloud's own, completed; else the table's, if it moved. What is listed, or said again, is none. */
function transitionOf(
  { known, event }: Arrival,
  told: StateClaim | null,
  hasMoved: boolean,
): Transition | null {
  if (!told || event.type === observed) return event.transition
  const before = known.states[told.field]?.value ?? null
  if (!hasMoved && (!event.transition || (told.from === null && told.to === before))) return null
  return { ...told, from: told.from ?? (hasMoved ? before : null) }
}

function nextOf(
  arrival: Arrival,
  told: StateClaim | null,
  toldStates: Resource['states'],
  transition: Transition | null,
): Resource {
  const { known, event, report, at } = arrival
  const { states } = moveStates({ ...known, states: toldStates }, listedStates(arrival), at)
  const deletedAt = foldDeletedAt({ known, event, at, told, state: mainState({ states }) })
  const isBack = known.deletedAt !== null && deletedAt === null
  return {
    ...known,
    ...foldAttributes(arrival),
    ...foldOwner(known, event, report?.account ?? null, isBack),
    zone: event.zone ?? textOf(report, 'zoneid') ?? known.zone,
    states,
    lastTransition: transition ? { ...transition, at: at ?? event.receivedAt } : known.lastTransition,
    updatedAt: event.receivedAt,
    deletedAt,
    version: 0,
  }
}

/** An older report sets no attributes; one without a time sets them without making others look old. */
function foldAttributes({
  known,
  event,
  report,
  at,
}: Arrival): Pick<Resource, 'name' | 'attributes' | 'attributesAt'> {
  const { name, attributes, attributesAt } = known
  if (at !== null && attributesAt !== null && at < attributesAt) return { name, attributes, attributesAt }
  const learned = learnedLinks(event, known.kind, attributes)
  const reported = report ? keptAttributes(known.kind, report) : {}
  const nextName = report?.name ?? textOf(report, 'name') ?? name
  const next = mergeAttributes(attributes, { ...learned, ...reported })
  const isNew = next !== attributes || nextName !== name
  return { name: nextName, attributes: next, attributesAt: isNew ? (at ?? attributesAt) : attributesAt }
}

function textOf(report: Report | null, attribute: string): string | null {
  const value: Json | undefined = report?.attributes[attribute]
  return typeof value === 'string' && value !== '' ? value : null
}

const compared = [
  'kind', 'name', 'states', 'owner', 'ownerIs', 'zone', 'attributes', 'attributesAt', 'lastTransition', 'deletedAt',
] as const satisfies readonly (keyof Resource)[] // biome-ignore format: one line a group reads better

/** Whether nothing but the time of the update differs; what did not change is the same object. */
function isSame(current: Resource, next: Resource): boolean {
  return compared.every((name) => current[name] === next[name])
}
