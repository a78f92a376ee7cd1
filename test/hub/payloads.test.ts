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

it('keeps the renderings of an entry apart by audience, whichever came first', async () => {
  const payloads = new Payloads(100_000)
  const late = Promise.resolve('late')
  for (const audience of ['a', 'b', 'c']) payloads.put(1, audience, `1 ${audience}`)
  payloads.put(2, 'b', late)
  payloads.put(2, 'a', '2 a')
  payloads.settle(2, 'b', late, null)
  payloads.put(1, 'c', 'again')
  const kept = [1, 2].map((offset) => ['a', 'b', 'c'].map((audience) => payloads.get(offset, audience)))
  expect(kept).toEqual([
    ['1 a', '1 b', 'again'],
    ['2 a', undefined, undefined],
  ])
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
