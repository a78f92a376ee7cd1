// Finds the filters an entry can match at all, so that an event costs what it matches and not what is
// subscribed. Each filter is filed once under its most selective terms; an entry is looked up under
// all of its own. What is found is a candidate: the filter itself still decides.

import { type Event, resourceId } from './event.ts'
import { each, type Few, withOne, withoutOne } from './few.ts'
import type { EventFilter } from './filter.ts'
import type { Visibility } from './visibility.ts'

/** `resource:VirtualMachine/3b1c…`, `type:VM.START`, `prefix:VM.`, `account:…`. */
export type Term = string

/** Terms of which an entry must carry at least one to match, or REST where nothing narrows it. */
export type Filing = readonly Term[] | 'REST'

export class FilterIndex<T extends object> {
  readonly #filed = new Map<Term, Few<T>>()
  readonly #rest = new Set<T>()

  add(filing: Filing, value: T): void {
    if (filing === 'REST') {
      this.#rest.add(value)
      return
    }
    for (const term of filing) {
      const known = this.#filed.get(term) ?? null
      const values = withOne(known, value)
      if (values !== known) this.#filed.set(term, values)
    }
  }

  delete(filing: Filing, value: T): void {
    if (filing === 'REST') {
      this.#rest.delete(value)
      return
    }
    for (const term of filing) {
      const known = this.#filed.get(term) ?? null
      if (withoutOne(known, value) === null) this.#filed.delete(term)
    }
  }

  /** Every value filed under one of the terms, and the rest; each once. */
  candidates(terms: Iterable<Term>): ReadonlySet<T> {
    const found = new Set(this.#rest)
    for (const term of terms) {
      for (const value of each(this.#filed.get(term) ?? null)) found.add(value)
    }
    return found
  }
}

/** Under which terms a filter is filed: its most selective field decides. */
export function fileEventFilter(filter: EventFilter): Filing {
  if (filter.resources) return filter.resources.map((ref) => `resource:${resourceId(ref)}`)
  if (filter.related) return filter.related.map((ref) => `related:${resourceId(ref)}`)
  const alternatives = filter.or?.map(fileEventFilter)
  if (alternatives?.every((filing) => filing !== 'REST')) return [...new Set(alternatives.flat())]
  if (filter.types) return filter.types.map(typeTerm)
  if (filter.kinds) return filter.kinds.map((kind) => `kind:${kind}`)
  if (filter.accounts) return filter.accounts.map((account) => `account:${account}`)
  if (filter.categories) return filter.categories.map((category) => `category:${category}`)
  return 'REST'
}

/** Where the filter narrows nothing, the accounts do: a tenant is a candidate for its own only. */
export function narrowFiling(filing: Filing, term: 'account' | 'owned', visibility: Visibility): Filing {
  if (filing !== 'REST' || visibility.kind === 'ALL') return filing
  return [...visibility.accounts].map((account) => `${term}:${account}`)
}

function typeTerm(type: string): Term {
  return type.endsWith('.*') ? `prefix:${type.slice(0, -1)}` : `type:${type}`
}

/** Every term an event filter that matches this event can be filed under. */
export function termsOfEvent(event: Event): Term[] {
  const terms = [`type:${event.type}`, `category:${event.category}`]
  for (let dot = event.type.indexOf('.'); dot !== -1; dot = event.type.indexOf('.', dot + 1)) {
    terms.push(`prefix:${event.type.slice(0, dot + 1)}`)
  }
  if (event.resource) terms.push(`resource:${resourceId(event.resource)}`, `kind:${event.resource.kind}`)
  for (const ref of event.related) terms.push(`related:${resourceId(ref)}`)
  if (event.owner !== null) terms.push(`account:${event.owner}`)
  return terms
}
