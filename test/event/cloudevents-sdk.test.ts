// The `cloudevents` package as the other side: what it emits is decoded.

import { CloudEvent, HTTP, type Message } from 'cloudevents'
import { describe, expect, test } from 'vitest'
import { decodeBinaryHeaders, decodeCloudEvent } from '../../src/event/cloudevents.ts'
import type { Draft } from '../../src/event/draft.ts'

const arrivedAt = '2026-05-15T12:00:00.123Z'
const sent = new CloudEvent({
  id: 'a 1/ä',
  source: '/dc1/kvm',
  type: 'com.acme.brewed',
  subject: 'Teapot/t-1',
  time: '2026-05-14T09:31:07.500Z',
  datacontenttype: 'application/json',
  account: 'ann',
  zone: 'z1',
  severity: 'warning',
  data: { state: 'Hot', previousState: 'Cold', related: ['Network/n1'] },
})

function decode(event: unknown): Draft {
  const decoded = decodeCloudEvent(event, arrivedAt)
  if (decoded.kind === 'IGNORED') throw new Error('ignored')
  return decoded.draft
}

function headersOf(message: Message): Record<string, string> {
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name.toLowerCase(),
    encoded(String(value)),
  ])
  return Object.fromEntries(headers)
}

/** As the HTTP binding demands, which the package leaves to its user. */
function encoded(value: string): string {
  return value.replace(/[^\x21-\x7e]|["%]/gu, (character) => encodeURIComponent(character))
}

function expectTold({ event, report }: Draft): void {
  expect(event).toMatchObject({
    eventId: 'a 1/ä',
    source: '/dc1/kvm',
    type: 'com.acme.brewed',
    resource: { kind: 'Teapot', uid: 't-1' },
    time: '2026-05-14T09:31:07.500Z',
    zone: 'z1',
    severity: 'WARN',
    related: [{ kind: 'Network', uid: 'n1' }],
    transition: { from: 'Cold', to: 'Hot' },
    data: { state: 'Hot', previousState: 'Cold', related: ['Network/n1'] },
  })
  expect(report?.account).toEqual({ account: 'ann', as: 'OWNER' })
}

describe('what the package emits', () => {
  test('in structured mode is decoded', () => {
    const { body } = HTTP.structured(sent)
    expectTold(decode(JSON.parse(String(body))))
  })

  test('in binary mode is decoded to the same', () => {
    const message = HTTP.binary(sent)
    expectTold(decode(decodeBinaryHeaders(headersOf(message), Buffer.from(String(message.body)))))
  })

  test('as a batch is decoded to the same', () => {
    const batch: unknown[] = JSON.parse(JSON.stringify([sent, sent]))
    for (const event of batch) expectTold(decode(event))
  })

  test('with bytes as data is kept as base64', () => {
    const data = Uint8Array.from([1, 2, 255])
    const event = new CloudEvent({
      id: '1',
      source: '/a',
      type: 'b',
      datacontenttype: 'application/octet-stream',
      data,
    })
    const structured = decode(JSON.parse(String(HTTP.structured(event).body)))
    const binary = decode(decodeBinaryHeaders(headersOf(HTTP.binary(event)), data))
    expect(structured.event.data).toEqual({ base64: 'AQL/' })
    expect(binary.event.data).toEqual({ base64: 'AQL/' })
  })
})

describe('binary mode', () => {
  const minimal = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/a', 'ce-type': 'b' }

  test.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['%e2%82%ac', '€'],
    ['100%25', '100%'],
    ['%2520', '%20'],
    ['50%', '50%'],
    ['"a \\"b\\" c"', 'a "b" c'],
    ['%FF', '\ufffd'],
  ])('the header value %s is %s', (value, text) => {
    expect(decodeBinaryHeaders({ ...minimal, 'ce-subject': value }, Buffer.alloc(0))).toMatchObject({
      subject: text,
    })
  })

  test('names of headers are taken in any case, and other headers are no attributes', () => {
    const headers = {
      'CE-SpecVersion': '1.0',
      'CE-Id': '1',
      'cE-source': '/a',
      'Ce-Type': 'b',
      host: 'x',
      accept: '*/*',
    }
    expect(decodeBinaryHeaders(headers, Buffer.alloc(0))).toEqual({
      specversion: '1.0',
      id: '1',
      source: '/a',
      type: 'b',
    })
  })

  test('an empty body is no data', () => {
    expect(
      decodeBinaryHeaders({ ...minimal, 'content-type': 'application/json' }, Buffer.alloc(0)),
    ).not.toHaveProperty('data')
  })

  test('a body is read by its content type', () => {
    const read = (type: string | undefined, body: string) =>
      decodeBinaryHeaders(
        type === undefined ? minimal : { ...minimal, 'content-type': type },
        Buffer.from(body),
      )
    expect(read('application/json; charset=utf-8', '{"a":1}')).toMatchObject({ data: { a: 1 } })
    expect(read('application/vnd.x+json', '[1]')).toMatchObject({ data: [1] })
    expect(read('text/plain', '{"a":1}')).toMatchObject({ data: '{"a":1}', datacontenttype: 'text/plain' })
    expect(read('application/xml', '<a/>')).toMatchObject({ data_base64: 'PGEvPg==' })
    expect(read(undefined, '{"a":1}')).toMatchObject({ data: { a: 1 } })
    expect(read(undefined, '<a/>')).toMatchObject({ data_base64: 'PGEvPg==' })
  })

  test('a body that is not the JSON it is said to be is refused', () => {
    const headers = { ...minimal, 'content-type': 'application/json' }
    expect(() => decodeBinaryHeaders(headers, Buffer.from('{'))).toThrow(
      expect.objectContaining({ field: 'data' }),
    )
  })

  test.each(['ce-data', 'ce-data_base64', 'ce-datacontenttype'])('the header %s is refused', (header) => {
    expect(() => decodeBinaryHeaders({ ...minimal, [header]: 'x' }, Buffer.alloc(0))).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', field: header }),
    )
  })
})
