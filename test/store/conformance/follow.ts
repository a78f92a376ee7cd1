// Followers miss none and double none, whatever cursor they bring and whatever is logged meanwhile.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cursor } from '../../../src/event/position.ts'
import type { EventLog } from '../../../src/event-log/event-log.ts'
import type { Engine } from '../../support/engine.ts'
import { deletion, draft, drafts, observation } from './drafts.ts'
import { offsetsOf, openStore, type Reader, range, startReader, valuesOf } from './open-store.ts'

export function describeFollow(engine: Engine): void {
  describe('following', () => {
    it('tells every new entry, in order, across calls', async () => {
      const { store } = await openStore(engine)
      await store.log.append(drafts(1, 3))
      const reader = await startReader(store.log, await store.log.head())
      await Promise.all(range(4, 20).map((n) => store.log.append([draft(n)])))
      await reader.reached(20)
      expect(offsetsOf(reader.entries)).toEqual(range(4, 20))
    })

    it('tells what was logged before, from an old cursor, page after page', async () => {
      const { store } = await openStore(engine)
      const start = await store.log.head()
      await store.log.append(drafts(1, 2500))
      const reader = await startReader(store.log, start)
      await reader.reached(2500)
      await store.log.append([draft(2501)])
      await reader.reached(2501)
      expect(offsetsOf(reader.entries)).toEqual(range(1, 2501))
    })

    it('tells exactly the entries that are read', async () => {
      const { store } = await openStore(engine)
      const start = await store.log.head()
      const reader = await startReader(store.log, start)
      const states = ['Running', 'Stopped', 'Running']
      await store.log.append([
        draft(1),
        ...states.map((state) => observation('Volume/v1', { state, name: 'é "quoted"', owner: 'account-1' })),
        deletion('Volume/v1'),
      ])
      await reader.reached(5)
      const read = valuesOf(await store.log.read(start, 10))
      expect(JSON.parse(JSON.stringify(valuesOf(reader.entries)))).toEqual(read)
    })

    it('tells nothing any more once it is closed, and the others all', async () => {
      const { store } = await openStore(engine)
      const [stopped, other] = [
        await startReader(store.log, await store.log.head()),
        await startReader(store.log, await store.log.head()),
      ]
      await store.log.append([draft(1)])
      await stopped.reached(1)
      await stopped.close()
      await store.log.append([draft(2)])
      await other.reached(2)
      expect(offsetsOf(stopped.entries)).toEqual([1])
    })

    it('joins the live entries from any cursor without a gap or a double', async () => {
      const { store } = await openStore(engine)
      const run = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) =>
        play(store.log, steps),
      )
      await fc.assert(run, { numRuns: 40 })
    })
  })
}

/** Append some drafts, let a turn pass, or follow from one of the cursors known so far. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('APPEND' as const), size: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('AWAIT' as const) }),
  fc.record({ kind: fc.constant('FOLLOW' as const), from: fc.nat() }),
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
type Following = { readonly after: number; readonly reader: Promise<Reader> }

let told = 0

/** Plays the steps without waiting for any, save by AWAIT; a last entry closes the run. */
async function play(log: EventLog, steps: readonly Step[]): Promise<void> {
  const cursors: Cursor[] = [await log.head()]
  const followings: Following[] = []
  let appending: Promise<void> = Promise.resolve()
  for (const step of steps) {
    if (step.kind === 'AWAIT') await appending
    if (step.kind === 'APPEND') appending = appendSome(log, step.size, cursors)
    if (step.kind === 'FOLLOW') {
      const after = cursors[step.from % cursors.length]
      if (after) followings.push({ after: after.offset, reader: startReader(log, after) })
    }
  }
  await appending
  const [sentinel] = await log.append([draft(`sentinel-${++told}`)])
  const last = sentinel?.cursor.offset ?? 0
  for (const { after, reader } of followings) {
    const { entries, reached, close } = await reader
    await reached(last)
    await close()
    expect(offsetsOf(entries)).toEqual(range(after + 1, last))
  }
}

async function appendSome(log: EventLog, size: number, cursors: Cursor[]): Promise<void> {
  const receipts = await log.append(range(1, size).map(() => draft(`some-${++told}`)))
  cursors.push(...receipts.map(({ cursor }) => cursor))
}
