// The ingest door through a running gateway: what it takes, and what it says of what it does not.

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { answerTo, ask, open } from './ask.ts'

let gateway: TestGateway
let events: string

beforeAll(async () => {
  gateway = await startTestGateway('sqlite', { batchEvents: 100, bodyBytes: 100_000, eventBytes: 4_096 })
  events = `${gateway.url}/events`
})
afterAll(() => gateway.stop())

const cloudEvent = 'application/cloudevents+json'
const ndjson = 'application/x-ndjson'
const body = {
  eventDateTime: '2026-05-14 09:31:07 +0000',
  event: 'VM.START',
  status: 'Completed',
  entityuuid: 'u1',
}

async function post(content: unknown, contentType: string, headers: Record<string, string> = {}) {
  const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content)
  const answer = await ask(events, {
    method: 'POST',
    headers: { 'content-type': contentType, ...headers },
    body: text,
  })
  return { ...answer, json: JSON.parse(answer.body) }
}

describe('what is taken', () => {
  it('a CloudEvent in structured form', async () => {
    const { status, json } = await post(note('structured'), cloudEvent)
    expect(status).toBe(202)
    expect(json).toEqual({
      accepted: 1,
      duplicates: 0,
      ignored: 0,
      rejected: [],
      rejectedCount: 0,
      cursor: expect.stringMatching(/^c1/),
    })
  })

  it('a batch of CloudEvents, known ones counted as duplicates', async () => {
    const { status, json } = await post([note('batch-1'), note('batch-2'), note('batch-1')], cloudEventBatch)
    expect(status).toBe(202)
    expect(json).toMatchObject({ accepted: 2, duplicates: 1 })
  })

  it('an empty batch', async () => {
    expect(await post([], cloudEventBatch)).toMatchObject({
      status: 202,
      json: { accepted: 0, rejectedCount: 0 },
    })
  })

  it('a CloudEvent in binary mode, whatever its data is', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'binary-1',
      'ce-source': 'test',
      'ce-type': 'TEST.NOTE',
    }
    expect(await post('{"state":"Running"}', 'application/json', headers)).toMatchObject({ status: 202 })
    const second = { ...headers, 'ce-id': 'binary-2' }
    expect(await post('only text', 'text/plain', second)).toMatchObject({
      status: 202,
      json: { accepted: 1 },
    })
  })

  it('a CloudStack message, with or without its routing key', async () => {
    const bare = await post({ body }, 'application/json')
    expect(bare).toMatchObject({ status: 202, json: { accepted: 1 } })
    const routingKey = 'management-server.ActionEvent.VM-START.VirtualMachine.u1'
    expect(await post({ routingKey, body: { ...body, entityuuid: 'u2' } }, 'application/json')).toMatchObject(
      {
        status: 202,
      },
    )
  })

  it('an array of CloudStack messages, of which the bad ones are told and the others kept', async () => {
    const { status, json } = await post(
      [{ body: { ...body, entityuuid: 'u3' } }, { body: 7 }, 'x'],
      'application/json',
    )
    expect(status).toBe(202)
    expect(json).toMatchObject({ accepted: 1, rejectedCount: 2 })
    expect(json.rejected).toEqual([
      { index: 1, code: 'BAD_INPUT', field: 'body', message: expect.any(String) },
      { index: 2, code: 'BAD_INPUT', field: null, message: expect.any(String) },
    ])
  })

  it('NDJSON, of which the bad lines are told by their place and the others kept', async () => {
    const good = (n: number) => JSON.stringify({ body: { ...body, entityuuid: `line-${n}` } })
    const lines = [good(0), '{"body":', '', good(3), `{"x":"${'x'.repeat(5_000)}"}`, good(5)]
    const { status, json } = await post(lines.join('\n'), ndjson)
    expect(status).toBe(202)
    expect(json).toMatchObject({ accepted: 3, rejectedCount: 2 })
    expect(json.rejected).toMatchObject([
      { index: 1, code: 'BAD_INPUT' },
      { index: 4, code: 'TOO_LARGE' },
    ])
  })

  it('a body compressed by gzip', async () => {
    const compressed = gzipSync(JSON.stringify(note('gzip')))
    expect(await post(compressed, cloudEvent, { 'content-encoding': 'gzip' })).toMatchObject({ status: 202 })
    const lines = gzipSync(`${JSON.stringify({ body: { ...body, entityuuid: 'gzip' } })}\n`)
    expect(await post(lines, ndjson, { 'content-encoding': 'gzip' })).toMatchObject({ status: 202 })
  })

  it('a content type with parameters, in any case, and a byte order mark', async () => {
    const text = `\ufeff${JSON.stringify(note('marked'))}`
    expect(await post(text, 'Application/CloudEvents+JSON; charset="UTF-8"')).toMatchObject({ status: 202 })
  })
})

describe('what is refused', () => {
  it('a request of which nothing could be logged is 400 with the same body', async () => {
    const { status, json } = await post([{ id: 'no-type' }, 5], cloudEventBatch)
    expect(status).toBe(400)
    expect(json).toMatchObject({ accepted: 0, rejectedCount: 2, rejected: [{ index: 0 }, { index: 1 }] })
  })

  it('a CloudStack body that is not wrapped is told to be', async () => {
    const { status, json } = await post(body, 'application/json')
    expect(status).toBe(400)
    expect(json.rejected[0]).toMatchObject({ field: 'body', message: expect.stringContaining('body') })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml', ''])(
    'the content type "%s" is 415 with what is taken',
    async (contentType) => {
      const { status, headers, json } = await post('{}', contentType)
      expect(status).toBe(415)
      expect(json.error).toMatchObject({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: expect.stringContaining(ndjson),
      })
      expect(headers['accept-post']).toContain(cloudEvent)
    },
  )

  it('another charset or encoding is 415', async () => {
    expect(await post('{}', 'application/json; charset=latin1')).toMatchObject({ status: 415 })
    expect(await post('{}', 'application/json', { 'content-encoding': 'br' })).toMatchObject({ status: 415 })
  })

  it('a body that is not JSON is 400 and says where it goes wrong', async () => {
    const { status, json } = await post('{"id": oops}', cloudEvent)
    expect(status).toBe(400)
    expect(json.error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/not JSON.*oops/) })
    expect(await post('', cloudEvent)).toMatchObject({ status: 400, json: { error: { code: 'BAD_INPUT' } } })
    expect(await post(Buffer.from([0x22, 0xff, 0x22]), cloudEvent)).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining('UTF-8') } },
    })
    expect(await post('not gzip', cloudEvent, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining('gzip') } },
    })
  })

  it('a list where one event is taken, and one event where a list is, are 400', async () => {
    expect(await post([note('listed')], cloudEvent)).toMatchObject({ status: 400 })
    expect(await post(note('alone'), cloudEventBatch)).toMatchObject({ status: 400 })
  })

  it('a body over the limit is 413, announced or not, compressed or not', async () => {
    const large = JSON.stringify({ ...note('large'), data: 'x'.repeat(100_000) })
    const tooLarge = {
      status: 413,
      json: { error: { code: 'TOO_LARGE', message: expect.stringContaining('100000') } },
    }
    expect(await post(large, cloudEvent)).toMatchObject(tooLarge)
    expect(await post(gzipSync(large), cloudEvent, { 'content-encoding': 'gzip' })).toMatchObject(tooLarge)
    const chunked = open(events, { headers: { 'content-type': cloudEvent } })
    chunked.write(large)
    const answer = await answerTo(chunked.end())
    expect(answer.status).toBe(413)
  })

  it('a batch over the limit is 413', async () => {
    const batch = Array.from({ length: 101 }, (_, n) => note(`many-${n}`))
    expect(await post(batch, cloudEventBatch)).toMatchObject({
      status: 413,
      json: { error: { code: 'TOO_LARGE' } },
    })
  })

  it('an event over the limit is rejected alone', async () => {
    const large = { ...note('large-one'), data: { text: 'x'.repeat(5_000) } }
    const { status, json } = await post([large, note('small-one')], cloudEventBatch)
    expect(status).toBe(202)
    expect(json).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'TOO_LARGE' }] })
  })

  it('JSON that nests without end is rejected', async () => {
    const deep = `{"body":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    expect(await post(deep, 'application/json')).toMatchObject({ status: 400, json: { rejectedCount: 1 } })
  })

  it('another method is 405 with those that are taken', async () => {
    const answer = await ask(events)
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } })
    expect(JSON.parse(answer.body).error.code).toBe('METHOD_NOT_ALLOWED')
  })
})

describe('concurrent posts', () => {
  it('are each answered with what became of their own events', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        post([note(`at-once-${n}-a`), note(`at-once-${n}-b`), note('at-once-shared')], cloudEventBatch),
      ),
    )
    expect(answers.every(({ status }) => status === 202)).toBe(true)
    const sum = (name: string) => answers.reduce((total, { json }) => total + json[name], 0)
    expect([sum('accepted'), sum('duplicates')]).toEqual([81, 39])
  })
})
