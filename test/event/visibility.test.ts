import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sees, seesAccounts, seesAll, visibilityKey } from '../../src/event/visibility.ts'

const accounts = fc.array(fc.string(), { maxLength: 4 })

test('whoever sees all sees what has an owner and what has none', () => {
  expect(sees(seesAll, { owner: 'ann' })).toBe(true)
  expect(sees(seesAll, { owner: null })).toBe(true)
})

test('a tenant sees what its accounts own and nothing else', () => {
  fc.assert(
    fc.property(accounts, fc.string(), (mine, owner) => {
      expect(sees(seesAccounts(mine), { owner })).toBe(mine.includes(owner))
    }),
  )
})

test('a tenant never sees what nobody owns', () => {
  fc.assert(fc.property(accounts, (mine) => !sees(seesAccounts(mine), { owner: null })))
})

test('keys are equal exactly for equal rights, in whatever order and however often the accounts came', () => {
  fc.assert(
    fc.property(accounts, accounts, (a, b) => {
      const equal = new Set(a).symmetricDifference(new Set(b)).size === 0
      expect(visibilityKey(seesAccounts(a)) === visibilityKey(seesAccounts(b))).toBe(equal)
      expect(visibilityKey(seesAccounts([...a, ...a].reverse()))).toBe(visibilityKey(seesAccounts(a)))
      expect(visibilityKey(seesAccounts(a))).not.toBe(visibilityKey(seesAll))
    }),
  )
})
