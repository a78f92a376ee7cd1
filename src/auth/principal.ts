// Who asks, and what each role may do. How a principal is told from a request is the gate's; what it may
// see is a Visibility, and nothing further down knows tokens.

import { seesAccounts, seesAll, type Visibility } from '../event/visibility.ts'

export type Role = 'ADMIN' | 'TENANT' | 'INGEST' | 'METRICS'

/** What a door asks of its callers: to read by GraphQL, to post events, to scrape. */
export type Right = 'READ' | 'INGEST' | 'METRICS'

export type Principal = {
  readonly role: Role
  /** A lasting name for logs and for what the principal owns; never a token. */
  readonly name: string
  /** The accounts a TENANT sees; empty for the other roles. */
  readonly accounts: readonly string[]
}

const rights: { readonly [R in Role]: readonly Right[] } = {
  ADMIN: ['READ', 'INGEST', 'METRICS'],
  TENANT: ['READ'],
  INGEST: ['INGEST'],
  METRICS: ['METRICS'],
}

/** The caller on a gateway that serves loopback only and asks for no token. */
export const loopbackAdministrator: Principal = { role: 'ADMIN', name: 'loopback', accounts: [] }

/** Whether the principal's role has a right; what it then sees is `visibilityOf`. */
export function mayUse({ role }: Principal, right: Right): boolean {
  return rights[role].includes(right)
}

export function visibilityOf(principal: Principal): Visibility {
  if (principal.role === 'ADMIN') return seesAll
  return seesAccounts(principal.role === 'TENANT' ? principal.accounts : [])
}

/** The accounts a principal may read of; null for all. */
export function readableAccounts(principal: Principal): readonly string[] | null {
  if (principal.role === 'ADMIN') return null
  return principal.role === 'TENANT' ? principal.accounts : []
}

/** What whoever bears a lasting name may read at the moment, whatever token it would show. */
export type NamedRights =
  /** @see readableAccounts */
  | { readonly kind: 'SEES'; readonly accounts: readonly string[] | null }
  /** Nobody of that name may come in to read. */
  | { readonly kind: 'NONE' }
  /** Only its tokens tell, as they come. */
  | { readonly kind: 'AS_SEEN' }

/** Of all who bear one name: what any of them may read. */
export function rightsOfAll(principals: readonly Principal[]): NamedRights {
  const readers = principals.filter((principal) => mayUse(principal, 'READ'))
  if (readers.length === 0) return { kind: 'NONE' }
  const lists = readers.map(readableAccounts)
  const accounts = lists.includes(null) ? null : [...new Set(lists.flatMap((list) => list ?? []))].sort()
  return { kind: 'SEES', accounts }
}
