// Texts as they go on the air: nothing is lost, nothing is too long, no character is cut.

import fc from 'fast-check'
import smpp from 'smpp'
import { describe, expect, test } from 'vitest'
import { encodeGsm7, spellInGsm7 } from '../../src/channel/gsm7.ts'
import { encodeSms, mostParts, splitUnits, ucs2MostRoom } from '../../src/channel/sms-parts.ts'

const { ASCII, UCS2 } = smpp.encodings
const alphabet = [...Array(128).keys()]
  .filter((code) => code !== 0x1b)
  .map((code) => ASCII.decode(Buffer.from([code])))
const extension = [...'^{}\\[~]|€']
const gsmText = fc.string({ unit: fc.constantFrom(...alphabet, ...extension), maxLength: 200 })
const anyText = fc.string({ unit: 'binary', maxLength: 300 })

describe('GSM-7', () => {
  test('is written as the package reads it, characters of the extension table as two', () => {
    fc.assert(
      fc.property(gsmText, (text) => {
        const octets = encodeGsm7(text)
        const doubled = [...text].filter((char) => extension.includes(char)).length
        expect(octets?.length).toBe([...text].length + doubled)
        expect(ASCII.decode(octets ?? Buffer.of())).toBe(text)
      }),
    )
  })

  test('has no other characters', () => {
    for (const char of ['→', 'ç', 'á', '虚', '🚀', '\u001b', '`']) expect(encodeGsm7(char), char).toBe(null)
  })

  test.each([
    ['Łódź → “x” – naïve…', 'Lodz -> "x" - naive...'],
    ['Größe §5 €', 'Größe §5 €'],
    ['虚拟机', null],
    ['ok 🚀', null],
  ])('%s is spelt %s', (text, spelt) => {
    expect(spellInGsm7(text)).toBe(spelt)
  })
})

describe('a text', () => {
  test('of 160 characters of GSM-7 is one message', () => {
    expect(encodeSms('a'.repeat(160), 1)).toEqual([
      { dataCoding: 0, hasHeader: false, octets: Buffer.from('a'.repeat(160)) },
    ])
    expect(encodeSms('{'.repeat(80), 1)).toHaveLength(1)
    expect(encodeSms('{'.repeat(81), 1).every(({ dataCoding }) => dataCoding === 8)).toBe(true)
  })

  test('of other characters is one message up to 70 units, and parts of 67 beyond', () => {
    expect(encodeSms('虚'.repeat(70), 1)).toEqual([
      { dataCoding: 8, hasHeader: false, octets: UCS2.encode('虚'.repeat(70)) },
    ])
    const parts = encodeSms('虚'.repeat(71), 7)
    expect(parts.map(({ octets }) => [...octets.subarray(0, 6)])).toEqual([
      [5, 0, 3, 7, 2, 1],
      [5, 0, 3, 7, 2, 2],
    ])
    expect(parts.map(({ octets }) => octets.length)).toEqual([140, 14])
  })

  test('is joined by its parts, of which none is too long or cuts a surrogate pair', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const pieces = splitUnits(text)
        expect(pieces.join('')).toBe(text)
        const room = pieces.length === 1 ? 70 : 67
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(room)
          expect(piece.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  test('arrives as it was, in messages of at most 140 octets', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 255 }), (text, reference) => {
        const parts = encodeSms(text, reference)
        const texts = parts.map(({ dataCoding, hasHeader, octets }) => {
          if (dataCoding === 0) return ASCII.decode(octets)
          expect(octets.length).toBeLessThanOrEqual(140)
          return UCS2.decode(octets.subarray(hasHeader ? 6 : 0))
        })
        expect(texts.join('')).toBe(text)
      }),
    )
  })

  test('of the most units that are ever written is of three parts, whatever pairs are in it', () => {
    const long = fc.string({ unit: 'binary', minLength: ucs2MostRoom }).map((text) => {
      const cut = text.slice(0, ucs2MostRoom)
      return cut.isWellFormed() ? cut : cut.slice(0, -1)
    })
    fc.assert(
      fc.property(long, (text) => {
        expect(splitUnits(text).length).toBeLessThanOrEqual(mostParts)
      }),
    )
    expect(splitUnits('🚀'.repeat(99)).length).toBe(mostParts)
  })
})
