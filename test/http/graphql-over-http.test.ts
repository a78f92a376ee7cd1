// GraphQL over HTTP through a running gateway: every audit of the graphql-http suite, and what is refused.

import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask } from './ask.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway('sqlite', { bodyBytes: 100_000 })
})
afterAll(() => gateway.stop())

const audits = serverAudits({ url: () => gateway.endpoint })

describe('the audits of graphql-http', () => {
  it('are 60 or more', () => {
    expect(audits.length).toBeGreaterThanOrEqual(60)
  })

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s %s',
    async (_id, _name, audit) => {
      const result = await audit.fn()
      expect(result.status, 'reason' in result ? result.reason : '').toBe('ok')
    },
  )
})

async function post(body: unknown, headers: Record<string, string> = {}) {
  const answer = await ask(gateway.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { ...answer, json: JSON.parse(answer.body) }
}

describe('a request', () => {
  it('is answered by GET and POST', async () => {
    const url = `${gateway.endpoint}?query=${encodeURIComponent('{ viewer { name } }')}`
    const answer = await ask(url, { headers: { accept: 'application/json' } })
    expect(JSON.parse(answer.body)).toEqual({ data: { viewer: { name: 'loopback' } } })
    expect(await post({ query: '{ viewer { name } }' })).toMatchObject({
      status: 200,
      json: JSON.parse(answer.body),
    })
  })

  it.each([
    ['variables={', 400],
    ['variables=[]', 400],
    ['variables=text', 400],
    ['extensions=text', 200],
  ])('by GET with %s is answered %i: nothing of it is a fault of the gateway', async (parameter, status) => {
    const headers = { accept: 'application/json' }
    const answer = await ask(`${gateway.endpoint}?query={viewer{name}}&${parameter}`, { headers })
    expect(answer.status).toBe(status)
    if (status === 400)
      expect(JSON.parse(answer.body).error).toMatchObject({ code: 'BAD_INPUT', field: 'variables' })
  })

  it('for a subscription is told which transports stream', async () => {
    const { status, json } = await post({ query: 'subscription { events { id } }' })
    expect(status).toBe(406)
    expect(json.errors[0].message).toMatch(/graphql-transport-ws.*text\/event-stream/)
    expect(json.errors[0].extensions.code).toBe('UNSUPPORTED_MEDIA_TYPE')
  })

  it.each([
    ['syntax', { query: '{' }, 'BAD_INPUT'],
    ['an unknown field', { query: '{ nothing }' }, 'BAD_INPUT'],
    ['a missing variable', { query: 'query ($id: ID!) { node(id: $id) { id } }' }, 'BAD_INPUT'],
    ['an operation name that is none', { query: '{ head }', operationName: {} }, 'BAD_INPUT'],
    ['no document', { variables: {} }, 'BAD_INPUT'],
    ['a batch', [{ query: '{ head }' }], 'BAD_INPUT'],
  ])('with %s is 400 with a code of the catalogue', async (_name, body, code) => {
    const { status, json } = await post(body)
    expect(status).toBe(400)
    expect(json.errors[0].extensions.code).toBe(code)
    expect(json).not.toHaveProperty('data')
  })

  it('whose cursor is none says so', async () => {
    const { json } = await post({ query: '{ events(after: "yesterday") { edges { cursor } } }' })
    expect(json.errors[0]).toMatchObject({ extensions: { code: 'BAD_CURSOR' }, path: ['events'] })
  })

  it('that nests too deep or costs too much is refused', async () => {
    const deep = `{ virtualMachine(id: "x") { ${'host { virtualMachines(first: 1) { nodes { '.repeat(8)} id ${'} } }'.repeat(8)} } }`
    expect((await post({ query: deep })).json.errors[0].extensions.code).toBe('QUERY_TOO_DEEP')
    const field =
      'events(first: 500) { nodes { id type time related { kind uid } resource { kind } description } }'
    const costly = `{ ${Array.from({ length: 40 }, (_, n) => `a${n}: ${field}`).join(' ')} }`
    expect((await post({ query: costly })).json.errors[0].extensions.code).toBe('QUERY_TOO_COSTLY')
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
  ])('as %s, which a foreign page can send, is refused', async (contentType) => {
    const { status, json } = await post({ query: '{ head }' }, { 'content-type': contentType })
    expect(status).toBe(415)
    expect(json).toMatchObject({
      error: { code: 'UNSUPPORTED_MEDIA_TYPE' },
      errors: [{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }],
    })
  })

  it('over the limit is 413', async () => {
    const { status, json } = await post({ query: `{ head } # ${'x'.repeat(100_000)}` })
    expect(status).toBe(413)
    expect(json.errors[0].extensions.code).toBe('TOO_LARGE')
  })

  it('with another method is 405', async () => {
    expect(await ask(gateway.endpoint, { method: 'PUT' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, POST' },
    })
  })

  it('that accepts nothing spoken here is 406', async () => {
    const { status, json } = await post({ query: '{ head }' }, { accept: 'image/png' })
    expect(status).toBe(406)
    expect(json.error.code).toBe('UNSUPPORTED_MEDIA_TYPE')
  })

  it('gets no permission for other origins', async () => {
    const { headers } = await post({ query: '{ head }' })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' })
  })
})
