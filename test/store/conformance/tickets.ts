// What the store of stream tickets promises, for every engine.

import { describe, expect, it } from 'vitest'
import type { NewTicket, TicketStore } from '../../../src/auth/tickets.ts'
import type { Engine } from '../../support/engine.ts'
import { openStore, range } from './open-store.ts'

const dayMs = 86_400_000
const start = Date.now()
const roomy = { most: 100, idleMs: 30 * dayMs }
const unknown = { kind: 'UNKNOWN' }
const otherOperation = { kind: 'OTHER_OPERATION' }

function ticket(hash: string, changes: Partial<NewTicket> = {}): NewTicket {
  return {
    hash,
    holder: 'alice',
    reference: `{"of":"${hash}"}`,
    firstUseUntilMs: start + 60_000,
    endsAtMs: null,
    ...changes,
  }
}

const bound = (hash: string) => ({ kind: 'BOUND', reference: `{"of":"${hash}"}` })

/** The calls at so many milliseconds after the start. */
function at(tickets: TicketStore, ms: number) {
  const nowMs = start + ms
  return {
    put: (hash: string, changes: Partial<NewTicket> = {}, most = 100) =>
      tickets.put(ticket(hash, changes), { nowMs, most }),
    use: (hash: string, operation = 'one', limits = {}) =>
      tickets.bind({ hash, operation }, { ...roomy, ...limits, nowMs }),
  }
}

/** Declares the tests of an engine's tickets. */
export function describeTickets(engine: Engine): void {
  describe(`the tickets of ${engine.name}`, () => {
    it('a ticket is bound by its first use, and good for that operation alone from then on', async () => {
      const { store } = await openStore(engine)
      const now = at(store.tickets, 0)
      expect(await now.put('a')).toBe(true)
      expect(await now.use('a', 'one')).toEqual(bound('a'))
      expect(await now.use('a', 'other')).toEqual(otherOperation)
      expect(await now.use('a', 'one')).toEqual(bound('a'))
      expect(await now.use('b', 'one')).toEqual(unknown)
    })

    it('of many first uses at once one binds, and the others must be the same', async () => {
      const { store } = await openStore(engine)
      const now = at(store.tickets, 0)
      await now.put('a')
      const uses = await Promise.all(range(1, 20).map((n) => now.use('a', `operation ${n % 4}`)))
      expect(uses.filter(({ kind }) => kind === 'BOUND')).toHaveLength(5)
      expect(uses.filter(({ kind }) => kind === 'OTHER_OPERATION')).toHaveLength(15)
    })

    it('a ticket that is not used in time is unknown', async () => {
      const { store } = await openStore(engine)
      await at(store.tickets, 0).put('late')
      await at(store.tickets, 0).put('in time')
      expect(await at(store.tickets, 59_999).use('in time')).toEqual(bound('in time'))
      expect(await at(store.tickets, 60_000).use('late')).toEqual(unknown)
    })

    it('a ticket in use lasts from use to use, and is unknown after idleMs without any', async () => {
      const { store } = await openStore(engine)
      await at(store.tickets, 0).put('a')
      for (const day of [0, 29, 58]) expect(await at(store.tickets, day * dayMs).use('a')).toEqual(bound('a'))
      expect(await at(store.tickets, 88 * dayMs).use('a')).toEqual(unknown)
    })

    it('no ticket outlasts its credential', async () => {
      const { store } = await openStore(engine)
      await at(store.tickets, 0).put('a', { endsAtMs: start + dayMs })
      expect(await at(store.tickets, 1).use('a')).toEqual(bound('a'))
      expect(await at(store.tickets, dayMs - 1).use('a')).toEqual(bound('a'))
      expect(await at(store.tickets, dayMs).use('a')).toEqual(unknown)
    })

    it('tickets outlive a reopening, used and unused ones', async () => {
      const opened = await openStore(engine)
      await at(opened.store.tickets, 0).put('unused')
      await at(opened.store.tickets, 0).put('used')
      await at(opened.store.tickets, 0).use('used', 'one')
      const again = at((await opened.reopen()).tickets, 1)
      expect(await again.use('unused', 'other')).toEqual(bound('unused'))
      expect(await again.use('used', 'other')).toEqual(otherOperation)
      expect(await again.use('used', 'one')).toEqual(bound('used'))
    })

    it('no more unused tickets than allowed are kept for a holder, until they are used or too late', async () => {
      const { store } = await openStore(engine)
      const now = at(store.tickets, 0)
      const put = await Promise.all(range(1, 5).map((n) => now.put(`a${n}`, {}, 3)))
      expect(put.filter(Boolean)).toHaveLength(3)
      expect(await now.put('b', { holder: 'bob' }, 3)).toBe(true)
      const kept = put.findIndex(Boolean) + 1
      await now.use(`a${kept}`)
      expect(await now.put('c', {}, 3)).toBe(true)
      expect(await now.put('d', {}, 3)).toBe(false)
      expect(await at(store.tickets, 60_000).put('e', { firstUseUntilMs: start + 120_000 }, 3)).toBe(true)
    })

    it('beyond the most in use those of the holder that were used longest ago give way', async () => {
      const { store } = await openStore(engine)
      for (const n of range(1, 4)) {
        await at(store.tickets, 0).put(`a${n}`)
        await at(store.tickets, n).use(`a${n}`, 'one', { most: 3 })
      }
      await at(store.tickets, 0).put('b', { holder: 'bob' })
      await at(store.tickets, 5).use('b', 'one', { most: 3 })
      const later = at(store.tickets, 6)
      expect(await later.use('a1')).toEqual(unknown)
      for (const hash of ['a2', 'a3', 'a4', 'b']) expect(await later.use(hash)).toEqual(bound(hash))
    })

    it('the most in use are counted anew after a reopening and after trimming', async () => {
      const opened = await openStore(engine)
      for (const n of range(1, 6)) {
        const tickets = n === 3 ? (await opened.reopen()).tickets : opened.store.tickets
        if (n === 5) await opened.store.trim()
        await at(tickets, 0).put(`a${n}`, { firstUseUntilMs: start + dayMs })
        await at(tickets, n).use(`a${n}`, 'one', { most: 3 })
      }
      const later = at(opened.store.tickets, 7)
      for (const n of [1, 2, 3]) expect(await later.use(`a${n}`)).toEqual(unknown)
      for (const n of [4, 5, 6]) expect(await later.use(`a${n}`)).toEqual(bound(`a${n}`))
    })

    it('a use that is refused binds nothing and moves nothing', async () => {
      const { store } = await openStore(engine)
      await at(store.tickets, 0).put('a')
      await at(store.tickets, 0).use('a', 'one')
      expect(await at(store.tickets, 29 * dayMs).use('a', 'other')).toEqual(otherOperation)
      expect(await at(store.tickets, 30 * dayMs).use('a', 'one')).toEqual(unknown)
    })

    it('trimming leaves tickets that count', async () => {
      const { store } = await openStore(engine)
      // Trimming looks at the clock, and this may come late.
      await at(store.tickets, 0).put('unused', { firstUseUntilMs: start + dayMs })
      await at(store.tickets, 0).put('used')
      await at(store.tickets, 0).use('used')
      await store.trim()
      expect(await at(store.tickets, 1).use('unused')).toEqual(bound('unused'))
      expect(await at(store.tickets, 1).use('used')).toEqual(bound('used'))
    })
  })
}
