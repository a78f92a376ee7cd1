import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/event/canonical-json.ts'
import type { Json } from '../../src/event/event.ts'

const json = fc.jsonValue() as fc.Arbitrary<Json>

test('tells the value itself', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('is the same in whatever order the keys came', () => {
  fc.assert(fc.property(json, (value) => canonicalJson(turned(value)) === canonicalJson(value)))
})

function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).reverse()
  return JSON.parse(
    `{${members.map(([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(turned(member))}`).join(',')}}`,
  )
}

test('keeps lists in their order', () => {
  expect(canonicalJson([2, 1])).toBe('[2,1]')
  expect(canonicalJson({ b: [{ z: 1, a: 'é"' }], a: null })).toBe('{"a":null,"b":[{"a":"é\\"","z":1}]}')
})
