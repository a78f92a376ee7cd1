// Everything that the settings let count as a credential, behind the one seam: the token file, JWTs, or both.

import type { Logger } from '../observe/logger.ts'
import type { Settings } from '../settings.ts'
import type { Credentials } from './credential.ts'
import { isJwtLike, openJwtCredentials } from './jwt-credentials.ts'
import { loopbackAdministrator, type NamedRights, type Principal, rightsOfAll } from './principal.ts'
import { jwtNamePrefix } from './token-file.ts'
import { openTokens } from './tokens.ts'

type Sources = Pick<
  Settings,
  'tokensFile' | 'jwtJwksUrl' | 'jwtIssuer' | 'jwtAudience' | 'jwtRoleClaim' | 'jwtAccountsClaim'
>

/**
 * Null where no tokens are asked for.
 * @throws HeliographError BAD_SETTING where the token file cannot be used
 */
export async function openCredentials(settings: Sources, logger: Logger): Promise<Credentials | null> {
  const tokens = settings.tokensFile === null ? null : await openTokens(settings.tokensFile, logger)
  const jwts = openJwts(settings, logger)
  return tokens !== null && jwts !== null ? eitherOf(tokens, jwts) : (tokens ?? jwts)
}

function openJwts(settings: Sources, logger: Logger): Credentials | null {
  const { jwtJwksUrl: jwksUrl, jwtIssuer: issuer, jwtAudience: audience } = settings
  if (jwksUrl === null || issuer === null || audience === null) return null
  const { jwtRoleClaim: roleClaim, jwtAccountsClaim: accountsClaim } = settings
  return openJwtCredentials({ jwksUrl, issuer, audience, roleClaim, accountsClaim }, logger)
}

/** Told apart by form alone: nothing that one refuses is tried at the other. */
function eitherOf(tokens: Credentials, jwts: Credentials): Credentials {
  return {
    find: (token) => (isJwtLike(token) ? jwts : tokens).find(token),
    recall: (reference) => (reference.kind === 'JWT' ? jwts : tokens).recall(reference),
    named: (name) => (name.startsWith(jwtNamePrefix) ? jwts : tokens).named(name),
    close() {
      tokens.close()
      jwts.close()
    },
  }
}

/** The same, and `came` is told of every principal that comes in by its token. */
export function watchComing(credentials: Credentials, came: (principal: Principal) => void): Credentials {
  return {
    ...credentials,
    async find(token) {
      const credential = await credentials.find(token)
      came(credential.principal)
      return credential
    },
  }
}

/** `Credentials.named` where no tokens are asked for: there is one caller, who sees all. */
export function namedOnLoopback(name: string): NamedRights {
  return name === loopbackAdministrator.name ? rightsOfAll([loopbackAdministrator]) : { kind: 'NONE' }
}
