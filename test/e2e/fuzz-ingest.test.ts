// Random bodies for every door that takes events.

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../http/ask.ts'
import { note, vmState } from '../support/cloud.ts'
import { gson, headersOf, signatureOf } from '../support/cloudstack-webhook.ts'
import { type Fuzzed, startFuzzed } from '../support/fuzzed.ts'
import { mangled, mangledText, oddValue } from '../support/mangled.ts'
import { readSamples } from '../support/samples.ts'

const runs = { numRuns: 200 }
let target: Fuzzed

beforeAll(async () => {
  target = await startFuzzed()
})
afterAll(() => target.stop())

async function post(path: string, headers: Record<string, string>, body: string | Buffer): Promise<void> {
  const answer = await ask(`${target.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.tokens.ingest}`, ...headers },
    body,
  })
  target.judge(answer)
}

const samples = readSamples()
const bodies = samples.map(({ body }) => body)
const cloudEvents = [
  vmState('fuzz-1', 'vm-1', 'Running', { account: 'account-acme', zone: 'zone-1', severity: 'warn' }),
  note('fuzz-2', 'RESOURCE.OBSERVED', {
    subject: 'Volume/vol-1',
    time: '2026-05-14T09:31:07Z',
    datacontenttype: 'application/json',
    dataschema: 'https://example.org/schema',
    data: {
      state: 'Ready',
      previousState: 'Creating',
      name: 'root',
      attributes: { size: 1 },
      related: ['Host/h'],
    },
  }),
  note('fuzz-3', 'A.B', { data_base64: 'AAEC' }),
]

const contentTypes: readonly (readonly [string, fc.Arbitrary<string>])[] = [
  ['application/json', mangledText(mangled(samples))],
  ['application/json', mangledText(fc.array(mangled(samples), { maxLength: 5 }))],
  [
    'application/x-ndjson',
    fc.array(mangledText(mangled(samples)), { maxLength: 5 }).map((lines) => lines.join('\n')),
  ],
  ['application/cloudevents+json', mangledText(mangled(cloudEvents))],
  ['application/cloudevents-batch+json', mangledText(fc.array(mangled(cloudEvents), { maxLength: 5 }))],
]

describe('POST /events', () => {
  it.each(contentTypes)('withstands any body as %s', async (type, body) => {
    await fc.assert(
      fc.asyncProperty(body, (text) => post('/events', { 'content-type': type }, text)),
      runs,
    )
    await target.check()
  })

  it('withstands any headers of a binary event', async () => {
    const names = [
      'id',
      'source',
      'type',
      'specversion',
      'subject',
      'time',
      'account',
      'severity',
      'x',
      'a-b',
      'data',
    ]
    const value = fc.oneof(
      fc.constantFrom(
        '1.0',
        'VM.START',
        'VirtualMachine/1',
        '%',
        '%E2%82',
        '%00',
        '2026-05-14T09:31:07Z',
        '"q"',
      ),
      fc.stringMatching(/^[!-~]{0,30}$/),
    )
    const headers = fc.dictionary(
      fc.constantFrom(...names).map((name) => `ce-${name}`),
      value,
    )
    await fc.assert(
      fc.asyncProperty(
        headers,
        fc.constantFrom('application/json', 'text/plain', 'x/y'),
        oddValue,
        (all, type, data) =>
          post(
            '/events',
            { 'ce-id': '1', 'ce-specversion': '1.0', 'content-type': type, ...all },
            typeof data === 'string' ? data : (JSON.stringify(data) ?? ''),
          ),
      ),
      runs,
    )
    await target.check()
  })

  it('withstands any bytes, encodings and content types', async () => {
    const types = [
      ...contentTypes.map(([type]) => type),
      'text/plain',
      '',
      'application/json; charset=latin1',
      ';;=',
    ]
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some)),
      mangledText(mangled(samples)).map((text) => gzipSync(text)),
      mangledText(mangled(samples)).map((text) => gzipSync(text).subarray(0, -9)),
      mangledText(mangled(samples)).map((text) => Buffer.from(text, 'utf16le')),
    )
    const encoding = fc.constantFrom('gzip', 'identity', 'br', 'gzip, gzip', 'GZIP')
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), encoding, bytes, (type, encoded, body) =>
        post('/events', { 'content-type': type, 'content-encoding': encoded }, body),
      ),
      runs,
    )
    await target.check()
  })
})

describe('POST /events/cloudstack', () => {
  it('withstands any body, signed rightly or not', async () => {
    const signature = fc.constantFrom('RIGHT', 'OTHER', 'none', 'AAAA', `${'A'.repeat(43)}=`)
    const type = fc.constantFrom('VM.START', 'TEST.WEBHOOK', '', 'A'.repeat(300))
    await fc.assert(
      fc.asyncProperty(mangled(bodies), signature, type, async (body, signed, event) => {
        const text = gson(body ?? null)
        const signatures: Record<string, string> = {
          RIGHT: signatureOf(text),
          OTHER: signatureOf(`${text} `),
        }
        await post(
          '/events/cloudstack',
          { ...headersOf(event, text), 'x-cs-signature': signatures[signed] ?? signed },
          text,
        )
      }),
      runs,
    )
    await target.check()
  })
})

it('is tried with inputs of which some are taken and some are not', () => {
  const texts = fc.sample(mangledText(mangled(samples)), { numRuns: 300, seed: 1 })
  const broken = texts.filter((text) => {
    try {
      return JSON.parse(text) === undefined
    } catch {
      return true
    }
  })
  expect(broken.length).toBeGreaterThan(10)
  expect(broken.length).toBeLessThan(150)
})
