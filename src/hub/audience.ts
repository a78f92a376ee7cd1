// All subscribers of this gateway that must get identical bytes: one selection, one rendering and one
// wrapping per entry, however many they are.
//
// Order: an audience never overtakes itself. Once a rendering has to wait (the selection reads the
// store), everything after it waits in line, the renderings that would not have to included.

import { HeliographError } from '../errors.ts'
import { each, type Few, withOne, withoutOne } from '../event/few.ts'
import { tracesOf } from '../event/filter-index.ts'
import type { Cursor } from '../event/position.ts'
import type { Entry } from '../event-log/entry.ts'
import { laterOf, type Placed } from '../event-log/placed.ts'
import type { Logger } from '../observe/logger.ts'
import { carryUtf8 } from './carry.ts'
import type { Encoding, Feed, Notice } from './feed.ts'
import type { Payload, Payloads } from './payloads.ts'
import type { Ring } from './ring.ts'
import type { Subscriber } from './subscriber.ts'

/** Notices that may wait in line for a slow selection before its subscribers read the log instead. */
const longestLine = 1_000

type Waiting = { readonly notice: Notice; readonly cursor: Cursor }

export type AudienceParts = {
  readonly payloads: Payloads
  readonly ring: Pick<Ring, 'tip' | 'reaches'>
  /** It got its first live subscriber, or lost its last. */
  readonly liveChanged: (audience: Audience, live: boolean) => void
  readonly logger: Pick<Logger, 'error'>
}

export class Audience {
  readonly feed: Feed
  /** Subscribers in whatever phase; the audience goes with the last. */
  members = 0
  readonly #parts: AudienceParts
  /** Made when somebody first catches up. */
  #traces: readonly string[] | null | undefined
  #live: Few<Subscriber> = null
  readonly #line: Waiting[] = []
  /** How far it has come while a rendering is awaited; null where it is as far as the tip. */
  #passed: Cursor | null = null

  constructor(feed: Feed, parts: AudienceParts) {
    this.feed = feed
    this.#parts = parts
  }

  /** What an entry of the log tells it; most that tell nothing are known by their text, unparsed. */
  select(entry: Entry): Notice | null {
    const { json } = entry
    if (this.#traces === undefined) this.#traces = tracesOf(this.feed.filing)
    if (json !== undefined && this.#traces?.every((trace) => !json.includes(trace))) return null
    return this.feed.select(entry)
  }

  /** A cursor that all its live subscribers have passed. */
  passed(): Cursor {
    return this.#passed ?? this.#parts.ring.tip
  }

  /** From the entry after the tip on, the subscriber gets what the audience gets. */
  join(subscriber: Subscriber): void {
    subscriber.live = true
    const isFirst = this.#live === null
    this.#live = withOne(this.#live, subscriber)
    if (isFirst) this.#parts.liveChanged(this, true)
  }

  /** Takes a subscriber off the live path, if it is on it. */
  leave(subscriber: Subscriber): void {
    if (!subscriber.live) return
    subscriber.live = false
    this.#live = withoutOne(this.#live, subscriber)
    if (this.#live !== null) return
    this.#line.length = 0
    this.#parts.liveChanged(this, false)
  }

  /** Tells the live subscribers of the entry after `before`, if it is anything to them. */
  take(placed: Placed, before: Cursor): void {
    try {
      const notice = this.feed.select(placed.entry)
      if (notice === null) return
      const waiting = { notice, cursor: placed.cursor }
      if (this.#passed === null) this.#tell(waiting, before)
      else this.#lineUp(waiting)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** The rendering of a notice of the log, made once for live subscribers and those that catch up. */
  payloadOf(notice: Notice, cursor: Cursor): Payload {
    const { payloads } = this.#parts
    if (!this.#isShared(cursor)) return this.render(notice)
    const { key } = this.feed
    const known = payloads.get(cursor.offset, key)
    if (known !== undefined) return known
    const payload = this.render(notice)
    payloads.put(cursor.offset, key, payload)
    if (typeof payload !== 'string') {
      payload.then(
        (text) => payloads.settle(cursor.offset, key, payload, text),
        () => payloads.settle(cursor.offset, key, payload, null),
      )
    }
    return payload
  }

  /** Renders a notice that nobody shares. */
  render(notice: Notice): Payload {
    const rendered = this.feed.render(notice)
    return typeof rendered === 'string' ? carryUtf8(rendered) : rendered.then(carryUtf8)
  }

  /**
   * Whether somebody else may want the rendering: another member, or whoever comes back within the ring.
   * Kept for nobody, the renderings of a long replay grow old in memory, which costs 2 µs each.
   */
  #isShared({ offset }: Cursor): boolean {
    return this.members > 1 || this.#parts.ring.reaches(offset)
  }

  #tell(waiting: Waiting, before: Cursor): void {
    const payload = this.payloadOf(waiting.notice, waiting.cursor)
    if (typeof payload === 'string') {
      this.#deliver(waiting, payload, before)
      return
    }
    this.#passed = before
    void this.#workOff(waiting, payload)
  }

  async #workOff(first: Waiting, rendering: Promise<string>): Promise<void> {
    try {
      let next: Waiting | undefined = first
      let payload: Payload = rendering
      while (next) {
        this.#deliver(next, await payload, this.passed())
        this.#passed = next.cursor
        next = this.#line.shift()
        if (next) payload = this.payloadOf(next.notice, next.cursor)
      }
    } catch (error) {
      this.#fail(error)
    }
    // Nothing came between the empty line and here, so the audience is as far as the tip again.
    this.#passed = null
  }

  #lineUp(waiting: Waiting): void {
    this.#line.push(waiting)
    if (this.#line.length <= longestLine) return
    // A selection slower than the log would make the line grow without end. As readers its subscribers
    // set the pace themselves, and still share each rendering.
    for (const subscriber of [...each(this.#live)]) this.#dismiss(subscriber, this.passed())
  }

  #deliver({ notice, cursor }: Waiting, payload: string, before: Cursor): void {
    const wrapped = new Map<Encoding, string>()
    // Leaving while they are walked is safe, and who joins has passed this entry already.
    for (const subscriber of each(this.#live)) {
      if (subscriber.hasPassed(notice, cursor.offset)) continue
      if (subscriber.buffer.hasRoom()) subscriber.send(sharedBy(subscriber.buffer, wrapped, payload, cursor))
      else this.#dismiss(subscriber, before)
    }
  }

  #dismiss(subscriber: Subscriber, passed: Cursor): void {
    this.leave(subscriber)
    // Who joined while the audience was still waiting for an older entry is further than the audience.
    subscriber.fallBehind(laterOf(subscriber.position, passed))
  }

  /** A fault of the gateway: results are missing, so its subscribers may not go on as if they were not. */
  #fail(error: unknown): void {
    this.#parts.logger.error({ err: error }, 'a result could not be made')
    const told = new HeliographError('INTERNAL', 'The result could not be made: subscribe again')
    for (const subscriber of [...each(this.#live)]) subscriber.end(told)
  }
}

/** What all subscribers of one encoding get, made once. */
function sharedBy(
  { encoding }: Subscriber['buffer'],
  wrapped: Map<Encoding, string>,
  payload: string,
  cursor: Cursor,
): string {
  const known = wrapped.get(encoding)
  if (known !== undefined) return known
  const shared = encoding.shared(payload, cursor)
  wrapped.set(encoding, shared)
  return shared
}
