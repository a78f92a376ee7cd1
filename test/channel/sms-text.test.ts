// What a text says, and that it always fits.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeGsm7 } from '../../src/channel/gsm7.ts'
import { encodeSms, mostParts } from '../../src/channel/sms-parts.ts'
import { writeChallenge, writeSms } from '../../src/channel/sms-text.ts'
import type { Event } from '../../src/event/event.ts'
import { anyEvent } from '../support/arbitrary-event.ts'

const nowMs = Date.parse('2026-05-14T14:05:00.000Z')

const stopped: Event = {
  source: 'cloudstack',
  eventId: '1',
  type: 'VM.STOP',
  category: 'STATE',
  time: '2026-05-14T14:03:07.000Z',
  receivedAt: '2026-05-14T14:03:07.000Z',
  resource: { kind: 'VirtualMachine', uid: '3b1c' },
  related: [],
  owner: 'ann',
  actor: null,
  zone: null,
  severity: null,
  status: null,
  outcome: null,
  description: null,
  transition: { field: 'state', from: 'Running', to: 'Stopped', trigger: null },
  data: { name: 'vm-web-1' },
}
const textOf = (changes: Partial<Event>) => writeSms([{ ...stopped, ...changes }], nowMs)

describe('a text says', () => {
  test.each<[string, Partial<Event>]>([
    ['vm-web-1: Running -> Stopped 14:03Z', {}],
    ['VirtualMachine 3b1c: Running -> Stopped 14:03Z', { data: null }],
    [
      'vm-web-1: -> Stopped 14:03Z',
      { transition: { field: 'state', from: null, to: 'Stopped', trigger: null } },
    ],
    ['vm-web-1: VM.STOP failure 14:03Z', { transition: null, outcome: 'FAILURE' }],
    ['vm-web-1: VM.STOP Scheduled 14:03Z', { transition: null, status: 'Scheduled' }],
    ['VM.STOP 14:03Z', { transition: null, resource: null, data: null }],
    [
      'Node 10.0.0.1 is down 14:03Z',
      {
        transition: null,
        resource: null,
        data: null,
        category: 'ALERT',
        description: 'Node 10.0.0.1\nis down',
      },
    ],
    ['vm-web-1: Running -> Stopped 05-13 14:03Z', { time: '2026-05-13T14:03:07.000Z' }],
    ['Lodz: Running -> Stopped 14:03Z', { data: { name: 'Łódź\u202e' } }],
    ['вм-1: Running -> Stopped 14:03Z', { data: { name: 'вм-1' } }],
  ])('%s', (text, changes) => {
    expect(textOf(changes)).toBe(text)
  })
})

test('a name is cut before what happened, and the time stays', () => {
  const text = textOf({ data: { name: 'a'.repeat(300) } })
  expect(text).toMatch(/^a{100,}\.\.: Running -> Stopped 14:03Z$/)
  expect(text).toHaveLength(160)
  const alert = textOf({
    transition: null,
    data: { name: 'b'.repeat(300) },
    severity: 'ERROR',
    description: 'c'.repeat(300),
  })
  expect(alert).toMatch(/^b{10}\.\.: c+\.\. 14:03Z$/)
  expect(alert).toHaveLength(160)
})

test('what short lines leave is for the long ones', () => {
  const long = { ...stopped, data: { name: 'a'.repeat(300) } }
  const text = writeSms([stopped, long, stopped], nowMs)
  expect(text).toHaveLength(160)
  const lines = text.split('\n')
  expect(lines[0]).toBe('vm-web-1: Running -> Stopped 14:03Z')
  expect(lines[1]).toMatch(/^a{59}\.\.: Running -> Stopped 14:03Z$/)
})

const wild = fc.record({ name: fc.string({ unit: 'binary', maxLength: 400 }) })
const anyTold = fc
  .tuple(anyEvent, fc.option(wild, { nil: null }), fc.string({ unit: 'binary', maxLength: 400 }))
  .map(([event, data, description]): Event => ({ ...event, data, description }))

test('whatever happened, a text is one message of GSM-7 or at most three others, and counts the rest', () => {
  fc.assert(
    fc.property(fc.array(anyTold, { minLength: 1, maxLength: 8 }), (events) => {
      const text = writeSms(events, nowMs)
      const parts = encodeSms(text, 1)
      expect(parts.length).toBeLessThanOrEqual(encodeGsm7(text) === null ? mostParts : 1)
      expect(text.isWellFormed()).toBe(true)
      expect(text.split('\n')).toHaveLength(Math.min(events.length, 4))
      if (events.length > 3) expect(text.endsWith(`\nand ${events.length - 3} more`)).toBe(true)
    }),
  )
})

test('a challenge is one message of GSM-7', () => {
  expect(encodeSms(writeChallenge('123456'), 1)).toMatchObject([{ dataCoding: 0 }])
})
