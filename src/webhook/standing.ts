// Whether an endpoint may be worked for at the moment, told from what is kept of it, what its owner may see
// and whether its channel and its secrets are at hand.

import { seesAccounts, seesAll, type Visibility } from '../event/visibility.ts'
import type { EndpointState, Owner, PausedReason } from './webhook.ts'

/** What an owner may see now, or why nobody of that name may come in any more. */
export type Rights =
  | { readonly kind: 'SEES'; readonly accounts: readonly string[] | null }
  | { readonly kind: 'NONE'; readonly reason: Extract<PausedReason, 'OWNER_GONE' | 'OWNER_NOT_SEEN'> }

/** Looks up what an owner may see now. */
export type ReadRights = (ownerName: string) => Promise<Rights>

/** `becomes` where what is kept says otherwise. */
export type Standing = { readonly becomes: EndpointState | null } & (
  | { readonly kind: 'WORKS'; readonly visibility: Visibility }
  /** Nothing is sent. */
  | { readonly kind: 'RESTS' }
)

/**
 * @param hindrance what stands in the way on this gateway: the channel, or a secret that cannot be read
 * @param at now
 */
export function standingOf(
  { state, owner }: { readonly state: EndpointState; readonly owner: Owner },
  rights: Rights,
  hindrance: PausedReason | null,
  at: string,
): Standing {
  if (state.kind === 'DISABLED' || state.kind === 'UNCONFIRMED') return { kind: 'RESTS', becomes: null }
  const reason = rights.kind === 'NONE' ? rights.reason : hindrance
  if (rights.kind === 'SEES' && reason === null) {
    const visibility = visibilityOfOwner(owner, rights.accounts)
    return { kind: 'WORKS', visibility, becomes: state.kind === 'PAUSED' ? { kind: 'ENABLED' } : null }
  }
  const isKnown = state.kind === 'PAUSED' && state.reason === reason
  return { kind: 'RESTS', becomes: isKnown || reason === null ? null : { kind: 'PAUSED', reason, at } }
}

/** What the owner saw at creation, as far as it may still see it. */
export function visibilityOfOwner({ accounts }: Owner, now: readonly string[] | null): Visibility {
  if (accounts === null && now === null) return seesAll
  if (accounts === null) return seesAccounts(now ?? [])
  return seesAccounts(now === null ? accounts : accounts.filter((one) => now.includes(one)))
}
