// A stream ticket among several gateways on one Redis, as an EventSource behind a balancer uses it; and in a
// real browser, on a page of another site.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { EventSource } from 'eventsource'
import { chromium } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { type Balancer, startBalancer } from '../support/balancer.ts'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note, vmState } from '../support/cloud.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { browserPrograms, findProgram } from '../support/install.ts'
import { root } from '../support/program.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'
import { everyRole, makeTokenFile, type TokenFile } from '../support/tokens.ts'

type Tokens = TokenFile<keyof typeof everyRole>

const events = 'subscription { events(filter: { types: ["TICKET.NOTE"] }) { eventId } }'
const slow = { timeout: 30_000 }
const { acme: _withdrawn, ...withoutAcme } = everyRole

let made = new AsyncDisposableStack()
afterEach(async () => {
  await made.disposeAsync()
  made = new AsyncDisposableStack()
})

async function tokenFile(): Promise<Tokens> {
  const file = await makeTokenFile(everyRole)
  made.defer(() => file.remove())
  return file
}

async function gatewaysOn(redis: TestRedis, file: Tokens): Promise<[TestGateway, TestGateway]> {
  const settings = { redisUrl: redis.url, tokensFile: file.path, bookmarkMs: 100 }
  const start = async () => {
    const gateway = await startTestGateway('redis', settings)
    made.defer(() => gateway.stop())
    return gateway
  }
  return [await start(), await start()]
}

async function redis(): Promise<TestRedis> {
  const started = await startRedis({ appendOnly: true })
  made.defer(() => started.stop())
  return started
}

async function balancer(gateway: TestGateway): Promise<Balancer> {
  const started = await startBalancer(gateway.url)
  made.defer(() => started.stop())
  return started
}

async function makeTicket({ endpoint }: TestGateway, { tokens }: Tokens): Promise<string> {
  const text = 'mutation { createStreamTicket { ticket } }'
  const data = await query<{ createStreamTicket: { ticket: string } }>(endpoint, text, {}, tokens.acme)
  return data.createStreamTicket.ticket
}

async function post(gateway: TestGateway, { tokens }: Tokens, id: string): Promise<void> {
  const event = note(id, 'TICKET.NOTE', { account: 'account-acme' })
  expect((await gateway.post([event], cloudEventBatch, tokens.ingest)).status).toBe(202)
}

function listen(endpoint: string, ticket: string) {
  const source = new EventSource(`${endpoint}?${new URLSearchParams({ query: events, ticket })}`)
  made.defer(() => source.close())
  const seen = { received: [] as string[], opens: 0, status: undefined as number | undefined }
  source.addEventListener('next', ({ data }) => seen.received.push(JSON.parse(data).data.events.eventId))
  source.addEventListener('open', () => {
    seen.opens += 1
  })
  source.addEventListener('error', ({ code }) => {
    seen.status = code
  })
  return { source, seen }
}

describe('a ticket on several gateways', () => {
  test('is made at one, used at the other, and comes back to the first without a gap', slow, async () => {
    const file = await tokenFile()
    const [one, two] = await gatewaysOn(await redis(), file)
    const front = await balancer(two)
    const { source, seen } = listen(front.endpoint, await makeTicket(one, file))
    await once(source, 'open')
    await post(one, file, 'live')
    await expect.poll(() => seen.received).toEqual(['live'])
    front.leadTo(one.url)
    await two.halt()
    for (const n of [1, 2, 3]) await post(one, file, `while away ${n}`)
    const all = ['live', 'while away 1', 'while away 2', 'while away 3']
    await expect.poll(() => seen.received, slow).toEqual(all)
    await post(one, file, 'live again')
    await expect.poll(() => seen.received).toEqual([...all, 'live again'])
    expect(seen.opens).toBe(2)
  })

  test('is bound for all of them by its first use on one', async () => {
    const file = await tokenFile()
    const [one, two] = await gatewaysOn(await redis(), file)
    const ticket = await makeTicket(one, file)
    const use = ({ endpoint }: TestGateway, text: string) =>
      fetch(`${endpoint}?${new URLSearchParams({ query: text, ticket })}`, {
        headers: { accept: 'text/event-stream' },
      })
    expect((await use(two, '{ head }')).status).toBe(200)
    expect((await use(one, '{ viewer { name } }')).status).toBe(403)
    expect((await use(one, '{ head }')).status).toBe(200)
  })

  test('ends on all of them with the withdrawal of its token', slow, async () => {
    const file = await tokenFile()
    const gateways = await gatewaysOn(await redis(), file)
    const listening = await Promise.all(
      gateways.map(async ({ endpoint }) => listen(endpoint, await makeTicket(gateways[0], file))),
    )
    await Promise.all(listening.map(({ source }) => once(source, 'open')))
    await file.write(withoutAcme)
    for (const { source, seen } of listening) {
      await expect.poll(() => source.readyState, slow).toBe(EventSource.CLOSED)
      expect(seen.status).toBe(401)
    }
  })

  test('that comes back while Redis is away is put off, not sent away', slow, async () => {
    const file = await tokenFile()
    const store = await redis()
    const [gateway] = await gatewaysOn(store, file)
    const front = await balancer(gateway)
    const { source, seen } = listen(front.endpoint, await makeTicket(gateway, file))
    await once(source, 'open')
    await post(gateway, file, 'before')
    await expect.poll(() => seen.received).toEqual(['before'])
    await store.kill()
    front.cut()
    await expect.poll(() => seen.opens, slow).toBe(2)
    expect(source.readyState).not.toBe(EventSource.CLOSED)
    await store.start()
    await expect.poll(async () => (await fetch(`${gateway.url}/health/ready`)).status, slow).toBe(200)
    await post(gateway, file, 'after')
    await expect.poll(() => seen.received, slow).toEqual(['before', 'after'])
  })
})

/** A page of another site with the README's own script, which has a token. */
async function startSite(token: string): Promise<{ origin: string; leadTo(gateway: TestGateway): void }> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, script = ''] = /```js\n\s*(\/\/ dashboard\.js[\s\S]*?)```/.exec(readme) ?? []
  expect(script).toContain('new EventSource')
  let host = ''
  const site = createServer((_request, response) => {
    const told = `const token = ${JSON.stringify(token)}\n${script.replaceAll('127.0.0.1:4000', host)}`
    response.setHeader('content-type', 'text/html').end(`<script type="module">${told}</script>`)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  made.defer(() => {
    site.closeAllConnections()
    site.close()
  })
  return {
    origin: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    leadTo({ url }) {
      host = new URL(url).host
    },
  }
}

/** What the page prints, and what it is answered by the gateway: `GET 200`. */
async function openPage(origin: string) {
  const executablePath = findProgram(browserPrograms)
  if (executablePath === null) throw new Error('no Chromium is on the PATH: run npm test once')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  made.defer(() => browser.close())
  const page = await browser.newPage()
  const shown: string[] = []
  const answers: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'log') shown.push(message.text())
  })
  page.on('response', (response) => {
    if (response.url().includes('/graphql'))
      answers.push(`${response.request().method()} ${response.status()}`)
  })
  await page.goto(origin)
  return { shown, answers }
}

test("a browser's EventSource on a page of a listed site is let in, comes back after a restart, and stops with its token", {
  timeout: 90_000,
}, async () => {
  const file = await tokenFile()
  const site = await startSite(file.tokens.acme)
  const settings = { tokensFile: file.path, corsOrigins: [site.origin], bookmarkMs: 100 }
  const first = await startTestGateway('sqlite', settings)
  made.defer(() => first.stop())
  site.leadTo(first)
  const { shown, answers } = await openPage(site.origin)
  const happens = async (gateway: TestGateway, uid: string) => {
    const event = vmState(uid, uid, 'Running', { account: 'account-acme' })
    expect((await gateway.post([event], cloudEventBatch, file.tokens.ingest)).status).toBe(202)
  }
  const tickets = () => answers.filter((answer) => answer === 'POST 200').length

  await expect.poll(() => answers.at(-1), slow).toBe('GET 200')
  await happens(first, 'live')
  await expect.poll(() => shown, slow).toEqual(['VM.STATE live'])
  await first.halt()
  const { dataDir } = first.settings
  const port = Number(new URL(first.url).port)
  const again = await startTestGateway('sqlite', { ...settings, dataDir, port })
  made.defer(() => again.halt())
  await happens(again, 'while-away')
  await expect.poll(() => shown, slow).toEqual(['VM.STATE live', 'VM.STATE while-away'])
  expect(tickets()).toBe(1)

  await file.write(withoutAcme)
  await expect.poll(() => answers, slow).toContain('GET 401')
  await expect.poll(() => answers.at(-1), slow).toBe('POST 401')
  expect(tickets()).toBe(1)
})
