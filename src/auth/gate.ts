// Who comes in, told in one place for every door. With tokens every caller shows one, from wherever it
// comes; without, only this machine is served (authenticate) and its caller is administrator.

import { HeliographError } from '../errors.ts'
import { authenticate, type Knock } from './authenticate.ts'
import type { Credential, Credentials, Reference } from './credential.ts'
import { loopbackAdministrator, mayUse, type Right } from './principal.ts'
import type { Tickets } from './tickets.ts'
import { parseBearer } from './token.ts'

export type Gate = {
  readonly asksForTokens: boolean
  /** @throws HeliographError FORBIDDEN where no caller may come from, such as a foreign page */
  check(knock: Knock): Visitor
}

/** Somebody at the gate, from a place where callers may come from. */
export type Visitor = {
  /** The origin of a foreign page that is on the list, and may read the answers. */
  readonly listedOrigin: string | null
  /** False where a token is asked for and the request carries no Authorization. */
  readonly isIntroduced: boolean
  /**
   * @param token shown in another way than in the Authorization header
   * @throws HeliographError UNAUTHENTICATED, or FORBIDDEN for who may not use this door
   */
  admit(right: Right, token?: string): Promise<Credential>
  /**
   * Lets in by a stream ticket who may READ.
   * @throws HeliographError UNAUTHENTICATED, or FORBIDDEN for a ticket of another operation
   */
  admitByTicket(ticket: string, operation: string): Promise<Credential>
}

/** Whoever comes where no tokens are asked for. */
export const loopbackCredential: Credential = {
  principal: loopbackAdministrator,
  expiresAtMs: null,
  reference: { kind: 'LOOPBACK' },
  watch: () => () => {},
}

/**
 * `Credentials.recall` where no tokens are asked for.
 * @throws HeliographError UNAUTHENTICATED for what belongs to a token
 */
export async function recallLoopback({ kind }: Reference): Promise<Credential> {
  if (kind === 'LOOPBACK') return loopbackCredential
  throw new HeliographError('UNAUTHENTICATED', 'no token counts here by now')
}

/**
 * @param credentials null where none are asked for
 * @param tickets made for these credentials, or without any
 * @param listedOrigins of pages of other sites that may ask, where tokens are asked for
 */
export function createGate(
  credentials: Credentials | null,
  tickets: Pick<Tickets, 'check'>,
  listedOrigins: readonly string[],
): Gate {
  const admitByTicket = async (ticket: string, operation: string) =>
    withRight(await tickets.check(ticket, operation), 'READ')
  if (credentials === null) {
    const visitor = { ...loopbackVisitor, admitByTicket }
    return {
      asksForTokens: false,
      check(knock) {
        authenticate(knock)
        return visitor
      },
    }
  }
  return {
    asksForTokens: true,
    check({ headers }) {
      const { origin, authorization } = headers
      const isListed = origin !== undefined && listedOrigins.includes(origin.toLowerCase())
      if (!isListed) refuseForeignOrigin(origin, headers.host)
      return {
        listedOrigin: isListed ? origin : null,
        isIntroduced: authorization !== undefined,
        admit: async (right, token) =>
          withRight(await credentials.find(token ?? bearerOf(authorization)), right),
        admitByTicket,
      }
    },
  }
}

/** The end of a connection whose token has ended: its client comes back with a fresh one. */
export function tokenEnded(): HeliographError {
  return new HeliographError('FORBIDDEN', 'the token has expired, or was withdrawn or changed')
}

const loopbackVisitor: Omit<Visitor, 'admitByTicket'> = {
  listedOrigin: null,
  isIntroduced: true,
  admit: async () => loopbackCredential,
}

function withRight(credential: Credential, right: Right): Credential {
  const { principal } = credential
  if (!mayUse(principal, right)) {
    throw new HeliographError(
      'FORBIDDEN',
      `the role ${principal.role.toLowerCase()} may not do this: it takes a token with the right to ${deeds[right]}`,
    )
  }
  return credential
}

const deeds: { readonly [R in Right]: string } = {
  READ: 'query and subscribe (admin, tenant)',
  INGEST: 'post events (admin, ingest)',
  METRICS: 'read the metrics (admin, metrics)',
}

function bearerOf(authorization: string | undefined): string {
  const token = authorization === undefined ? null : parseBearer(authorization)
  if (token !== null) return token
  throw new HeliographError(
    'UNAUTHENTICATED',
    `${authorization === undefined ? 'no token came with the request' : 'Authorization holds no Bearer token'}: send Authorization: Bearer <token>`,
    { field: 'authorization' },
  )
}

/** A token is no cookie, so no page can borrow it; yet no page that nobody listed has business here. */
function refuseForeignOrigin(origin: string | undefined, host: string | undefined): void {
  if (origin === undefined || isOwnOrigin(origin, host)) return
  throw new HeliographError(
    'FORBIDDEN',
    `Origin is "${origin}": list it in HELIOGRAPH_CORS_ORIGINS if its pages may ask`,
    { field: 'origin' },
  )
}

/** By either scheme: whoever ends TLS before the gateway leaves Host as it was. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const own = ['http:', 'https:'].map((scheme) => URL.parse(`${scheme}//${host}`)?.origin)
  return host !== undefined && own.includes(origin.toLowerCase())
}
