import fc from 'fast-check'
import { expect, test } from 'vitest'
import { each, type Few, withOne, withoutOne } from '../../src/event/few.ts'

const things = Array.from({ length: 4 }, (_, id) => ({ id }))
const step = fc.record({ adds: fc.boolean(), one: fc.constantFrom(...things) })

test('a few hold what a Set would, and nobody is null', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const expected = new Set<object>()
      let few: Few<object> = null
      for (const { adds, one } of steps) {
        few = adds ? withOne(few, one) : withoutOne(few, one)
        if (adds) expected.add(one)
        else expected.delete(one)
        expect(new Set(each(few))).toEqual(expected)
        expect(few === null).toBe(expected.size === 0)
      }
    }),
  )
})

test('who leaves a few while they are walked is not walked over', () => {
  const [first = {}, second = {}, third = {}] = things
  const few = [first, second, third].reduce<Few<object>>(withOne, null)
  const walked: object[] = []
  for (const one of each(few)) {
    walked.push(one)
    withoutOne(few, second)
  }
  expect(walked).toEqual([first, third])
})
