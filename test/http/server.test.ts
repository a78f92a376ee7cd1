// Every door of a running gateway: who is let in, where things are, and how it stops.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, ask, askForSocket } from './ask.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway('sqlite')
})
afterAll(() => gateway.stop())

type Headers = Record<string, string>

const json = { 'content-type': 'application/json' }
const query = JSON.stringify({ query: '{ head }' })
const subscription = JSON.stringify({ query: 'subscription { events { id } }' })

/** Each asks in the way that is right but for the headers it is given. */
const doors: [string, (headers: Headers) => Promise<Answer>][] = [
  [
    'GraphQL over HTTP',
    (headers) => ask(gateway.endpoint, { method: 'POST', headers: { ...json, ...headers }, body: query }),
  ],
  ['GraphQL by GET', (headers) => ask(`${gateway.endpoint}?query={head}`, { headers })],
  [
    'GraphQL over SSE',
    (headers) =>
      ask(gateway.endpoint, {
        method: 'POST',
        headers: { ...json, accept: 'text/event-stream', 'last-event-id': 'end', ...headers },
        body: subscription,
      }),
  ],
  ['GraphQL over WebSocket', (headers) => askForSocket(gateway.endpoint, headers)],
  ['GraphiQL', (headers) => ask(gateway.endpoint, { headers: { accept: 'text/html', ...headers } })],
  [
    'ingest',
    (headers) =>
      ask(`${gateway.url}/events`, { method: 'POST', headers: { ...json, ...headers }, body: '[]' }),
  ],
  ['metrics', (headers) => ask(`${gateway.url}/metrics`, { headers })],
  ['the front door', (headers) => ask(gateway.url, { headers })],
]

const strangers: [string, () => Headers, string][] = [
  ['a Host that is no loopback name', () => ({ host: 'rebound.example.org:4000' }), 'host'],
  ['an Origin of another site', () => ({ origin: 'https://example.org' }), 'origin'],
  ['an Origin of another port', () => ({ origin: 'http://127.0.0.1:1' }), 'origin'],
  ['an Origin without a name', () => ({ origin: 'null' }), 'origin'],
  ['Forwarded', () => ({ forwarded: 'for=127.0.0.1' }), 'forwarded'],
  ['X-Forwarded-For', () => ({ 'x-forwarded-for': '127.0.0.1' }), 'x-forwarded-for'],
  ['Via', () => ({ via: '1.1 proxy' }), 'via'],
  ['X-Real-IP', () => ({ 'x-real-ip': '127.0.0.1' }), 'x-real-ip'],
]

describe.each(doors)('%s', (_door, knock) => {
  it.each(strangers)('refuses a request with %s', async (_name, headers, field) => {
    const answer = await knock(headers())
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.body).error).toMatchObject({ code: 'FORBIDDEN', field })
  })

  it('lets in the gateway’s own page, by whatever name of this machine', async () => {
    const { port } = new URL(gateway.url)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      const answer = await knock({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })
      expect(answer.status).toBeLessThan(400)
    }
  })
})

describe('health', () => {
  it('is open to everybody and says little', async () => {
    const headers = { host: 'health.example.org', 'x-forwarded-for': '10.0.0.1' }
    const live = await ask(`${gateway.url}/health/live`, { headers })
    expect(live.status).toBe(200)
    expect(JSON.parse(live.body)).toEqual({ live: true })
    const ready = await ask(`${gateway.url}/health/ready`, { headers })
    expect(ready.status).toBe(200)
    expect(JSON.parse(ready.body)).toMatchObject({ ready: true })
  })
})

describe('the paths', () => {
  it('lead a browser to GraphiQL, and tell everybody else the doors', async () => {
    expect(await ask(gateway.url, { headers: { accept: 'text/html,*/*' } })).toMatchObject({
      status: 302,
      headers: { location: '/graphql' },
    })
    expect(JSON.parse((await ask(gateway.url)).body)).toMatchObject({
      graphql: '/graphql',
      events: '/events',
      cloudstack: '/events/cloudstack',
    })
  })

  it('answer metrics in the Prometheus text format', async () => {
    const { status, headers, body } = await ask(`${gateway.url}/metrics`)
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toContain('heliograph_log_head_offset')
  })

  it('that lead nowhere are 404', async () => {
    for (const path of ['/nowhere', '/graphql/', '/events/1', '/__proto__', '//']) {
      const answer = await ask(gateway.url + path)
      expect(answer.status).toBe(404)
      expect(JSON.parse(answer.body).error.code).toBe('NOT_FOUND')
    }
    expect(await askForSocket(`${gateway.url}/nowhere`)).toMatchObject({ status: 404 })
  })

  it('refuse other methods with those they take', async () => {
    const answer = await ask(`${gateway.url}/metrics`, { method: 'DELETE' })
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET' } })
    expect(JSON.parse(answer.body).error.message).toContain('GET')
    expect((await ask(`${gateway.url}/health/live`, { method: 'HEAD' })).status).toBe(200)
  })

  it('answer a client that offers HTTP/2 as if it had not', async () => {
    const headers = { ...json, connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' }
    const answer = await ask(gateway.endpoint, { method: 'POST', headers, body: query })
    expect(answer.status).toBe(200)
  })
})

describe('GraphiQL', () => {
  it('is one page without an address in it that another host would answer, and may ask only this gateway', async () => {
    const answer = await ask(gateway.endpoint, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('Heliograph')
    expect(answer.body).not.toMatch(/<(script|link|img|iframe)[^>]*(src|href)="(https?:)?\/\//)
    expect(answer.headers['content-security-policy']).toContain("connect-src 'self'")
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.headers['x-frame-options']).toBe('DENY')
  })

  it('comes compressed, and once a browser has it not again', async () => {
    const headers = { accept: 'text/html', 'accept-encoding': 'gzip, br' }
    const first = await ask(gateway.endpoint, { headers })
    expect(first.headers['content-encoding']).toBe('gzip')
    expect(Number(first.headers['content-length'])).toBeLessThan(4_000_000)
    const again = await ask(gateway.endpoint, {
      headers: { ...headers, 'if-none-match': String(first.headers.etag) },
    })
    expect(again).toMatchObject({ status: 304, body: '' })
  })
})
