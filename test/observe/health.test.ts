import { expect, test } from 'vitest'
import { createHealth } from '../../src/observe/health.ts'

test('it is ready when every check is, and names how each stands', () => {
  const health = createHealth({
    gateway: () => ({ ready: true, detail: 'running' }),
    store: () => ({ ready: true, detail: 'open' }),
  })
  expect(health.ready()).toEqual({ ready: true, checks: { gateway: 'running', store: 'open' } })
})

test('one check that fails makes it unready, and it stays live', () => {
  let reachable = true
  const health = createHealth({
    store: () => ({ ready: reachable, detail: reachable ? 'open' : 'unreachable' }),
  })
  expect(health.ready().ready).toBe(true)
  reachable = false
  expect(health.ready()).toEqual({ ready: false, checks: { store: 'unreachable' } })
  expect(health.live()).toEqual({ live: true })
})
