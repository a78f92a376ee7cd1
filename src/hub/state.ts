// The initial state: the position was noted first, then the resources are sent in pages, then SYNCED.
// Every change after the position follows, but for those a sent resource already contains.

import type { Cursor } from '../event/position.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourcePage, ResourceQuery, Resources } from '../resource/resources.ts'
import type { Audience } from './audience.ts'
import type { Notice } from './feed.ts'
import { askPatiently } from './patience.ts'
import { SentState } from './sent-state.ts'
import type { Subscriber } from './subscriber.ts'
import type { Turns } from './turns.ts'

const pageResources = 200

export type StateParts = {
  readonly resources: Pick<Resources, 'list'>
  readonly turns: Turns
  readonly reserveBytes: number
  readonly stopped: AbortSignal
}

/** Sends the state, then SYNCED at the subscriber's position; returns early once it is closed. */
export async function sendState(
  subscriber: Subscriber,
  audience: Audience,
  query: ResourceQuery,
  parts: StateParts,
): Promise<void> {
  const noted = subscriber.position
  const sent = new SentState(noted.offset)
  for await (const resource of resourcesOf(query, subscriber, parts)) {
    const notice: Notice = { kind: 'CHANGE', type: 'ADDED', resource, entry: null }
    await sendNotice(notice, null, subscriber, audience, parts)
    sent.add(resource)
  }
  await sendNotice({ kind: 'SYNCED', cursor: noted }, noted, subscriber, audience, parts)
  subscriber.hasBeenSent(sent)
}

async function* resourcesOf(
  query: ResourceQuery,
  subscriber: Subscriber,
  { resources, turns, stopped }: StateParts,
): AsyncGenerator<Resource> {
  let after: string | null = null
  let page: ResourcePage | null
  do {
    const list = () => resources.list(query, { first: pageResources, after })
    page = await askPatiently(list, () => subscriber.open, stopped)
    await turns.next()
    if (page) yield* page.resources
    after = page?.endCursor ?? null
  } while (page?.hasNextPage && subscriber.open)
}

/** Renders and frames one notice as soon as the socket has room for it. */
async function sendNotice(
  notice: Notice,
  cursor: Cursor | null,
  subscriber: Subscriber,
  audience: Audience,
  { reserveBytes }: StateParts,
): Promise<void> {
  if (!subscriber.open) return
  const payload = await audience.render(notice)
  const { buffer } = subscriber
  while (subscriber.open && !buffer.hasRoom(reserveBytes)) await buffer.untilDrained()
  if (subscriber.open) subscriber.send(buffer.encoding.shared(payload, cursor))
}
