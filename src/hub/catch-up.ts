// Brings subscribers from their position to the tip, each at the pace of its own socket: from the log
// in pages, the last stretch from the ring. Whoever waits for its socket holds no page and no frames.

import { HeliographError } from '../errors.ts'
import type { Cursor } from '../event/position.ts'
import type { Pages } from '../event-log/pages.ts'
import type { Placed } from '../event-log/placed.ts'
import type { Audience } from './audience.ts'
import { askPatiently } from './patience.ts'
import type { Ring } from './ring.ts'
import type { Subscriber } from './subscriber.ts'
import type { Turns } from './turns.ts'

export type CatchUpParts = {
  readonly ring: Ring
  readonly pages: Pages
  readonly turns: Turns
  readonly pageEntries: number
  /** Bytes of a socket's budget that catching up leaves free. */
  readonly reserveBytes: number
  readonly stopped: AbortSignal
}

/**
 * Sends everything after the subscriber's position, then joins it to its audience's live path. Resolves
 * when it has joined or is closed.
 * @throws HeliographError CURSOR_EXPIRED where the log no longer holds the position
 */
export async function catchUp(
  subscriber: Subscriber,
  audience: Audience,
  parts: CatchUpParts,
): Promise<void> {
  while (subscriber.open && !joinAtTip(subscriber, audience, parts.ring.tip)) {
    // A step is a call of its own, so that its page is garbage before the next wait for the socket.
    await step(subscriber, audience, parts)
  }
}

/**
 * The join is one synchronous step: between seeing that nothing is missing and being live, no entry can
 * come. A subscriber ahead of the tip has what another gateway was told first; it skips that much.
 */
export function joinAtTip(subscriber: Subscriber, audience: Audience, tip: Cursor): boolean {
  if (subscriber.position.offset < tip.offset) return false
  audience.join(subscriber)
  return true
}

async function step(subscriber: Subscriber, audience: Audience, parts: CatchUpParts): Promise<void> {
  if (!subscriber.buffer.hasRoom(parts.reserveBytes)) return subscriber.buffer.untilDrained()
  const page = await nextPage(subscriber, parts)
  await parts.turns.next()
  if (page) await sendPage(page, subscriber, audience, parts.reserveBytes)
}

async function nextPage(subscriber: Subscriber, parts: CatchUpParts): Promise<readonly Placed[] | null> {
  const { position } = subscriber
  const atHand = parts.ring.after(position, parts.pageEntries)
  if (atHand) return atHand
  return askPatiently(
    () => readBehindTip(position, parts.pages),
    () => subscriber.open,
    parts.stopped,
  )
}

async function readBehindTip(position: Cursor, pages: Pages): Promise<readonly Placed[]> {
  const page = await pages.after(position)
  if (page.length > 0) return page
  // The tip was read from this log, so what shows nothing after an older position has lost entries, and
  // the follower is about to be told: waiting for that beats asking in a circle.
  throw new HeliographError('STORE_UNAVAILABLE', 'The log ends before what was read from it')
}

/** Sends what of the page is for the subscriber, as far as its socket has room. */
async function sendPage(
  page: readonly Placed[],
  subscriber: Subscriber,
  audience: Audience,
  reserveBytes: number,
): Promise<void> {
  const { buffer } = subscriber
  for (const { entry, cursor } of page) {
    if (!subscriber.open) return
    const notice = audience.select(entry)
    if (notice !== null && !subscriber.hasPassed(notice, cursor.offset)) {
      // Nothing is rendered that would have to be rendered again.
      if (!buffer.hasRoom(reserveBytes)) return
      const rendered = audience.payloadOf(notice, cursor)
      const payload = typeof rendered === 'string' ? rendered : await rendered
      // Asked again: others may have filled the socket while the rendering was awaited.
      if (!subscriber.open || !buffer.hasRoom(reserveBytes)) return
      subscriber.send(buffer.encoding.shared(payload, cursor))
    }
    subscriber.pass(cursor)
  }
}
