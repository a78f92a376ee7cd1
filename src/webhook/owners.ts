// What the owners of webhooks may see at the moment. The token file tells it of its names; of those who come
// with JWTs it is what the newest token said, for as long as they keep coming.

import type { NamedRights } from '../auth/principal.ts'
import type { Logger } from '../observe/logger.ts'
import type { ReadRights, Rights } from './standing.ts'
import type { Owner } from './webhook.ts'
import type { Webhooks } from './webhooks.ts'

export type Owners = {
  readonly rights: ReadRights
  /** Notes what somebody may see who came in; only of those whose tokens alone tell it. */
  saw(owner: Owner): Promise<void>
  /** The same in passing: at most once a minute unless it changed, and only of those who have webhooks. */
  came(owner: Owner): void
}

export type OwnersParts = {
  readonly webhooks: Pick<Webhooks, 'count' | 'sawOwner' | 'seenOwner'>
  readonly named: (name: string) => NamedRights
  /** An owner who was not seen for longer gets nothing. */
  readonly maxDays: number
  readonly logger: Pick<Logger, 'warn'>
  /** In milliseconds since 1970. */
  readonly now?: () => number
}

const dayMs = 86_400_000
const noteEveryMs = 60_000
const mostNoted = 10_000

export function createOwners({ webhooks, named, maxDays, logger, now = Date.now }: OwnersParts): Owners {
  /** When and with what each was noted last, oldest first. */
  const noted = new Map<string, { readonly atMs: number; readonly accounts: string }>()

  const saw = async ({ name, accounts }: Owner) => {
    if (named(name).kind !== 'AS_SEEN') return
    await webhooks.sawOwner(name, { accounts, seenAt: new Date(now()).toISOString() })
  }

  const isNoted = ({ name, accounts }: Owner) => {
    const last = noted.get(name)
    return last !== undefined && now() - last.atMs < noteEveryMs && last.accounts === JSON.stringify(accounts)
  }

  const note = ({ name, accounts }: Owner) => {
    noted.delete(name)
    noted.set(name, { atMs: now(), accounts: JSON.stringify(accounts) })
    const [oldest] = noted.keys()
    if (noted.size > mostNoted && oldest !== undefined) noted.delete(oldest)
  }

  const sawOwnerOfSome = async (owner: Owner) => {
    const { owned } = await webhooks.count(owner.name)
    if (owned > 0) await saw(owner)
  }

  return {
    async rights(name): Promise<Rights> {
      const rights = named(name)
      if (rights.kind === 'SEES') return rights
      if (rights.kind === 'NONE') return { kind: 'NONE', reason: 'OWNER_GONE' }
      const seen = await webhooks.seenOwner(name)
      const isLate = seen === null || now() - Date.parse(seen.seenAt) > maxDays * dayMs
      return isLate ? { kind: 'NONE', reason: 'OWNER_NOT_SEEN' } : { kind: 'SEES', accounts: seen.accounts }
    },
    saw,
    came(owner) {
      if (named(owner.name).kind !== 'AS_SEEN' || isNoted(owner)) return
      note(owner)
      sawOwnerOfSome(owner).catch((error: unknown) => {
        noted.delete(owner.name)
        logger.warn({ err: error }, 'what an owner of webhooks may see could not be noted')
      })
    },
  }
}
