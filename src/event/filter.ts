// What somebody wants: one language for queries, subscriptions and webhooks. OR inside a list, AND
// between fields, absent means anything. Types match exactly or by `PREFIX.*`.

import { HeliographError } from '../errors.ts'
import {
  type Category,
  type Event,
  type Outcome,
  type ResourceRef,
  resourceId,
  type Severity,
  severities,
} from './event.ts'

export type EventFilter = {
  /** Exact types, or `VM.*` for every type that starts with `VM.`. */
  readonly types?: readonly string[]
  readonly categories?: readonly Category[]
  readonly resources?: readonly ResourceRef[]
  /** Named in the event, or known to belong to its resource. */
  readonly related?: readonly ResourceRef[]
  /** Kinds of the event's resource. */
  readonly kinds?: readonly string[]
  /** Owners. */
  readonly accounts?: readonly string[]
  readonly zones?: readonly string[]
  readonly fromStates?: readonly string[]
  readonly toStates?: readonly string[]
  readonly statuses?: readonly string[]
  readonly outcomes?: readonly Outcome[]
  /** This severity or a graver one; events without a severity never match. */
  readonly minSeverity?: Severity
  /** At least one of these must match as well. */
  readonly or?: readonly EventFilter[]
  /** This must not match. */
  readonly not?: EventFilter
}

export type EventPredicate = (event: Event) => boolean

const listFields = [
  'types',
  'categories',
  'resources',
  'related',
  'kinds',
  'accounts',
  'zones',
  'fromStates',
  'toStates',
  'statuses',
  'outcomes',
  'or',
] as const satisfies readonly (keyof EventFilter)[]

/**
 * Refuses what would match nothing or everything by accident: an empty list, a wrong pattern.
 * @throws HeliographError BAD_INPUT with the field, e.g. `filter.or[1].types`.
 */
export function checkFilter(filter: EventFilter, field = 'filter'): void {
  refuseEmptyLists(filter, listFields, field)
  for (const [i, type] of (filter.types ?? []).entries()) checkType(type, `${field}.types[${i}]`)
  for (const [i, alternative] of (filter.or ?? []).entries()) checkFilter(alternative, `${field}.or[${i}]`)
  if (filter.not) checkFilter(filter.not, `${field}.not`)
}

/**
 * An empty list would match nothing, which nobody asks for on purpose.
 * @throws HeliographError BAD_INPUT with the list's field.
 */
export function refuseEmptyLists<Name extends string>(
  filter: { readonly [N in Name]?: readonly unknown[] },
  names: readonly Name[],
  field: string,
): void {
  const empty = names.find((name) => filter[name]?.length === 0)
  if (empty === undefined) return
  const path = `${field}.${empty}`
  throw new HeliographError(
    'BAD_INPUT',
    `${path} is empty and would match nothing: leave it out to match anything`,
    { field: path },
  )
}

function checkType(type: string, field: string): void {
  const star = type.indexOf('*')
  const rightPattern =
    star === -1 ? type !== '' : star === type.length - 1 && type.length > 2 && type.at(-2) === '.'
  if (rightPattern) return
  throw new HeliographError(
    'BAD_INPUT',
    `${field} is "${type}": write a type such as VM.START, or a prefix such as VM.*`,
    { field },
  )
}

/** A function that tells whether an event matches; the filter has passed `checkFilter`. */
export function compileFilter(filter: EventFilter): EventPredicate {
  const tests = [...fieldTests(filter)]
  if (filter.or) {
    const alternatives = filter.or.map(compileFilter)
    tests.push((event) => alternatives.some((matches) => matches(event)))
  }
  if (filter.not) {
    const unwanted = compileFilter(filter.not)
    tests.push((event) => !unwanted(event))
  }
  const [only] = tests
  return only !== undefined && tests.length === 1 ? only : (event) => tests.every((matches) => matches(event))
}

function* fieldTests(filter: EventFilter): Iterable<EventPredicate> {
  if (filter.types) yield typeTest(filter.types)
  if (filter.categories) yield valueTest(filter.categories, (event) => event.category)
  if (filter.resources) yield refTest(filter.resources, (event) => (event.resource ? [event.resource] : []))
  if (filter.related) yield refTest(filter.related, (event) => event.related)
  if (filter.kinds) yield valueTest(filter.kinds, (event) => event.resource?.kind)
  if (filter.accounts) yield valueTest(filter.accounts, (event) => event.owner)
  if (filter.zones) yield valueTest(filter.zones, (event) => event.zone)
  if (filter.fromStates) yield valueTest(filter.fromStates, (event) => event.transition?.from)
  if (filter.toStates) yield valueTest(filter.toStates, (event) => event.transition?.to)
  if (filter.statuses) yield valueTest(filter.statuses, (event) => event.status)
  if (filter.outcomes) yield valueTest(filter.outcomes, (event) => event.outcome)
  if (filter.minSeverity) yield severityTest(filter.minSeverity)
}

function typeTest(types: readonly string[]): EventPredicate {
  const exact = new Set(types.filter((type) => !type.endsWith('.*')))
  const prefixes = types.filter((type) => type.endsWith('.*')).map((type) => type.slice(0, -1))
  return ({ type }) => exact.has(type) || prefixes.some((prefix) => type.startsWith(prefix))
}

function valueTest<T extends string>(
  wanted: readonly T[],
  read: (event: Event) => T | null | undefined,
): EventPredicate {
  const isWanted = memberTest(wanted)
  return (event) => {
    const value = read(event)
    return value !== null && value !== undefined && isWanted(value)
  }
}

function refTest(
  wanted: readonly ResourceRef[],
  read: (event: Event) => readonly ResourceRef[],
): EventPredicate {
  const isWanted = memberTest(wanted.map(resourceId))
  return (event) => read(event).some((ref) => isWanted(resourceId(ref)))
}

/** Most filters name one, and need no Set for it. */
function memberTest(wanted: readonly string[]): (value: string) => boolean {
  const [only] = wanted
  if (wanted.length === 1) return (value) => value === only
  const set = new Set(wanted)
  return (value) => set.has(value)
}

function severityTest(least: Severity): EventPredicate {
  const rank = severities.indexOf(least)
  return ({ severity }) => severity !== null && severities.indexOf(severity) >= rank
}
