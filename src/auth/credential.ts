// What somebody shows at a door, once it is known to be good, and the seam to those who know.
//
// A credential counts until it ends: it expires, is withdrawn or changes. Who watches it is told once, within
// two seconds of that, and `find` refuses its text from then on, as `recall` does its reference.

import type { NamedRights, Principal } from './principal.ts'

/**
 * What can be stored of a credential and finds it again, on any gateway and after a restart; JSON, and never
 * the text that was shown. All of it must still be so, or the credential has ended.
 */
export type Reference =
  /** Whoever came where no tokens are asked for. */
  | { readonly kind: 'LOOPBACK' }
  /** A token of the file, by its SHA-256. */
  | {
      readonly kind: 'TOKEN'
      readonly sha256: string
      readonly principal: Principal
      readonly expiresAtMs: number | null
    }
  /** A JWT that was taken, without its text. */
  | {
      readonly kind: 'JWT'
      readonly issuer: string
      readonly audience: string
      /** Of the key it was signed with. */
      readonly keyMark: string
      readonly principal: Principal
      readonly expiresAtMs: number
    }

export type Credential = {
  readonly principal: Principal
  /** When it ends by itself, in milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null
  readonly reference: Reference
  /** Calls `ended` once, soon after it has ended, and never within this call. @returns ends the watch */
  watch(ended: () => void): () => void
}

export type Credentials = {
  /** The credential of a token. @throws HeliographError UNAUTHENTICATED where it is unknown, withdrawn or expired */
  find(token: string): Promise<Credential>
  /** The credential that was stored by its reference. @throws HeliographError UNAUTHENTICATED where it has ended */
  recall(reference: Reference): Promise<Credential>
  /** What whoever has this name may read at the moment; asked for what goes on while nobody is there. */
  named(name: string): NamedRights
  close(): void
}

/** Whose credential it is, as text: the same for everything that counts as one holder, and no secret. */
export function holderOf(reference: Reference): string {
  if (reference.kind === 'LOOPBACK') return reference.kind
  // The name of a JWT's principal has issuer and subject, whatever token it is this hour.
  return `${reference.kind} ${reference.kind === 'TOKEN' ? reference.sha256 : reference.principal.name}`
}
