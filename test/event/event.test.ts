import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventSchema, markOf, parseResourceId, resourceId } from '../../src/event/event.ts'
import { anyEvent } from '../support/arbitrary-event.ts'

test('the id of a resource comes back as its ref, slashes in the uid included', () => {
  const kind = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'))
  fc.assert(
    fc.property(kind, fc.string({ minLength: 1 }), (kind, uid) => {
      expect(parseResourceId(resourceId({ kind, uid }))).toEqual({ kind, uid })
    }),
  )
})

test.each(['', 'VirtualMachine', '/3b1c', 'VirtualMachine/'])('"%s" names no resource', (text) => {
  expect(parseResourceId(text)).toBeNull()
})

test('the mark is four bytes and the same for the same source and id', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const mark = markOf(event)
      expect(mark).toBe(markOf({ source: event.source, eventId: event.eventId }))
      expect(mark).toBeGreaterThanOrEqual(0)
      expect(mark).toBeLessThan(2 ** 32)
    }),
  )
})

test('an event survives JSON and its schema', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(eventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event)
    }),
  )
})
