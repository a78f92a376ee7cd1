import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/event/event.ts'
import { readAttribute } from '../../src/graphql/attribute.ts'
import type { FieldType } from '../../src/resource/catalog.ts'

describe('an attribute becomes what its field takes, else null', () => {
  const cases: readonly (readonly [FieldType, Json | undefined, Json])[] = [
    ['STRING', 'text', 'text'],
    ['STRING', 7, '7'],
    ['STRING', { a: 1 }, null],
    ['ID', 12, '12'],
    ['INT', 7, 7],
    ['INT', '4096', 4096],
    ['INT', 2 ** 31, null],
    ['INT', 1.5, null],
    ['INT', 'many', null],
    ['LONG', 2 ** 40, 2 ** 40],
    ['LONG', '21474836480', 21_474_836_480],
    ['LONG', '9'.repeat(20), null],
    ['BOOLEAN', true, true],
    ['BOOLEAN', 'false', false],
    ['BOOLEAN', 'yes', null],
    ['DATE_TIME', '2026-05-14T09:31:07+0200', '2026-05-14T07:31:07.000Z'],
    ['DATE_TIME', '2026-05-14 09:31:07 +0000', '2026-05-14T09:31:07.000Z'],
    ['DATE_TIME', '2026-05-14T09:31:07.000Z', '2026-05-14T09:31:07.000Z'],
    ['DATE_TIME', 'yesterday', null],
    ['DATE_TIME', 1_715_680_267, null],
    ['JSON', [{ a: null }], [{ a: null }]],
    ['LONG', undefined, null],
    ['STRING', null, null],
  ]
  test.each(cases)('%s of %j is %j', (type, value, read) => {
    expect(readAttribute(type, value)).toEqual(read)
  })
})
