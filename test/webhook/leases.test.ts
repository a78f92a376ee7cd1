// Leases on a real store, of a holder whose further claims do not get through.

import { expect, it, onTestFinished, vi } from 'vitest'
import { createLogger } from '../../src/observe/logger.ts'
import { createLeases } from '../../src/webhook/leases.ts'
import { shards } from '../../src/webhook/webhooks.ts'
import { engines } from '../support/store.ts'

it.each(engines)('no attempt starts in the last 2 s of a lease, on $name', async (engine) => {
  const opened = await engine.open()
  onTestFinished(() => opened.stop())
  const { webhooks } = opened.store
  let claims = 0
  const leases = createLeases({
    webhooks: {
      claim: (...given) =>
        ++claims === 1 ? webhooks.claim(...given) : Promise.reject(new Error('cut off from the store')),
      release: webhooks.release,
    },
    holder: 'cut-off',
    ttlMs: 4_000,
    claimed: () => {},
    drain: async () => {},
    logger: createLogger('silent'),
  })
  onTestFinished(() => leases.close())
  expect(leases.mayStart()).toBe(false)
  await leases.open()
  expect(leases.held.size).toBe(shards)
  expect(leases.mayStart()).toBe(true)
  await vi.waitFor(() => expect(leases.mayStart()).toBe(false), { timeout: 10_000, interval: 5 })
  // Nobody else can have them yet.
  expect((await webhooks.claim('successor', 60_000)).leases).toEqual([])
  await vi.waitFor(
    async () => expect((await webhooks.claim('successor', 60_000)).leases.length).toBeGreaterThan(0),
    { timeout: 10_000, interval: 100 },
  )
})
