// What goes out as a CloudEvent: taken by the `cloudevents` package, and by our own decoder for the same
// event.

import { CloudEvent, HTTP } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeCloudEvent } from '../../src/event/cloudevents.ts'
import { formatCloudEvent } from '../../src/event/cloudevents-out.ts'
import type { Draft } from '../../src/event/draft.ts'
import { type Event, parseResourceId, resourceId } from '../../src/event/event.ts'
import { anyEvent } from '../support/arbitrary-event.ts'

/** Sources are any text, and ids as well. */
const anyone: fc.Arbitrary<Event> = fc
  .tuple(
    anyEvent,
    fc.oneof(
      fc.constantFrom('cloudstack', '/dc1', 'urn:dc:1', '/a%20b'),
      fc.string({ minLength: 1, unit: 'grapheme' }),
    ),
    fc.string({ minLength: 1, unit: 'grapheme' }),
  )
  .map(([event, source, eventId]) => ({ ...event, source, eventId }))

function decode(event: unknown): Draft {
  const decoded = decodeCloudEvent(JSON.parse(JSON.stringify(event)), '2026-05-15T12:00:00.123Z')
  if (decoded.kind === 'IGNORED') throw new Error('ignored')
  return decoded.draft
}

test('passes the checks of the package, alone and as a batch', () => {
  fc.assert(
    fc.property(fc.array(anyone, { minLength: 1, maxLength: 3 }), (events) => {
      const formatted = events.map((event) => formatCloudEvent(event, 'AQ'))
      for (const event of formatted) expect(new CloudEvent({ ...event }).validate()).toBe(true)
      const read = HTTP.toEvent({
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(formatted),
      })
      expect(JSON.parse(JSON.stringify(read))).toEqual(formatted)
    }),
  )
})

test('names of attributes are lower-case letters and digits, at most 20, and data stands last', () => {
  fc.assert(
    fc.property(anyone, (event) => {
      const names = Object.keys(formatCloudEvent(event, 'AQ'))
      for (const name of names) expect(name).toMatch(/^[a-z0-9]{1,20}$/)
      expect(names.at(-1)).toBe('data')
    }),
  )
})

test('decodes to the same event, as far as a CloudEvent tells it', () => {
  fc.assert(
    fc.property(anyone, (event) => {
      const { event: back, report } = decode(formatCloudEvent(event, 'AQ'))
      const same = { ...event, source: formatCloudEvent(event).source }
      expect(shared(back)).toEqual(shared(same))
      expect(report?.account?.account ?? null).toBe(event.owner)
      const moved = event.resource === null ? null : event.transition
      expect(back.transition && { from: back.transition.from, to: back.transition.to }).toEqual(
        moved && { from: moved.from, to: moved.to },
      )
      expect(back.category).toBe(moved ? 'STATE' : event.category)
    }),
  )
})

test('formatted, decoded and formatted again it has the same source and id', () => {
  fc.assert(
    fc.property(anyone, (event) => {
      const once = formatCloudEvent(event)
      const again = formatCloudEvent({ ...event, ...decode(once).event, owner: null })
      expect([again.source, again.id]).toEqual([once.source, once.id])
    }),
  )
})

describe('the source', () => {
  const sourceOf = (source: string) => formatCloudEvent({ ...sample(), source }).source

  test.each(['cloudstack', '/dc1/kvm', 'https://a.example.org/b?c=d#e', 'urn:a:b', '/a%20b', '//[::1]/'])(
    '%s is a URI reference and stays',
    (source) => {
      expect(sourceOf(source)).toBe(source)
    },
  )

  test.each([
    ['my cloud', 'my%20cloud'],
    ['Zürich "1"', 'Z%C3%BCrich%20%221%22'],
    ['100%', '100%25'],
    ['%zz', '%25zz'],
    ['😀\n', '%F0%9F%98%80%0A'],
    ['\ud800', '%EF%BF%BD'],
  ])('%j becomes %s', (source, encoded) => {
    expect(sourceOf(source)).toBe(encoded)
  })
})

test('an event looks like this', () => {
  const event: Event = {
    source: 'cloudstack',
    eventId: '3f2a',
    type: 'VM.START',
    category: 'ACTION',
    time: '2026-05-14T09:31:07.000Z',
    receivedAt: '2026-05-14T09:31:07.250Z',
    resource: { kind: 'VirtualMachine', uid: 'v1' },
    related: [{ kind: 'Network', uid: 'n1' }],
    owner: 'ann',
    actor: { account: 'ann', user: 'u1' },
    zone: 'z1',
    severity: 'INFO',
    status: 'Completed',
    outcome: 'SUCCESS',
    description: 'Successfully completed starting Vm',
    transition: { field: 'state', from: 'Starting', to: 'Running', trigger: null },
    data: { eventid: '7' },
  }
  expect(formatCloudEvent(event, 'AQx')).toEqual({
    specversion: '1.0',
    id: '3f2a',
    source: 'cloudstack',
    type: 'VM.START',
    subject: 'VirtualMachine/v1',
    time: '2026-05-14T09:31:07.000Z',
    datacontenttype: 'application/json',
    account: 'ann',
    zone: 'z1',
    severity: 'info',
    category: 'action',
    outcome: 'success',
    cursor: 'AQx',
    data: {
      state: 'Running',
      previousState: 'Starting',
      transition: { field: 'state', from: 'Starting', to: 'Running', trigger: null },
      status: 'Completed',
      description: 'Successfully completed starting Vm',
      actor: { account: 'ann', user: 'u1' },
      related: ['Network/n1'],
      receivedAt: '2026-05-14T09:31:07.250Z',
      original: { eventid: '7' },
    },
  })
})

test('what is null or empty is left out', () => {
  const formatted = formatCloudEvent({
    ...sample(),
    resource: null,
    owner: null,
    zone: null,
    severity: null,
    status: null,
    outcome: null,
    description: null,
    actor: null,
    transition: null,
    related: [],
    data: null,
  })
  expect(Object.keys(formatted)).toEqual([
    'specversion',
    'id',
    'source',
    'type',
    'time',
    'datacontenttype',
    'category',
    'data',
  ])
  expect(Object.keys(formatted.data)).toEqual(['receivedAt'])
})

test('an outcome comes in by its word in any case, and another word is kept as a foreign extension', () => {
  const minimal = { specversion: '1.0', id: '1', source: '/a', type: 'b' }
  expect(decode({ ...minimal, outcome: 'Failure' }).event).toMatchObject({ outcome: 'FAILURE', data: null })
  expect(decode({ ...minimal, outcome: 'fine' }).event).toMatchObject({
    outcome: null,
    data: { cloudevent: { outcome: 'fine' } },
  })
  expect(decode({ ...minimal, outcome: 7 }).event).toMatchObject({ data: { cloudevent: { outcome: 7 } } })
})

function sample(): Event {
  const [event] = fc.sample(anyEvent, 1)
  if (event === undefined) throw new Error('no event')
  return event
}

/** What both have a word for; an event about a resource does not name it among the related. */
function shared(event: Draft['event']) {
  const { source, eventId, type, time, resource, zone, severity, outcome, description } = event
  const related = event.related
    .map(resourceId)
    .filter((id) => resource === null || id !== resourceId(resource))
    .map(parseResourceId)
  return { source, eventId, type, time, resource, zone, severity, outcome, description, related }
}
