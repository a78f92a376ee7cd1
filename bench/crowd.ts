// A server with all its subscribers, and somebody who posts events: what most workloads measure.

import type { Contender, Server } from './contenders.ts'
import { openPoster, type Poster } from './load/poster.ts'
import type { Subscribers, SubscribersOptions } from './load/subscribers.ts'
import { untilRest } from './measure.ts'

export type Crowd = {
  readonly server: Server
  readonly subscribers: Subscribers
  readonly poster: Poster
  close(): Promise<void>
}

export type CrowdOptions = SubscribersOptions & {
  /** Over which events are posted. */
  readonly connections: number
  readonly nodeFlags: readonly string[]
}

/** Resolves when every subscription has begun. */
export async function gatherCrowd(contender: Contender, options: CrowdOptions): Promise<Crowd> {
  const made = new AsyncDisposableStack()
  try {
    const server = await contender.start(options.nodeFlags)
    made.defer(server.stop)
    const subscribers = await contender.subscribe(server.url, options)
    made.defer(subscribers.close)
    const poster = await openPoster(server.url, options.connections)
    made.defer(poster.close)
    await untilRest(server.pid)
    return { server, subscribers, poster, close: () => made.disposeAsync() }
  } catch (error) {
    await made.disposeAsync()
    throw error
  }
}

/** Calls `work` again and again for so long, and at least so often. @returns how often */
export async function repeatFor(ms: number, atLeast: number, work: () => Promise<void>): Promise<number> {
  const end = performance.now() + ms
  let times = 0
  for (; times < atLeast || performance.now() < end; times++) await work()
  return times
}
