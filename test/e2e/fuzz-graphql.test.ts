// Random documents, arguments, variables, cursors and headers for the GraphQL doors over HTTP and SSE.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  type GraphQLArgument,
  GraphQLEnumType,
  GraphQLInputObjectType,
  type GraphQLInputType,
  isListType,
  isNonNullType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { exampleOperations } from '../../src/http/example-operations.ts'
import { ask } from '../http/ask.ts'
import { query } from '../support/clients.ts'
import { vmState } from '../support/cloud.ts'
import { type Fuzzed, startFuzzed } from '../support/fuzzed.ts'
import { mangledDocument, oddValue } from '../support/mangled.ts'

const runs = { numRuns: 300 }
let target: Fuzzed
let cursors: readonly string[] = []

const operations = readFileSync(new URL('../../src/client/operations.graphql', import.meta.url), 'utf8')
const documents = [operations, ...exampleOperations, 'mutation { createStreamTicket { ticket expiresAt } }']

beforeAll(async () => {
  target = await startFuzzed()
  const headers = {
    'content-type': 'application/cloudevents-batch+json',
    authorization: `Bearer ${target.tokens.ingest}`,
  }
  const events = ['Running', 'Stopped'].map((state) =>
    vmState(state, 'vm-1', state, { account: 'account-acme' }),
  )
  await ask(`${target.url}/events`, { method: 'POST', headers, body: JSON.stringify(events) })
  const { events: page } = await query<{ events: { edges: { cursor: string }[] } }>(
    target.endpoint,
    '{ events(last: 10) { edges { cursor } } }',
    {},
    target.tokens.admin,
  )
  cursors = page.edges.map(({ cursor }) => cursor)
})
afterAll(() => target.stop())

const accepts = ['application/json', 'application/graphql-response+json', 'text/event-stream', '*/*', '']
const who = fc.constantFrom('admin', 'acme', 'ingest', 'nobody')

function headersFor(name: string, accept: string): Record<string, string> {
  const token = name === 'nobody' ? '' : target.tokens[name as 'admin']
  return { authorization: `Bearer ${token}`, ...(accept !== '' && { accept }) }
}

/** One request; of an event stream the beginning is enough. */
async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: string,
): Promise<void> {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  if (!String(response.headers.get('content-type')).startsWith('text/event-stream')) {
    return target.judge({ status: response.status, body: await response.text() })
  }
  expect(response.status).toBe(200)
  const reader = response.body?.getReader()
  const first = await reader?.read()
  const text = Buffer.from(first?.value ?? []).toString()
  target.judgeText(text)
  expect(text).not.toContain('INTERNAL')
  await reader?.cancel()
}

describe('GraphQL', () => {
  it('withstands any document and variables by POST', async () => {
    const variables = fc.oneof(
      oddValue,
      fc.dictionary(fc.constantFrom('after', 'filter', 'id', 'first', 'kind'), oddValue),
    )
    await fc.assert(
      fc.asyncProperty(
        mangledDocument(documents),
        variables,
        oddValue,
        who,
        fc.constantFrom(...accepts),
        (...input) => {
          const [document, values, operationName, name, accept] = input
          const body = JSON.stringify({ query: document, variables: values, operationName })
          return send(
            'POST',
            target.endpoint,
            { 'content-type': 'application/json', ...headersFor(name, accept) },
            body,
          )
        },
      ),
      runs,
    )
    await target.check()
  })

  it('withstands any parameters by GET', async () => {
    const name = fc.constantFrom('query', 'variables', 'operationName', 'extensions', 'ticket', 'other')
    const value = fc.oneof(
      mangledDocument(documents),
      oddValue.map((odd) => JSON.stringify(odd) ?? ''),
      fc.constantFrom('{head}', 'subscription{events{id}}', `st_${'A'.repeat(43)}`),
    )
    const pairs = fc.array(fc.tuple(name, value), { maxLength: 4 })
    const lastEventId = fc.oneof(fc.constantFrom('end', '', ...cursors), fc.stringMatching(/^[!-~]{0,40}$/))
    await fc.assert(
      fc.asyncProperty(
        pairs,
        lastEventId,
        who,
        fc.constantFrom(...accepts),
        (parameters, last, name, accept) =>
          send('GET', `${target.endpoint}?${new URLSearchParams(parameters).toString().slice(0, 8_000)}`, {
            ...headersFor(name, accept),
            'last-event-id': last,
          }),
      ),
      runs,
    )
    await target.check()
  })

  it('withstands any body that is no request', async () => {
    const body = fc.oneof(
      oddValue.map((odd) => JSON.stringify(odd) ?? ''),
      fc.string({ unit: 'binary' }),
    )
    const type = fc.constantFrom(
      'application/json',
      'application/graphql+json',
      'text/plain',
      'application/graphql',
      '',
    )
    await fc.assert(
      fc.asyncProperty(body, type, fc.constantFrom(...accepts), (text, contentType, accept) =>
        send('POST', target.endpoint, { 'content-type': contentType, ...headersFor('admin', accept) }, text),
      ),
      runs,
    )
    await target.check()
  })

  const fields = [schema.getQueryType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({ field, kind: String(type).toLowerCase() })),
  )

  it('withstands any arguments of every field, of the right types and of wrong ones', async () => {
    const call = fc.constantFrom(...fields).chain(({ field, kind }) =>
      fc.tuple(...field.args.map(argument)).map((args) => {
        const given = args.filter((one) => one !== '')
        const selection = /^(head|cursor)$/.test(field.name) ? '' : '{ __typename }'
        return `${kind} { ${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''} ${selection} }`
      }),
    )
    await fc.assert(
      fc.asyncProperty(call, who, fc.constantFrom(...accepts), (document, name, accept) =>
        send(
          'POST',
          target.endpoint,
          { 'content-type': 'application/json', ...headersFor(name, accept) },
          JSON.stringify({ query: document }),
        ),
      ),
      { numRuns: 600 },
    )
    await target.check()
  })

  /** `name: literal`, or nothing. */
  function argument({ name, type }: GraphQLArgument): fc.Arbitrary<string> {
    return fc.oneof(
      { weight: 1, arbitrary: fc.constant('') },
      { weight: 4, arbitrary: literal(type, 4).map((value) => `${name}: ${value}`) },
    )
  }

  const anyLiteral = fc.oneof(
    fc.constantFrom(
      'null',
      '0',
      '-1',
      '1.5',
      '1e400',
      '99999999999',
      '""',
      '[]',
      '{}',
      'true',
      'NONE',
      '"c1"',
    ),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => JSON.stringify(text)),
    fc.nat().map((at) => JSON.stringify(cursors[at % cursors.length] ?? '')),
    fc.nat().map((at) => JSON.stringify((cursors[0] ?? '').slice(0, at % 26))),
    fc.constantFrom('"VirtualMachine"', '"vm-1"', '"VirtualMachine/vm-1"', '"Nothing"', '["VM.*"]', '["*"]'),
  )

  function literal(type: GraphQLInputType, depth: number): fc.Arbitrary<string> {
    if (isNonNullType(type)) return literal(type.ofType, depth)
    const right = rightLiteral(type, depth)
    return fc.oneof({ weight: 1, arbitrary: anyLiteral }, { weight: 6, arbitrary: right })
  }

  function rightLiteral(type: GraphQLInputType, depth: number): fc.Arbitrary<string> {
    if (depth === 0) return anyLiteral
    if (isListType(type)) {
      return fc.array(literal(type.ofType, depth - 1), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`)
    }
    if (type instanceof GraphQLEnumType) return fc.constantFrom(...type.getValues().map(({ name }) => name))
    if (!(type instanceof GraphQLInputObjectType)) return anyLiteral
    const member = fc
      .constantFrom(...Object.values(type.getFields()))
      .chain((field) => literal(field.type, depth - 1).map((value) => `${field.name}: ${value}`))
    return fc
      .uniqueArray(member, { maxLength: 3, selector: (text) => text.split(':')[0] })
      .map((all) => `{ ${all.join(', ')} }`)
  }
})
