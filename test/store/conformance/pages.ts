// Pages: each resource that stays is in exactly one, whatever changes while they are read.

import { describe, expect, it } from 'vitest'
import { resourceId } from '../../../src/event/event.ts'
import { seesAccounts, seesAll } from '../../../src/event/visibility.ts'
import type { Resource } from '../../../src/resource/resource.ts'
import type { ResourceQuery } from '../../../src/resource/resources.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Engine } from '../../support/engine.ts'
import { deletion, observation } from './drafts.ts'
import { openStore, range } from './open-store.ts'

const everything: ResourceQuery = { filter: {}, visibility: seesAll }

/** Reads all pages, calling `between` after each. */
async function readPages(store: Store, query: ResourceQuery, first: number, between = async () => {}) {
  const pages: (readonly Resource[])[] = []
  for (let after: string | null = null; ; ) {
    const page = await store.resources.list(query, { first, after })
    pages.push(page.resources)
    if (!page.hasNextPage) return pages
    // A page that does not advance would be read for ever.
    expect(page.endCursor).not.toBe(after)
    after = page.endCursor
    await between()
  }
}

function padded(n: number): string {
  return String(n).padStart(3, '0')
}

export function describePages(engine: Engine): void {
  describe('pages', () => {
    it('hold as many as asked, in one order, each once', async () => {
      const { store } = await openStore(engine)
      const ids = ['Host', 'Volume'].flatMap((kind) => range(1, 12).map((n) => `${kind}/${padded(n)}`))
      await store.log.append(ids.toReversed().map((id) => observation(id)))
      const pages = await readPages(store, everything, 7)
      expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 3])
      expect(pages.flat().map(resourceId)).toEqual(ids)
    })

    it('end where the matches do: a full last page has no next one', async () => {
      const { store } = await openStore(engine)
      await store.log.append(
        range(1, 6).map((n) => observation(`Volume/${n}`, { owner: n > 4 ? 'bob' : 'alice' })),
      )
      expect(await readPages(store, everything, 3)).toHaveLength(2)
      expect(await readPages(store, { ...everything, visibility: seesAccounts(['alice']) }, 4)).toHaveLength(
        1,
      )
      expect(await readPages(store, { ...everything, filter: { accounts: ['alice'] } }, 2)).toHaveLength(2)
    })

    it('of every kind of question are complete', async () => {
      const { store } = await openStore(engine)
      const owners = ['alice', 'bob', 'carol']
      await store.log.append(
        range(1, 60).map((n) =>
          observation(`${n % 2 ? 'Volume' : 'Snapshot'}/${padded(n)}`, {
            owner: owners[n % 3] ?? 'alice',
            name: `name ${n % 4}`,
            attributes: n % 2 ? { virtualmachineid: 'm1' } : {},
          }),
        ),
      )
      const questions: [ResourceQuery, number][] = [
        [everything, 60],
        [{ ...everything, filter: { kinds: ['Volume'] } }, 30],
        [{ ...everything, filter: { kinds: ['Volume', 'Snapshot'] } }, 60],
        [{ ...everything, filter: { accounts: ['alice', 'bob'] } }, 40],
        [{ ...everything, filter: { names: ['name 0', 'name 1', 'name 2'] } }, 45],
        [{ ...everything, filter: { ids: range(1, 20).map(padded) } }, 20],
        [{ ...everything, linkedBy: { attribute: 'virtualmachineid', uid: 'm1' } }, 30],
        [{ ...everything, visibility: seesAccounts(['alice', 'carol']) }, 40],
      ]
      for (const [query, count] of questions) {
        const ids = (await readPages(store, query, 7)).flat().map(resourceId)
        expect([query, new Set(ids).size, ids.length]).toEqual([query, count, count])
      }
    })

    it('hold each resource that stays exactly once while others come, change and go', async () => {
      const { store } = await openStore(engine)
      const stayers = range(1, 40).map((n) => `Volume/${padded(n * 10)}`)
      const goers = range(1, 40).map((n) => `Volume/${padded(n * 10 + 5)}`)
      await store.log.append([...stayers, ...goers].map((id) => observation(id, { state: 'Ready' })))
      let round = 0
      const pages = await readPages(store, everything, 9, async () => {
        round += 1
        const changed = stayers.map((id) =>
          observation(id, { state: `State ${round}`, name: `name ${round}` }),
        )
        const gone = goers.slice((round - 1) * 5, round * 5).map(deletion)
        const come = range(1, 5).map((n) => observation(`Volume/${padded(n * 77)}-${round}`))
        await store.log.append([...changed, ...gone, ...come])
      })
      const ids = pages.flat().map(resourceId)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.filter((id) => stayers.includes(id))).toEqual(stayers)
    })

    it('hold a virtual machine that turns out to be a router exactly once', async () => {
      const { store } = await openStore(engine)
      const uids = range(1, 20).map(padded)
      await store.log.append(uids.map((uid) => observation(`VirtualMachine/${uid}`)))
      let turned = false
      const pages = await readPages(store, everything, 6, async () => {
        if (turned) return
        turned = true
        await store.log.append(uids.map((uid) => observation(`Router/${uid}`)))
      })
      const found = pages.flat().map(({ uid }) => uid)
      expect(found.toSorted()).toEqual(uids)
    })

    it('go on after a resource that is gone meanwhile', async () => {
      const { store } = await openStore(engine, { maxEntries: 1 })
      await store.log.append(range(1, 9).map((n) => observation(`Volume/${n}`)))
      const first = await store.resources.list(everything, { first: 3, after: null })
      await store.log.append([deletion('Volume/3'), observation('Volume/9', { name: 'nine' })])
      await store.trim()
      const second = await store.resources.list(everything, { first: 3, after: first.endCursor })
      expect(second.resources.map(({ uid }) => uid)).toEqual(['4', '5', '6'])
    })

    it('a cursor that is none of a page is refused by name', async () => {
      const { store } = await openStore(engine)
      await store.log.append([observation('Volume/v1')])
      const { endCursor } = await store.resources.list(everything, { first: 1, after: null })
      const foreign = [
        '',
        'nonsense',
        'Volume/v1',
        `${endCursor}x`,
        Buffer.from('Volume\0v1').toString('base64'),
      ]
      for (const after of foreign) {
        const page = store.resources.list(everything, { first: 1, after })
        await expect(page).rejects.toMatchObject({ code: 'BAD_CURSOR', field: 'after' })
      }
    })

    it('with a rare match among 60,000 resources come to an end and find it', async () => {
      const { store } = await openStore(engine)
      for (const batch of range(0, 59)) {
        await store.log.append(
          range(1, 1000).map((n) => observation(`Volume/${batch * 1000 + n}`, { zone: 'z1' })),
        )
      }
      await store.log.append([observation('Volume/99999', { zone: 'z2', state: 'Rare' })])
      const query = { ...everything, filter: { zones: ['z2'], states: ['Rare'] } }
      const pages = await readPages(store, query, 10)
      expect(pages.flat().map(resourceId)).toEqual(['Volume/99999'])
    }, 120_000)
  })
}
