// JWTs (RFC 7519) as credentials: signed by an issuer whose keys are fetched from its JWKS, made for this
// gateway (`aud`), and with an end (`exp`). A credential ends with its `exp`, and when its key is taken out
// of the JWKS.

import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose'
import { asHeliographError, HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { Credential, Credentials, Reference } from './credential.ts'
import { type ClaimNames, principalOf, wrongClaim } from './jwt-claims.ts'
import { openJwtKeys, type Pace } from './jwt-keys.ts'
import { markOf } from './key-set.ts'
import { jwtNamePrefix } from './token-file.ts'

type JwtReference = Extract<Reference, { kind: 'JWT' }>

/** Which JWTs are taken. */
export type JwtTrust = ClaimNames & {
  /** Of the JWKS, which has the issuer's public keys. */
  readonly jwksUrl: string
  /** `iss`, to the letter. */
  readonly issuer: string
  /** What `aud` must be or hold. */
  readonly audience: string
}

/** Signed with a private key. With a secret (HS256) whoever checks tokens could make them. */
const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** How far the issuer's clock may be ahead; a token that is over is over. */
const clockToleranceSeconds = 30

/** More than any header holds; what a WebSocket message can bring is not worth decoding. */
const mostLetters = 16_384
/** The last time that a Date can tell. */
const lastMs = 8.64e15
const lookEveryMs = 1_000

const ordinaryPace: Pace = {
  refreshMs: 300_000,
  cooldownMs: 5_000,
  timeoutMs: 3_000,
  staleMs: 86_400_000,
}

/** Three parts of base64url with dots between them; the signature may be missing, and is refused later. */
export function isJwtLike(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)
}

/** Follows the keys of the issuer until closed. An issuer that cannot be reached yet is no reason not to start. */
export function openJwtCredentials(trust: JwtTrust, logger: Logger, pace: Pace = ordinaryPace): Credentials {
  const keys = openJwtKeys(trust.jwksUrl, pace, logger)
  const watched = new Map<() => void, () => boolean>()

  const timer = setInterval(() => {
    for (const [ended, counts] of watched) {
      if (counts()) continue
      watched.delete(ended)
      ended()
    }
  }, lookEveryMs).unref()

  const verify = (token: string) =>
    jwtVerify(token, keys.find, checksOf(trust)).catch((error: unknown) => {
      throw refusalOf(error, trust, logger)
    })

  const credentialOf = (reference: JwtReference): Credential => {
    const { principal, expiresAtMs, keyMark } = reference
    return {
      principal,
      expiresAtMs,
      reference,
      watch(ended) {
        const listener = () => ended()
        watched.set(listener, () => Date.now() < expiresAtMs && keys.stillHas(keyMark))
        return () => watched.delete(listener)
      },
    }
  }

  const { issuer, audience } = trust
  return {
    async find(token) {
      if (token.length > mostLetters) throw refused(`it has more than ${mostLetters} letters`)
      if (!isJwtLike(token)) throw refused('it is no JWT')
      const { payload, key } = await verify(token)
      const expiresAtMs = expiryOf(payload)
      const principal = principalOf(payload, trust)
      return credentialOf({ kind: 'JWT', issuer, audience, keyMark: markOf(key), principal, expiresAtMs })
    },
    async recall(reference) {
      const isTaken =
        reference.kind === 'JWT' && reference.issuer === issuer && reference.audience === audience
      if (!isTaken) throw refused('a JWT of another issuer is asked for here by now')
      if (reference.expiresAtMs <= Date.now()) throw expired()
      if (!(await keys.has(reference.keyMark))) throw refused('the issuer has its key no longer')
      return credentialOf(reference)
    },
    named: (name) => ({ kind: name.startsWith(`${jwtNamePrefix}${issuer} `) ? 'AS_SEEN' : 'NONE' }),
    close() {
      clearInterval(timer)
      keys.close()
    },
  }
}

function checksOf({ issuer, audience }: JwtTrust): JWTVerifyOptions {
  return {
    algorithms,
    issuer,
    audience,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: clockToleranceSeconds,
  }
}

function expiryOf({ exp = 0 }: JWTPayload): number {
  const expiresAtMs = exp * 1_000
  if (expiresAtMs > lastMs) throw wrongClaim('exp', 'is too far away: it takes seconds since 1970')
  if (expiresAtMs <= Date.now()) throw expired()
  return expiresAtMs
}

/** What jose says is not passed on: it may hold the claims. */
function refusalOf(error: unknown, trust: JwtTrust, logger: Logger): HeliographError {
  const known = asHeliographError(error)
  if (known !== null) return known
  if (error instanceof errors.JWTExpired) return expired()
  if (error instanceof errors.JWTClaimValidationFailed) return wrongStandardClaim(error, trust)
  for (const [kind, reason] of reasons) if (error instanceof kind) return refused(reason)
  logger.debug(
    { reason: error instanceof Error ? error.message : 'it failed' },
    'a key of the JWKS cannot be used',
  )
  return new HeliographError('KEYS_UNAVAILABLE', 'the key that the token was signed with cannot be used')
}

const reasons = [
  [errors.JOSEAlgNotAllowed, `its header alg takes one of ${algorithms.join(', ')}`],
  [errors.JWSSignatureVerificationFailed, 'its signature is wrong'],
  [errors.JWKSNoMatchingKey, 'the issuer has no key of its header kid, or no longer'],
  [errors.JWKSMultipleMatchingKeys, 'the issuer has several keys that fit, and its header kid names none'],
  [errors.JOSENotSupported, 'its header asks for what is not known here'],
  [errors.JWSInvalid, 'it is no JWT'],
  [errors.JWTInvalid, 'it is no JWT'],
] as const

function wrongStandardClaim(
  { claim, reason }: errors.JWTClaimValidationFailed,
  { issuer, audience }: JwtTrust,
): HeliographError {
  const right: Readonly<Record<string, string>> = {
    iss: `takes ${issuer}`,
    aud: `takes ${audience}, alone or in a list`,
    nbf: reason === 'invalid' ? 'takes seconds since 1970' : 'is in the future: the token does not count yet',
  }
  const takes = right[claim] ?? 'takes seconds since 1970'
  return wrongClaim(claim, reason === 'missing' ? 'is missing' : takes)
}

function expired(): HeliographError {
  return new HeliographError('UNAUTHENTICATED', 'the token has expired', { field: 'exp' })
}

function refused(reason: string): HeliographError {
  return new HeliographError('UNAUTHENTICATED', `the token is not taken: ${reason}`)
}
