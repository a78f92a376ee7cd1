// What the store promises of counts under keys and of owners' tokens, for every engine.

import { describe, expect, it, vi } from 'vitest'
import type { Engine } from '../../support/engine.ts'
import { openStore, range } from './open-store.ts'

const hourMs = 3_600_000

/** Declares the tests of an engine's allowances and owners. */
export function describeAllowances(engine: Engine): void {
  describe(`the allowances of ${engine.name}`, () => {
    it('of many at once as many as the limit are allowed, each key for itself', async () => {
      const { webhooks } = (await openStore(engine)).store
      const asked = range(1, 40).map((n) => webhooks.allow(n % 2 ? 'a' : 'b', n % 2 ? 3 : 5, hourMs))
      const allowed = (await Promise.all(asked)).map((isAllowed, index) => isAllowed && index % 2)
      expect(allowed.filter((parity) => parity === 0)).toHaveLength(3)
      expect(allowed.filter((parity) => parity === 1)).toHaveLength(5)
      expect(await webhooks.allow('c', 0, hourMs)).toBe(false)
      expect(await webhooks.allow('c', 1, hourMs)).toBe(true)
      expect(await webhooks.allow('a', 4, hourMs)).toBe(true)
      expect(await webhooks.allow('a', 4, hourMs)).toBe(false)
    })

    it('a count counts no more after the window, and what was refused never did', async () => {
      const { webhooks } = (await openStore(engine)).store
      const windowMs = 250
      const allowed: { readonly asked: number; readonly told: number }[] = []
      await vi.waitFor(
        async () => {
          const asked = performance.now()
          if (await webhooks.allow('a', 2, windowMs)) allowed.push({ asked, told: performance.now() })
          expect(allowed.length).toBeGreaterThanOrEqual(6)
        },
        { timeout: 20_000, interval: 5 },
      )
      // Of any three the last came after the first's window; the store counts whole milliseconds.
      for (const [index, { asked }] of allowed.entries()) {
        const third = allowed[index + 2]
        if (third !== undefined) expect(third.told - asked).toBeGreaterThan(windowMs - 2)
      }
    })

    it('trimming leaves counts that count', async () => {
      const { store } = await openStore(engine)
      await store.webhooks.allow('a', 1, hourMs)
      await store.trim()
      expect(await store.webhooks.allow('a', 1, hourMs)).toBe(false)
    })
  })

  describe(`the owners in ${engine.name}`, () => {
    it("an owner's newest token counts, in whatever order they are noted", async () => {
      const { webhooks } = (await openStore(engine)).store
      const seen = (second: number, accounts: readonly string[] | null) => ({
        accounts,
        seenAt: `2026-05-14T10:00:0${second}.000Z`,
      })
      expect(await webhooks.seenOwner('jwt:carol')).toBeNull()
      await webhooks.sawOwner('jwt:carol', seen(2, ['a b', 'c']))
      expect(await webhooks.seenOwner('jwt:carol')).toEqual(seen(2, ['a b', 'c']))
      await webhooks.sawOwner('jwt:carol', seen(1, ['older']))
      expect(await webhooks.seenOwner('jwt:carol')).toEqual(seen(2, ['a b', 'c']))
      await webhooks.sawOwner('jwt:carol', seen(3, null))
      expect(await webhooks.seenOwner('jwt:carol')).toEqual(seen(3, null))
      expect(await webhooks.seenOwner('jwt:dave')).toBeNull()
    })
  })
}
