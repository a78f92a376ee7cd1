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
