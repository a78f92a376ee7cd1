import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/event/event.ts'
import { readValue } from '../../src/resource/attribute-value.ts'
import type { FieldType } from '../../src/resource/catalog.ts'

describe('a value becomes what its field takes: undefined where it cannot, null where it is empty', () => {
  const cases: readonly (readonly [FieldType, Json, Json | undefined])[] = [
    ['STRING', 'text', 'text'],
    ['STRING', '', null],
    ['STRING', 7, '7'],
    ['STRING', { a: 1 }, undefined],
    ['ID', 12, '12'],
    ['INT', 7, 7],
    ['INT', '4096', 4096],
    ['INT', '', null],
    ['INT', 2 ** 31, undefined],
    ['INT', 1.5, undefined],
    ['INT', 'many', undefined],
    ['LONG', 2 ** 40, 2 ** 40],
    ['LONG', '21474836480', 21_474_836_480],
    ['LONG', '9'.repeat(20), undefined],
    ['BOOLEAN', true, true],
    ['BOOLEAN', 'false', false],
    ['BOOLEAN', 'yes', undefined],
    ['DATE_TIME', '2026-05-14T09:31:07+0200', '2026-05-14T07:31:07.000Z'],
    ['DATE_TIME', '2026-05-14 09:31:07 +0000', '2026-05-14T09:31:07.000Z'],
    ['DATE_TIME', '2026-05-14T09:31:07.000Z', '2026-05-14T09:31:07.000Z'],
    ['DATE_TIME', 'yesterday', undefined],
    ['DATE_TIME', 1_715_680_267, undefined],
    ['JSON', [{ a: null }], [{ a: null }]],
    ['STRING', null, null],
  ]
  test.each(cases)('%s of %j is %j', (type, value, read) => {
    expect(readValue({ name: 'field', type, description: '' }, value)).toEqual(read)
  })
})
