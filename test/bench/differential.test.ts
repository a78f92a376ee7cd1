import { describe, expect, test } from 'vitest'
import { comparable, heliograph, rawWs, yoga } from '../../bench/contenders.ts'
import { checkAgreement } from '../../bench/differential.ts'

describe('the contenders of the bench', () => {
  test('tell the same of the same operations and events, byte for byte', { timeout: 120_000 }, async () => {
    await checkAgreement(comparable)
  })

  test('are told apart where one tells something else', { timeout: 60_000 }, async () => {
    const liar = { ...yoga, name: 'a liar', start: rawWs.start }
    await expect(checkAgreement([heliograph, liar])).rejects.toThrow(/a liar tells .* where others tell /)
  })
})
