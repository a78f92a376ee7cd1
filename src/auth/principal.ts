// Who asks. How a principal is told from a request is for authenticate; what it may see is a
// Visibility, and nothing further down knows tokens.

import { seesAccounts, seesAll, type Visibility } from '../event/visibility.ts'

export type Role = 'ADMIN' | 'TENANT' | 'INGEST' | 'METRICS'

export type Principal = {
  readonly role: Role
  /** A lasting name for logs and for what the principal owns; never a token. */
  readonly name: string
  /** The accounts a TENANT sees; empty for the other roles. */
  readonly accounts: readonly string[]
}

/** The caller on a gateway that serves loopback only and asks for no token. */
export const loopbackAdministrator: Principal = { role: 'ADMIN', name: 'loopback', accounts: [] }

export function visibilityOf(principal: Principal): Visibility {
  if (principal.role === 'ADMIN') return seesAll
  return seesAccounts(principal.role === 'TENANT' ? principal.accounts : [])
}
