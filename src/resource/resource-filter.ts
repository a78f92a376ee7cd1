// Which resources somebody wants: the twin of the event filter for state. OR inside a list, AND between
// fields; tombstones only on request.

import { resourceId } from '../event/event.ts'
import { refuseEmptyLists } from '../event/filter.ts'
import type { Filing, IsFiled, Term } from '../event/filter-index.ts'
import type { ResourceFacts } from './resource.ts'

export type ResourceFilter = {
  readonly kinds?: readonly string[]
  /** Global ids (`VirtualMachine/3b1c…`), or the cloud's own. */
  readonly ids?: readonly string[]
  /** Any state of the resource: the main one, or a host's resourcestate. */
  readonly states?: readonly string[]
  /** Owners. */
  readonly accounts?: readonly string[]
  readonly zones?: readonly string[]
  readonly names?: readonly string[]
  /** Tombstones as well; default false. */
  readonly includeDeleted?: boolean
}

export type ResourcePredicate = (facts: ResourceFacts) => boolean

const listFields = ['kinds', 'ids', 'states', 'accounts', 'zones', 'names'] as const

/** @throws HeliographError BAD_INPUT for an empty list, with its field. */
export function checkResourceFilter(filter: ResourceFilter, field = 'filter'): void {
  refuseEmptyLists(filter, listFields, field)
}

export function compileResourceFilter(filter: ResourceFilter): ResourcePredicate {
  const [kinds, ids, states, accounts, zones, names] = listFields.map(
    (name) => filter[name] && new Set(filter[name]),
  )
  return (facts) =>
    (filter.includeDeleted === true || facts.deletedAt === null) &&
    (!kinds || kinds.has(facts.kind)) &&
    (!ids || ids.has(facts.uid) || ids.has(resourceId(facts))) &&
    (!states || Object.values(facts.states).some(({ value }) => states.has(value))) &&
    (!accounts || (facts.owner !== null && accounts.has(facts.owner))) &&
    (!zones || (facts.zone !== null && zones.has(facts.zone))) &&
    (!names || (facts.name !== null && names.has(facts.name)))
}

/** Under which terms a resource filter is filed in a FilterIndex; an id is filed by its uid. */
export function fileResourceFilter(filter: ResourceFilter): Filing {
  if (filter.ids) return filter.ids.map((id) => `uid:${id.slice(id.indexOf('/') + 1)}`)
  if (filter.names) return filter.names.map((name) => `name:${name}`)
  if (filter.kinds) return filter.kinds.map((kind) => `changed:${kind}`)
  if (filter.accounts) return filter.accounts.map((account) => `owned:${account}`)
  return 'REST'
}

const facets = ['uid', 'name', 'changed', 'owned'] as const

/** Whether any resource filter is filed under a term: else nobody need look at what a resource is. */
export function isAnyFiled(isFiled: IsFiled): boolean {
  return facets.some(isFiled)
}

/** Every term a filter that matches one of these can be filed under: give it before and after. */
export function termsOfResource(
  { uid, kind, name, owner }: ResourceFacts,
  isFiled: IsFiled = () => true,
): Term[] {
  const terms: Term[] = []
  if (isFiled('uid')) terms.push(`uid:${uid}`)
  // A uid may hold a slash, and an id is filed by what follows its first one.
  if (uid.includes('/') && isFiled('uid')) terms.push(`uid:${uid.slice(uid.indexOf('/') + 1)}`)
  if (isFiled('changed')) terms.push(`changed:${kind}`)
  if (name !== null && isFiled('name')) terms.push(`name:${name}`)
  if (owner !== null && isFiled('owned')) terms.push(`owned:${owner}`)
  return terms
}
