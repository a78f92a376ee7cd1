// Whose a resource is: the one place where ownership is learned and moves.
//
// - The first sender that names the owner (OWNER: usage, scheduled actions, actions of a project,
//   CloudEvents) is believed and stays; until then the creator (PRESUMED) is taken for it.
// - Usage that begins (VM.CREATE, NET.IPASSIGN) is billed to its account, so it moves ownership at once:
//   that is how an instance given to another account shows, and an address acquired anew.
// - After VM.MOVE, and after an address is released, the owner stays until the next one is named.
// - So does that of a tombstone: whoever is named when it comes back owns it.
// - Hosts, zones, clusters and storage pools belong to the cloud: the account of an action on one is
//   its actor, even where the action is Scheduled. CloudEvents may still name an owner.

import type { AccountClaim } from '../event/draft.ts'
import { type Arrived, beginsUsage, releasesOwner } from './catalog-events.ts'
import type { Resource } from './resource.ts'

export type Ownership = Pick<Resource, 'owner' | 'ownerIs'>

const ownedByCloud = new Set(['Host', 'Zone', 'Cluster', 'StoragePool'])

/** @param isBack whether the event brings a deleted resource back */
export function foldOwner(
  known: Resource,
  event: Arrived,
  claim: AccountClaim | null,
  isBack: boolean,
): Ownership {
  const settled = settle(known, event, claim, isBack)
  if (settled.owner === null || !releasesOwner(event)) return settled
  return { owner: settled.owner, ownerIs: 'PRESUMED' }
}

function settle(known: Resource, event: Arrived, claim: AccountClaim | null, isBack: boolean): Ownership {
  const present: Ownership = { owner: known.owner, ownerIs: known.ownerIs }
  if (!claim || claim.as === 'ACTOR') return present
  if (event.category === 'ACTION' && ownedByCloud.has(known.kind)) return present
  if (claim.as === 'PRESUMED')
    return known.owner === null ? { owner: claim.account, ownerIs: 'PRESUMED' } : present
  const moves = known.ownerIs !== 'NAMED' || isBack || beginsUsage(event, known.kind)
  return moves ? { owner: claim.account, ownerIs: 'NAMED' } : present
}
