// What somebody shows at a door, once it is known to be good, and the seam to those who know.
//
// A credential counts until it ends: it expires, is withdrawn or changes. Who watches it is told once, within
// two seconds of that, and `find` refuses its text from then on.

import type { Principal } from './principal.ts'

export type Credential = {
  readonly principal: Principal
  /** When it ends by itself, in milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null
  /** Calls `ended` once, soon after it has ended. @returns ends the watch */
  watch(ended: () => void): () => void
}

export type Credentials = {
  /** The credential of a token. @throws HeliographError UNAUTHENTICATED where it is unknown, withdrawn or expired */
  find(token: string): Promise<Credential>
  close(): void
}
