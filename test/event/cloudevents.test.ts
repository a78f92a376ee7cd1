import { describe, expect, test } from 'vitest'
import { decodeCloudEvent } from '../../src/event/cloudevents.ts'
import type { Draft } from '../../src/event/draft.ts'
import type { Json } from '../../src/event/event.ts'

const arrivedAt = '2026-05-15T12:00:00.123Z'
const minimal = { specversion: '1.0', id: '1', source: '/dc1', type: 'com.acme.brewed' }
const about = { ...minimal, subject: 'Teapot/t-1', time: '2026-05-14T11:31:07.5+02:00' }

function decode(event: unknown): Draft {
  const decoded = decodeCloudEvent(event, arrivedAt)
  if (decoded.kind === 'IGNORED') throw new Error('ignored')
  return decoded.draft
}

function refused(field: string) {
  return expect.objectContaining({ code: 'BAD_INPUT', field, message: expect.stringContaining(field) })
}

test('the four required attributes make an event', () => {
  expect(decode(minimal)).toEqual({
    event: {
      source: '/dc1',
      eventId: '1',
      type: 'com.acme.brewed',
      category: 'OTHER',
      time: arrivedAt,
      resource: null,
      related: [],
      actor: null,
      zone: null,
      severity: null,
      status: null,
      outcome: null,
      description: null,
      transition: null,
      data: null,
    },
    report: null,
    dedupeForMs: null,
  })
})

describe('the attributes', () => {
  test.each(['id', 'source', 'type', 'specversion'])('%s is required, a text and not empty', (name) => {
    expect(() => decode({ ...minimal, [name]: undefined })).toThrow(refused(name))
    expect(() => decode({ ...minimal, [name]: null })).toThrow(refused(name))
    expect(() => decode({ ...minimal, [name]: '' })).toThrow(refused(name))
    expect(() => decode({ ...minimal, [name]: 1 })).toThrow(refused(name))
  })

  test.each(['0.3', '1.1', '1'])('specversion %s is refused', (specversion) => {
    expect(() => decode({ ...minimal, specversion })).toThrow(refused('specversion'))
  })

  test.each(['a b', 'ü', '50%', '<x>'])('the source "%s" is no URI reference', (source) => {
    expect(() => decode({ ...minimal, source })).toThrow(refused('source'))
  })

  test.each(['urn:uuid:6e8bc430', 'https://a.org/b?c=d#e', '/dc1/%C3%BC', 'mailto:a@b.org', 'cloudstack'])(
    'the source "%s" is one',
    (source) => {
      expect(decode({ ...minimal, source }).event.source).toBe(source)
    },
  )

  test('time is RFC 3339 of any zone, kept in UTC with milliseconds', () => {
    const { event, report } = decode(about)
    expect(event.time).toBe('2026-05-14T09:31:07.500Z')
    expect(report?.at).toBe('2026-05-14T09:31:07.500Z')
    expect(() => decode({ ...about, time: '2026-05-14 09:31:07' })).toThrow(refused('time'))
  })

  test('without time the arrival is the time, and the report has none', () => {
    const { event, report } = decode({ ...about, time: undefined })
    expect(event.time).toBe(arrivedAt)
    expect(report?.at).toBeNull()
  })

  test.each(['subject', 'time', 'datacontenttype', 'account', 'zone'])(
    '%s may be null but not empty',
    (name) => {
      expect(decode({ ...minimal, [name]: null }).event.eventId).toBe('1')
      expect(() => decode({ ...minimal, [name]: '' })).toThrow(refused(name))
    },
  )

  test.each(['Upper', 'with-dash', 'under_score', ''])('"%s" is no name of an extension', (name) => {
    expect(() => decode({ ...minimal, [name]: 'x' })).toThrow(refused(name))
  })

  test.each<[Json]>([[{}], [[]], [1.5]])('%o is no value of an extension', (value) => {
    expect(() => decode({ ...minimal, other: value })).toThrow(refused('other'))
  })

  test.each([null, 'text', 5, []])('%o is no event', (event) => {
    expect(() => decode(event)).toThrow(refused('event'))
  })
})

describe('the subject', () => {
  test('as <kind>/<uid> is the resource', () => {
    expect(decode({ ...about, subject: 'Teapot/a/b' }).event.resource).toEqual({ kind: 'Teapot', uid: 'a/b' })
  })

  test('of any other form is kept in data, beside extensions without a meaning here', () => {
    const { event } = decode({
      ...minimal,
      subject: 'a teapot',
      traceparent: '00-1',
      sampled: true,
      data: { a: 1 },
    })
    expect(event.resource).toBeNull()
    expect(event.data).toEqual({
      a: 1,
      cloudevent: { subject: 'a teapot', traceparent: '00-1', sampled: true },
    })
  })
})

describe('the extensions', () => {
  test('account is the owner, with or without a resource', () => {
    expect(decode({ ...about, account: 'ann' }).report?.account).toEqual({ account: 'ann', as: 'OWNER' })
    expect(decode({ ...minimal, account: 'ann' }).report?.account).toEqual({ account: 'ann', as: 'OWNER' })
  })

  test('zone is the zone', () => {
    expect(decode({ ...minimal, zone: 'z1' }).event.zone).toBe('z1')
  })

  test.each([
    ['info', 'INFO'],
    ['Warn', 'WARN'],
    ['warning', 'WARN'],
    ['ERROR', 'ERROR'],
    ['critical', 'ERROR'],
  ])('severity %s is %s', (severity, expected) => {
    expect(decode({ ...minimal, severity }).event.severity).toBe(expected)
  })

  test('an unknown severity or category is refused by name, with those that are known', () => {
    expect(() => decode({ ...minimal, severity: 'fatal' })).toThrow(refused('severity'))
    expect(() => decode({ ...minimal, severity: 'fatal' })).toThrow(/info, warn, warning, error, critical/)
    expect(() => decode({ ...minimal, category: 'tea' })).toThrow(refused('category'))
  })

  test('category is the category', () => {
    expect(decode({ ...minimal, category: 'alert' }).event.category).toBe('ALERT')
  })
})

describe('data', () => {
  test('with state and previousState is a transition, triggered by the type', () => {
    const { event, report } = decode({ ...about, data: { state: 'Hot', previousState: 'Cold' } })
    expect(event).toMatchObject({
      category: 'STATE',
      transition: { field: 'state', from: 'Cold', to: 'Hot', trigger: 'com.acme.brewed' },
    })
    expect(report?.state).toEqual({ from: 'Cold', to: 'Hot' })
  })

  test('with state alone is a transition from whatever is known', () => {
    expect(decode({ ...about, data: { state: 'Hot' } }).event.transition).toMatchObject({
      from: null,
      to: 'Hot',
    })
  })

  test('of RESOURCE.OBSERVED reports the state and is no transition', () => {
    const data = { state: 'Running', previousState: 'Stopped', name: 'web-01', attributes: { memory: 4096 } }
    const { event, report } = decode({ ...about, type: 'RESOURCE.OBSERVED', category: 'state', data })
    expect(event).toMatchObject({ category: 'OTHER', transition: null })
    expect(report).toMatchObject({
      state: { from: null, to: 'Running' },
      name: 'web-01',
      attributes: { memory: 4096 },
      attributesKept: 'ALL',
    })
  })

  test('loses what looks like a secret, in attributes and in what is kept', () => {
    const attributes = { memory: 4096, password: 'hunter2', nic: [{ token: 't', ip: '10.0.0.1' }] }
    const { event, report } = decode({ ...about, data: { attributes, apiKey: 'k', a: 1 } })
    const kept = { memory: 4096, nic: [{ ip: '10.0.0.1' }] }
    expect(report?.attributes).toEqual(kept)
    expect(event.data).toEqual({ attributes: kept, a: 1 })
  })

  test('names related resources in either form, once and without the resource itself', () => {
    const related = ['Network/n1', { kind: 'Network', uid: 'n1' }, { kind: 'Zone', uid: 'z/1' }, 'Teapot/t-1']
    expect(decode({ ...about, data: { related } }).event.related).toEqual([
      { kind: 'Network', uid: 'n1' },
      { kind: 'Zone', uid: 'z/1' },
    ])
  })

  test.each<[string, Json]>([
    ['data.state', { state: 5 }],
    ['data.state', { state: '' }],
    ['data.previousState', { state: 'Hot', previousState: {} }],
    ['data.name', { name: ['x'] }],
    ['data.attributes', { attributes: [] }],
    ['data.related', { related: 'Network/n1' }],
    ['data.related[1]', { related: ['Network/n1', 'Network'] }],
    ['data.related[0]', { related: [{ kind: 'Network' }] }],
  ])('%s is refused by name in %o', (field, data) => {
    expect(() => decode({ ...about, data })).toThrow(refused(field))
  })

  test('of an event about no resource may call anything state, name and attributes', () => {
    const data = { state: { a: 1 }, name: 5, attributes: 'x' }
    const { event, report } = decode({ ...minimal, data })
    expect(event).toMatchObject({ category: 'OTHER', transition: null, data })
    expect(report).toBeNull()
  })

  test('gives the description', () => {
    expect(decode({ ...minimal, data: { description: 'tea is ready' } }).event.description).toBe(
      'tea is ready',
    )
  })

  test.each<[Json, Json]>([
    ['text', { value: 'text' }],
    [5, { value: 5 }],
    [false, { value: false }],
    [[1], { value: [1] }],
    [null, null],
  ])('that is %o is kept as %o', (data, kept) => {
    expect(decode({ ...minimal, data }).event.data).toEqual(kept)
  })

  test('in base64 is read where it is JSON, and kept as bytes where it is not', () => {
    const base64 = Buffer.from('{"state":"Hot"}').toString('base64')
    const asJson = decode({
      ...about,
      datacontenttype: 'application/vnd.tea+json; charset=utf-8',
      data_base64: base64,
    })
    expect(asJson.event.transition?.to).toBe('Hot')
    expect(decode({ ...about, datacontenttype: 'image/png', data_base64: base64 }).event.data).toEqual({
      base64,
    })
  })

  test('in base64 is refused beside data, if it is no base64, and if it is not the JSON it should be', () => {
    expect(() => decode({ ...minimal, data: 1, data_base64: 'AAAA' })).toThrow(refused('data_base64'))
    expect(() => decode({ ...minimal, data_base64: 'A*A=' })).toThrow(refused('data_base64'))
    expect(() => decode({ ...minimal, data_base64: 5 })).toThrow(refused('data_base64'))
    expect(() => decode({ ...minimal, datacontenttype: 'text/json', data_base64: 'AAAA' })).toThrow(
      refused('data_base64'),
    )
  })
})
