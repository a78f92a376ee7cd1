// Who comes in, told in one place for every door. With tokens every caller shows one, from wherever it
// comes; without, only this machine is served (authenticate) and its caller is administrator.

import { HeliographError } from '../errors.ts'
import { authenticate, type Knock } from './authenticate.ts'
import type { Credential, Credentials } from './credential.ts'
import { loopbackAdministrator, mayUse, type Right } from './principal.ts'
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
}

const loopbackCredential: Credential = {
  principal: loopbackAdministrator,
  expiresAtMs: null,
  watch: () => () => {},
}

/**
 * @param credentials null where none are asked for
 * @param listedOrigins of pages of other sites that may ask, where tokens are asked for
 */
export function createGate(credentials: Credentials | null, listedOrigins: readonly string[]): Gate {
  if (credentials === null) return { asksForTokens: false, check: checkLoopback }
  return {
    asksForTokens: true,
    check({ headers }) {
      const { origin, authorization } = headers
      const isListed = origin !== undefined && listedOrigins.includes(origin.toLowerCase())
      if (!isListed) refuseForeignOrigin(origin, headers.host)
      return {
        listedOrigin: isListed ? origin : null,
        isIntroduced: authorization !== undefined,
        admit: async (right, token) => admit(credentials, token ?? bearerOf(authorization), right),
      }
    },
  }
}

/** The end of a connection whose token has ended: its client comes back with a fresh one. */
export function tokenEnded(): HeliographError {
  return new HeliographError('FORBIDDEN', 'the token has expired, or was withdrawn or changed')
}

function checkLoopback(knock: Knock): Visitor {
  authenticate(knock)
  return { listedOrigin: null, isIntroduced: true, admit: async () => loopbackCredential }
}

async function admit(credentials: Credentials, token: string, right: Right): Promise<Credential> {
  const credential = await credentials.find(token)
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
