// The seam to the state: every resource as the log's last entry left it.
//
// Freshness: a call made after an `append` resolved sees that append or a newer state.
// Pages: ordered by resource key (kind and uid; instances are of one kind there), which never changes;
// a resource that stays in the filter while the pages are read is in exactly one of them.
// Visibility is a part of the question, so that nothing foreign is read, counted or paged over.

import type { ResourceRef } from '../event/event.ts'
import type { Visibility } from '../event/visibility.ts'
import type { Resource } from './resource.ts'
import type { ResourceFilter } from './resource-filter.ts'

export type ResourceQuery = {
  readonly filter: ResourceFilter
  readonly visibility: Visibility
  /** Only those whose catalogued relation (`attribute`) holds the uid: a VM's volumes. */
  readonly linkedBy?: { readonly attribute: string; readonly uid: string }
}

/** `after` is the `endCursor` of the page before; null: from the start. */
export type PageRequest = { readonly first: number; readonly after: string | null }

export type ResourcePage = {
  readonly resources: readonly Resource[]
  readonly endCursor: string | null
  readonly hasNextPage: boolean
}

export type Resources = {
  /** In the order of the refs; tombstones too. A ref of kind VirtualMachine finds a router of that uid. */
  get(refs: readonly ResourceRef[]): Promise<(Resource | null)[]>
  /** @throws HeliographError BAD_CURSOR for an `after` that is none of its own. */
  list(query: ResourceQuery, page: PageRequest): Promise<ResourcePage>
  /** Offsets of the entries about a resource, newest first, before `before` (exclusive; null: newest). */
  history(ref: ResourceRef, before: number | null, limit: number): Promise<number[]>
}
