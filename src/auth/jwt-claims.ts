// Who a JWT speaks for, by its claims. The signature, the issuer and the times are checked before.

import type { JWTPayload } from 'jose'
import { HeliographError } from '../errors.ts'
import type { Principal, Role } from './principal.ts'
import { jwtNamePrefix, roleNames } from './token-file.ts'

/** The names of the claims that say what a token may. */
export type ClaimNames = { readonly roleClaim: string; readonly accountsClaim: string }

/**
 * The principal, named by issuer and subject: no other issuer's and no token file's has its name.
 * @throws HeliographError UNAUTHENTICATED that names the claim at fault, and what it takes
 */
export function principalOf(payload: JWTPayload, { roleClaim, accountsClaim }: ClaimNames): Principal {
  const name = `${jwtNamePrefix}${payload.iss} ${subjectOf(payload)}`
  const role = roleOf(readClaim(payload, roleClaim), roleClaim)
  const accounts = accountsOf(readClaim(payload, accountsClaim), accountsClaim)
  if (role === 'TENANT' && accounts.length === 0)
    throw wrongClaim(accountsClaim, 'takes at least one account for a tenant')
  if (role !== 'TENANT' && accounts.length > 0)
    throw wrongClaim(accountsClaim, `is for tenants only, and the role is ${role.toLowerCase()}`)
  return { role, name, accounts }
}

/** A refusal that names a claim. @param what follows the name */
export function wrongClaim(claim: string, what: string): HeliographError {
  return new HeliographError('UNAUTHENTICATED', `the claim ${claim} of the token ${what}`, { field: claim })
}

/** The claim of that very name, else the one that dots lead to: `realm_access.roles`. */
function readClaim(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name]
  return name.split('.').reduce<unknown>((value, step) => {
    const isInside = typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    return isInside ? (value as Record<string, unknown>)[step] : undefined
  }, payload)
}

function subjectOf({ sub }: JWTPayload): string {
  if (typeof sub === 'string' && /^\P{Cc}{1,255}$/u.test(sub)) return sub
  throw wrongClaim('sub', 'takes a text of 1 to 255 letters')
}

/** Of a list, the one role that is of this gateway: identity providers put all roles of a user into one. */
function roleOf(value: unknown, claim: string): Role {
  const named: readonly unknown[] = Array.isArray(value) ? value : [value]
  const [role, another] = roleNames.filter((known) => named.includes(known))
  const choice = `takes one of ${roleNames.join(', ')}`
  if (role === undefined) throw wrongClaim(claim, value === undefined ? `is missing: it ${choice}` : choice)
  if (another !== undefined) throw wrongClaim(claim, `has ${role} and ${another}: it ${choice}`)
  return role.toUpperCase() as Role
}

function accountsOf(value: unknown, claim: string): readonly string[] {
  const ids: readonly unknown[] = Array.isArray(value) ? value : [value ?? []].flat()
  if (!ids.every((id) => typeof id === 'string' && id !== ''))
    throw wrongClaim(claim, 'takes the id of an account, or a list of such ids')
  return [...new Set(ids as readonly string[])].sort()
}
