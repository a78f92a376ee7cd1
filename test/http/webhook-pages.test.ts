// The pages of the links in mails: opening one does nothing, its button does.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGate, recallLoopback } from '../../src/auth/gate.ts'
import { createTickets } from '../../src/auth/tickets.ts'
import { createDispatch } from '../../src/http/dispatch.ts'
import { webhookPages } from '../../src/http/webhook-pages.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { createLinks, type Links } from '../../src/webhook/links.ts'
import type { Registry } from '../../src/webhook/registry.ts'
import { createSecretBox } from '../../src/webhook/secret-box.ts'
import type { EndpointId } from '../../src/webhook/webhook.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type AskingChannel, askingChannel, openTestRegistry, testBox } from '../support/registry.ts'
import { type Opened, sqliteEngine } from '../support/store.ts'
import { look, make, webhookSettings } from '../support/webhooks.ts'

/** What a button sends, and what a mail program does by itself (RFC 8058). */
const oneClick = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'List-Unsubscribe=One-Click',
}

describe('over mail that asks', () => {
  let opened: Opened
  let registry: Registry
  let mail: AskingChannel
  let links: Links
  let written = ''
  const server = createServer()

  beforeAll(async () => {
    opened = await sqliteEngine.open()
    mail = askingChannel('mailto:', 'LINK')
    const box = testBox()
    const logger = createLogger('trace', {
      write(line) {
        written += line
      },
    })
    const gate = createGate(null, createTickets(opened.store.tickets, recallLoopback), [])
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    links = createLinks(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, box)
    registry = openTestRegistry(opened.store, { box, links }, [mail])
    const dispatch = createDispatch(new Map(webhookPages(registry)), gate, () => null, logger)
    server.on('request', (request, response) => void dispatch(request, response))
  })
  afterAll(async () => {
    server.close()
    server.closeAllConnections()
    await opened.stop()
  })

  let last = 0
  async function subscribe(): Promise<{ id: EndpointId; url: string }> {
    const uri = `mailto:${++last}@example.org`
    const caller = { name: `caller ${last}`, accounts: null }
    const input = { name: null, filter: {}, endpoints: [{ uri }], after: null }
    const { webhook } = await registry.create(caller, input)
    const challenge = mail.asked.at(-1)?.challenge
    const [endpoint] = webhook.endpoints
    if (challenge?.kind !== 'LINK' || !endpoint) throw new Error('no link was sent')
    return { id: endpoint.id, url: challenge.url }
  }

  const stateOf = async (id: EndpointId) => (await registry.progress([id]))[0]?.state

  test('a link that is opened, as scanners of mail do, confirms nothing', async () => {
    const { id, url } = await subscribe()
    for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(url, { method })).status).toBe(200)
    expect(await stateOf(id)).toMatchObject({ kind: 'UNCONFIRMED' })
  })

  test('its page has a button that posts to the same link, which confirms', async () => {
    const { id, url } = await subscribe()
    const page = await (await fetch(url)).text()
    expect(page).toMatch(/<form method="post"><button>/)
    const answer = await fetch(url, { method: 'POST' })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('confirmed')
    expect(await stateOf(id)).toEqual({ kind: 'ENABLED' })
  })

  test('unsubscribes by one click without the page', async () => {
    const { id, url } = await subscribe()
    await fetch(url, { method: 'POST' })
    const unsubscribe = links.unsubscribeUrl(id)
    expect((await fetch(unsubscribe)).status).toBe(200)
    expect(await stateOf(id)).toEqual({ kind: 'ENABLED' })
    expect((await fetch(unsubscribe, oneClick)).status).toBe(200)
    expect(await stateOf(id)).toMatchObject({ kind: 'DISABLED', reason: 'UNSUBSCRIBED' })
    expect((await fetch(url, { method: 'POST' })).status).toBe(400)
  })

  test('a link that is wrong, forged or of another is refused in words for its reader', async () => {
    const [one, other] = [await subscribe(), await subscribe()]
    const crossed = one.url.replace(one.id, other.id)
    const missing = one.url.replace(one.id, 'ep_missing')
    const bare = one.url.replace(/\?.*$/, '')
    for (const [url, status] of [
      [crossed, 400],
      [missing, 404],
      [bare, 400],
    ] as const) {
      const answer = await fetch(url, { method: 'POST' })
      expect(answer.status).toBe(status)
      expect(await answer.text()).toContain('This link does not count')
    }
    expect(await stateOf(other.id)).toMatchObject({ kind: 'UNCONFIRMED' })
  })

  test('runs nothing, is framed nowhere, is kept nowhere and tells nobody where it came from', async () => {
    const { url } = await subscribe()
    for (const answer of [await fetch(url), await fetch(url, { method: 'POST' })]) {
      expect(answer.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-\S+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      )
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
      })
      const page = await answer.text()
      expect(page).not.toContain(new URL(url).searchParams.get('token'))
    }
  })

  test('what a link carries is in no log', async () => {
    const { id, url } = await subscribe()
    const token = new URL(url).searchParams.get('token') ?? ''
    await fetch(url, { method: 'POST' })
    await fetch(url.replace(id, 'ep_missing'), { method: 'POST' })
    await fetch(url, { method: 'DELETE' })
    expect(written).not.toContain(token)
  })

  test('a body above four KiB is refused', async () => {
    const { id, url } = await subscribe()
    const answer = await fetch(url, { method: 'POST', body: 'x'.repeat(5_000) })
    expect(answer.status).toBe(413)
    expect(await stateOf(id)).toMatchObject({ kind: 'UNCONFIRMED' })
  })
})

describe.each(engineNames)('at the door of a gateway on %s', (engine) => {
  let gateway: TestGateway

  beforeAll(async () => {
    gateway = await startTestGateway(engine, { ...webhookSettings, publicUrl: 'https://events.example' })
  })
  afterAll(() => gateway?.stop())

  test('a link ends an endpoint, forwarded by a proxy and whatever Host it names', async () => {
    const { webhook } = await make(gateway, ['https://127.0.0.1/hook'])
    const [endpoint] = webhook.endpoints
    const [key = ''] = webhookSettings.secretKeys ?? []
    const links = createLinks(gateway.url, createSecretBox([Buffer.from(key, 'base64')]))
    const url = links.unsubscribeUrl((endpoint?.id ?? '') as EndpointId)
    const headers = { ...oneClick.headers, 'x-forwarded-for': '192.0.2.1', origin: 'https://mail.example' }
    expect((await fetch(url, { ...oneClick, headers })).status).toBe(200)
    const seen = await look(gateway, webhook.id)
    expect(seen?.endpoints).toMatchObject([{ state: 'DISABLED', reason: 'UNSUBSCRIBED' }])
  })
})
