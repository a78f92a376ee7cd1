import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { markOf } from '../../src/event/event.ts'
import { parseEpoch } from '../../src/event/position.ts'
import { formatEventId, parseEventId, readRef } from '../../src/graphql/node-id.ts'
import { anyEvent } from '../support/arbitrary-event.ts'

const anyPosition = fc.record({
  epoch: fc.constant(parseEpoch('0123456789abcdef')),
  offset: fc.integer({ min: 1, max: 2 ** 47 }),
})

describe('the id of an event', () => {
  test('leads back to its place and mark', () => {
    fc.assert(
      fc.property(anyEvent, anyPosition, (event, position) => {
        const id = formatEventId({ event, position, change: null })
        expect(id).toMatch(/^[\w-]+$/)
        expect(parseEventId(id)).toEqual({ offset: position.offset, mark: markOf(event) })
      }),
    )
  })

  test('is never taken for that of something else', () => {
    for (const text of [
      '',
      'VirtualMachine/1',
      'RXZlbnQ6MQ',
      Buffer.from('Event:x:00000000').toString('base64url'),
    ]) {
      expect(parseEventId(text)).toBeNull()
    }
  })
})

describe('the id of a resource', () => {
  test.each([
    ['VirtualMachine', '3b1c', { kind: 'VirtualMachine', uid: '3b1c' }],
    ['VirtualMachine', 'VirtualMachine/3b1c', { kind: 'VirtualMachine', uid: '3b1c' }],
    ['Router', 'VirtualMachine/3b1c', { kind: 'Router', uid: '3b1c' }],
    ['Bucket', 'photos/2026', { kind: 'Bucket', uid: 'photos/2026' }],
    ['Bucket', 'Bucket/photos/2026', { kind: 'Bucket', uid: 'photos/2026' }],
  ])('of a %s may be written %s', (kind, id, ref) => {
    expect(readRef(kind, id)).toEqual(ref)
  })

  test.each([
    ['Volume', 'Host/1', 'id'],
    ['Volume', '', 'id'],
    ['', '1', 'kind'],
  ])('of a %s is not %s', (kind, id, field) => {
    expect(() => readRef(kind, id)).toThrow(expect.objectContaining({ code: 'BAD_INPUT', field }))
  })
})
