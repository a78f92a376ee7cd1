import { expect, it } from 'vitest'
import { Payloads } from '../../src/hub/payloads.ts'
import { range } from '../store/conformance/open-store.ts'

it('keeps the newest renderings within its bytes, and drops the oldest', () => {
  const payloads = new Payloads(100_000)
  for (const offset of range(1, 200)) payloads.put(offset, 'audience', 'x'.repeat(1000))
  const kept = range(1, 200).filter((offset) => payloads.get(offset, 'audience') !== undefined)
  expect(kept).toEqual(range(201 - kept.length, 200))
  expect(kept.length).toBeGreaterThan(55)
  expect(kept.length).toBeLessThan(75)
})

it('gives a promised payload to all who ask meanwhile, and renders again where it failed', async () => {
  const payloads = new Payloads(100_000)
  const [kept, refused] = [Promise.resolve('one'), Promise.resolve('two')]
  payloads.put(1, 'audience', kept)
  payloads.put(2, 'audience', refused)
  expect(payloads.get(1, 'audience')).toBe(kept)
  payloads.settle(1, 'audience', kept, 'one')
  payloads.settle(2, 'audience', refused, null)
  expect([payloads.get(1, 'audience'), payloads.get(2, 'audience')]).toEqual(['one', undefined])
})

it('takes no late rendering from before the log began anew', () => {
  const payloads = new Payloads(100_000)
  const promised = Promise.resolve('of the old log')
  payloads.put(1, 'audience', promised)
  payloads.clear()
  payloads.put(1, 'audience', 'of the new log')
  payloads.settle(1, 'audience', promised, 'of the old log')
  expect(payloads.get(1, 'audience')).toBe('of the new log')
})
