// What the commands on webhooks work with, and what is common to them.

import type { Attempted, Destination } from '../channel/channel.ts'
import { asHeliographError, HeliographError } from '../errors.ts'
import { badInput } from '../event/input.ts'
import type { Cursor } from '../event/position.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { createEndpointNews } from './endpoint-news.ts'
import type { Links } from './links.ts'
import type { Finder, Managed } from './managed.ts'
import type { Owners } from './owners.ts'
import type { Post } from './post.ts'
import type { SecretBox } from './secret-box.ts'
import { secretKeysSetting } from './secret-key.ts'
import type { News } from './tally.ts'
import type { Webhooks } from './webhooks.ts'

export type RegistryParts = {
  readonly webhooks: Webhooks
  readonly log: Pick<EventLog, 'append' | 'at' | 'head' | 'read' | 'readBackwards' | 'tail'>
  readonly post: Post
  /** Null where secrets cannot be kept: then nothing that has any is made. */
  readonly box: SecretBox | null
  /** Null where nobody could follow a link. */
  readonly links: Links | null
  readonly owners: Pick<Owners, 'rights' | 'saw'>
  /** Asks an endpoint for permission by the handshake of CloudEvents; null where the gateway has no name to ask by. */
  readonly askPermission: ((to: Destination, signal: AbortSignal) => Promise<Attempted>) | null
  readonly limits: { readonly webhooksPerOwner: number }
  /** Something changed: whoever works for endpoints is to look at once. */
  readonly kick: () => void
  /** In milliseconds since 1970. */
  readonly now: () => number
}

/** The parts, and what they make up. */
export type Desk = RegistryParts & { readonly finder: Finder }

/** Lets others hear of an endpoint through the log. `version` is that of the progress that tells the same. */
export async function tell(
  { log }: Pick<Desk, 'log'>,
  { webhook, endpoint }: Managed,
  { version, news }: { readonly version: number; readonly news: readonly News[] },
): Promise<void> {
  if (news.length === 0) return
  const assignments = new Map([[endpoint.id, { webhook, endpoint, shard: 0 }]])
  await createEndpointNews(log, { assignments })(endpoint.id, version, news)
}

/** @throws HeliographError BAD_INPUT that says which setting is missing */
export function needBox({ box }: Pick<Desk, 'box'>, field: string): SecretBox {
  if (box !== null) return box
  throw badInput(
    field,
    `cannot be kept: secrets must be sealed with a key that all gateways share, and ${secretKeysSetting} is not set`,
  )
}

/** @throws HeliographError CURSOR_EXPIRED naming `field` where the log cannot be read on from there */
export async function checkPlace(log: Pick<EventLog, 'read'>, after: Cursor, field: string): Promise<void> {
  try {
    await log.read(after, 1)
  } catch (error) {
    const known = asHeliographError(error)
    if (known?.code !== 'CURSOR_EXPIRED') throw error
    throw new HeliographError('CURSOR_EXPIRED', known.message, { field })
  }
}

/** So many times in a window that slides. */
export type Rate = { readonly attempts: number; readonly windowMs: number }

/** Counts what was asked for. @throws HeliographError RATE_LIMITED naming `field` where that was too often */
export async function countAgainst(
  webhooks: Pick<Webhooks, 'allow'>,
  { key, rate, field }: { readonly key: string; readonly rate: Rate; readonly field: string },
): Promise<void> {
  const { attempts, windowMs } = rate
  if (await webhooks.allow(key, attempts, windowMs)) return
  throw new HeliographError(
    'RATE_LIMITED',
    `${field} was asked for too often: at most ${attempts} times in ${windowMs / 1_000} s`,
    { field, retryAfterSeconds: Math.ceil(windowMs / 1_000) },
  )
}
