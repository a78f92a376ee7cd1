// What a reader that stops costs, measured after a collection.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { drafts } from '../store/conformance/drafts.ts'
import { openStore } from '../store/conformance/open-store.ts'
import { sqliteEngine } from '../support/store.ts'
import { eventFeed } from './feeds.ts'
import { startHub } from './open-hub.ts'

const missed = 100_000
const mebibyte = 1024 * 1024

function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}

it('lets a reader stop for 100,000 events at under 10 MB, and gives it every one when it reads again', async () => {
  const { store } = await openStore(sqliteEngine)
  const { hub, connect } = await startHub(store)
  // The ring is the gateway's own and full in any case: what the reader costs is what comes on top.
  const ring = 10_000
  await append(1, ring)
  const { reader, subscribe } = connect('STOPS')
  const operation = await subscribe(eventFeed())
  const before = heapBytes()
  await append(ring + 1, ring + missed)
  const queued = reader.connection.unsentBytes()
  expect(heapBytes() - before + queued).toBeLessThan(10 * mebibyte)
  reader.setPace('TAKES')
  await reader.until(() => reader.messages.length === missed)
  const offsets = operation.messages().map(({ payload }) => payload.offset)
  expect(offsets.every((offset, i) => offset === ring + i + 1)).toBe(true)

  async function append(first: number, last: number): Promise<void> {
    for (let n = first; n <= last; n += 2500) await store.log.append(drafts(n, Math.min(n + 2499, last)))
    // The follower hears of a commit before or soon after its append resolves.
    while (hub.tip().offset < last) await new Promise(setImmediate)
  }
}, 120_000)
