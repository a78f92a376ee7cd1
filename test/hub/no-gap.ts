// Promises 4, 5 and 6 as one property: whatever happens, each subscriber is in the end told exactly what
// the log says it should be: no gap, no duplicate, no disorder.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Cursor, parseCursor } from '../../src/event/position.ts'
import { cursorOf, type Entry } from '../../src/event-log/entry.ts'
import type { EventLog } from '../../src/event-log/event-log.ts'
import type { Feed } from '../../src/hub/feed.ts'
import type { Hub } from '../../src/hub/hub.ts'
import type { Store } from '../../src/store/store.ts'
import { draft, observation } from '../store/conformance/drafts.ts'
import { openStore, range } from '../store/conformance/open-store.ts'
import type { Message } from '../support/controlled-connection.ts'
import type { Engine } from '../support/engine.ts'
import { eventFeed, resourceFeed } from './feeds.ts'
import { type Limits, newHub } from './open-hub.ts'
import { type PlayedClient, type PlayedOperation, playClient } from './played-client.ts'
import { type feeds, type Happening, limits, type Step, socketCount, steps } from './played-steps.ts'

/** Runs on any engine; one store serves all runs, each from its own head on. */
export function describeNoGap(engine: Engine, numRuns: number): void {
  describe(engine.name, () => {
    it('tells every subscriber exactly what the log says, in order, whatever happens', async () => {
      const { store } = await openStore(engine)
      const property = fc.asyncProperty(steps, limits, (played, limited) => play(store, played, limited))
      await fc.assert(property, {
        numRuns,
        timeout: 5_000,
        interruptAfterTimeLimit: 150_000,
        markInterruptAsFailure: true,
      })
    }, 180_000)
  })
}

async function play(store: Store, played: readonly Step[], limited: Limits): Promise<void> {
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => {})
  const gateways = [
    await newHub(store, limited),
    await newHub(store, limited, { log: hearsLater(store.log) }),
  ] as const
  try {
    const clients = range(1, socketCount).map((n) =>
      playClient(gateways[n % 2 === 0 ? 0 : 1], failure.reject),
    )
    const appends = await playSteps(store, gateways, clients, played)
    await Promise.all(appends)
    await Promise.race([failure.promise, finish(store, gateways[0], clients)])
    for (const client of clients) {
      for (const operation of client.operations) await check(store.log, operation, client.told(operation))
    }
  } finally {
    await Promise.all(gateways.map((hub) => hub.close()))
  }
}

/** A gateway that is told of entries some turns after the others. */
function hearsLater(log: EventLog): EventLog {
  return {
    ...log,
    follow: (after, { entries, restarted }) =>
      log.follow(after, { entries: (told) => void turns(6).then(() => entries(told)), restarted }),
  }
}

async function turns(count: number): Promise<void> {
  for (const _ of range(1, count)) await new Promise(setImmediate)
}

async function playSteps(
  store: Store,
  gateways: readonly [Hub, Hub],
  clients: readonly PlayedClient[],
  played: readonly Step[],
): Promise<Promise<unknown>[]> {
  const cursors: Cursor[] = [await store.log.head()]
  const appends: Promise<unknown>[] = []
  const append = async (all: readonly Happening[]) => {
    const receipts = await store.log.append(all.map(draftOf))
    cursors.push(...receipts.map(({ cursor }) => cursor))
  }
  for (const step of played) {
    const client = 'socket' in step ? clients[step.socket] : undefined
    if (step.kind === 'APPEND') appends.push(append(step.all))
    else if (step.kind === 'SETTLE') await Promise.all(appends)
    else if (step.kind === 'TURNS') await turns(step.turns)
    else if (step.kind === 'PACE') client?.setPace(step.pace)
    else if (step.kind === 'BOOKMARK') client?.bookmark()
    else if (step.kind === 'RECONNECT') client?.reconnect(gateways[step.gateway === 0 ? 0 : 1])
    else client?.subscribe(feedOf(step.feed), cursors[Math.floor((step.from ?? 1) * cursors.length)] ?? null)
  }
  return appends
}

/** Once the state is sent, sentinels for every feed end the run; everybody reads until it has its own. */
async function finish(store: Store, hub: Hub, clients: readonly PlayedClient[]): Promise<void> {
  const all = (isEnough: (operation: PlayedOperation, told: readonly Message[]) => boolean) =>
    Promise.all(
      clients.map((client) => client.until((operation) => isEnough(operation, client.told(operation)), hub)),
    )
  for (const client of clients) client.setPace('TAKES')
  await all(({ start }, told) => start !== null || told.some(({ payload }) => payload.type === 'SYNCED'))
  await store.log.append([
    ...['A', 'B'].map((about) => draftOf({ about, state: '' })),
    ...['Busy', 'Ready'].map((state) => observation('Volume/end', { state })),
  ])
  const last = await store.log.readBackwards(null, 4)
  await all(({ feed }, told) => {
    const sentinel = last.find((entry) => feed.select(entry) !== null)?.position.offset
    return told.some(({ payload }) => payload.offset === sentinel)
  })
}

/** Compares what the operation was told with what it should have been, from the log itself. */
async function check(log: EventLog, operation: PlayedOperation, told: readonly Message[]): Promise<void> {
  const { feed, start, resumed } = operation
  const synced = told.findIndex(({ payload }) => payload.type === 'SYNCED')
  const state = told.slice(0, synced + 1)
  const versions = new Map(state.map(({ payload }) => [payload.uid, Number(payload.version)]))
  expect(versions.size).toBe(state.length)
  expect(state.slice(0, -1).filter(({ cursor }) => cursor !== null)).toEqual([])

  const isContained = (uid: unknown, offset: unknown) => (versions.get(uid) ?? 0) >= Number(offset)
  const after = await entriesAfter(log, start ?? parseCursor(told[synced]?.cursor ?? ''))
  const due = after.filter(
    (entry) => feed.select(entry) !== null && !isContained(entry.event.resource?.uid, entry.position.offset),
  )
  // On another connection nobody knows any more what the state contained: there its changes may come.
  const changes = told
    .slice(synced + 1)
    .filter(({ payload: { uid, offset } }) => !(resumed && isContained(uid, offset)))
  expect(changes.map(({ payload }) => payload.offset)).toEqual(due.map(({ position }) => position.offset))
}

async function entriesAfter(log: EventLog, start: Cursor): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let after = start; ; ) {
    const page = await log.read(after, 1000)
    const last = page.at(-1)
    if (!last) return entries
    entries.push(...page)
    after = cursorOf(last)
  }
}

let happened = 0

function draftOf({ about, state }: Happening) {
  if (about.includes('/')) return observation(about, { state })
  const plain = draft(`played-${++happened}`)
  return { ...plain, event: { ...plain.event, type: about } }
}

/** Most results come some turns later, as where the selection reads the store. */
function late(result: string, entry: Entry | null): string | Promise<string> {
  const wait = (entry?.position.offset ?? 0) % 5
  return wait === 0 ? result : turns(wait).then(() => result)
}

function feedOf(name: (typeof feeds)[number]): Feed {
  const slow = { name: 'slow', through: late }
  switch (name) {
    case 'ALL':
      return eventFeed()
    case 'SOME':
      return eventFeed({ types: ['A'] })
    case 'SOME LATE':
      return eventFeed({ types: ['A', 'B'] }, slow)
    case 'STATE':
      return resourceFeed({ kinds: ['Volume'], states: ['Ready'] })
    case 'STATE LATE':
      return resourceFeed({ kinds: ['Volume'] }, slow)
  }
}
