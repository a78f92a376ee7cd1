// The text of a token and its hash. A token is 256 random bits, so its plain SHA-256 can be kept: there is
// nothing to guess from it, and no salt or slow hash is needed.

import { createHash, randomBytes } from 'node:crypto'

/** A new token: `hg_` and 43 letters, good in any header. */
export function createToken(): string {
  return `hg_${randomBytes(32).toString('base64url')}`
}

/** What a token file holds of a token: its SHA-256 as 64 lower-case hexadecimal digits. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The token of an Authorization header; null for any other scheme or form. */
export function parseBearer(header: string): string | null {
  return /^Bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1] ?? null
}
