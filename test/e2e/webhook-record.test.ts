// The record of a webhook, through the public doors: made, changed, looked at and taken away, by its owner
// and by nobody else.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createSecret } from '../../src/channel/signature.ts'
import { schema } from '../../src/graphql/schema.ts'
import { type HttpPeer, startHttpPeer } from '../channel/http-peer.ts'
import { query } from '../support/clients.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { everyRole, makeTokenFile, type TokenFile } from '../support/tokens.ts'
import {
  command,
  done,
  isSignedWith,
  type Kept,
  look,
  make,
  type SeenEndpoint,
  send,
  webhookSettings,
} from '../support/webhooks.ts'

const sms = 'sms:+491701234567'

/** Matches nothing that happens here: what is received was asked for. */
const quiet = { filter: { types: ['NEVER.COMES'] } }

describe.each(engineNames)('a webhook on %s', (engine) => {
  let file: TokenFile<keyof typeof everyRole>
  let gateway: TestGateway
  let peer: HttpPeer
  let hanging: HttpPeer
  let last = 0

  beforeAll(async () => {
    file = await makeTokenFile(everyRole)
    peer = await startHttpPeer()
    hanging = await startHttpPeer()
    hanging.behave('HANG')
    gateway = await startTestGateway(engine, { ...webhookSettings, tokensFile: file.path })
  })
  afterAll(async () => {
    // First, as what hangs there would be waited for.
    await hanging?.stop()
    await gateway?.stop()
    await peer?.stop()
    await file?.remove()
  })

  /** Logs events of an account; returns their ids. */
  async function happen(account: string, count = 1, type = 'TEST.NOTE'): Promise<string[]> {
    const events = Array.from({ length: count }, () => note(`note-${++last}`, type, { account }))
    const response = await gateway.post(events, cloudEventBatch, file.tokens.ingest)
    expect(response.status).toBe(202)
    const text = '{ events(last: 500) { nodes { id eventId } } }'
    const data = await query<{ events: { nodes: { id: string; eventId: string }[] } }>(
      gateway.endpoint,
      text,
      {},
      file.tokens.admin,
    )
    const ids = new Set(events.map(({ id }) => id))
    return data.events.nodes.filter(({ eventId }) => ids.has(eventId)).map(({ id }) => id)
  }

  async function head(): Promise<string> {
    return (await query<{ head: string }>(gateway.endpoint, '{ head }', {}, file.tokens.admin)).head
  }

  const acme = () => file.tokens.acme
  const hook = (name: string) => `${peer.uri}/${name}`
  /** Takes nothing, so that the cursor of its endpoint stays before the first event that concerns it. */
  const stuck = (name: string) => `${hanging.uri}/${name}`
  /** What came to one hook. */
  const receivedBy = (name: string) => peer.requests.filter(({ url }) => url === `/hook/${name}`)
  const lastOf = (name: string) => {
    const request = receivedBy(name).at(-1)
    if (request === undefined) throw new Error(`nothing came to ${name}`)
    return request
  }
  const endpointOf = ({ webhook }: Kept): SeenEndpoint => {
    const [endpoint] = webhook.endpoints
    if (endpoint === undefined) throw new Error('there is no endpoint')
    return endpoint
  }

  test('is made with name, filter, endpoints and their secrets, which are shown this once', async () => {
    const made = await make(gateway, [hook('made')], { name: 'DNS', filter: { types: ['VM.START'] } }, acme())
    expect(made.webhook).toMatchObject({
      name: 'DNS',
      ownerName: 'acme',
      accounts: ['account-acme'],
      filter: { types: ['VM.START'] },
      version: 1,
    })
    expect(made.webhook.endpoints).toMatchObject([
      { uri: hook('made'), channel: 'http', state: 'ENABLED', delivery: 'RETRY', concurrency: 1, lag: 0 },
    ])
    expect(made.secrets).toEqual([
      { endpoint: { id: endpointOf(made).id }, secret: expect.stringMatching(/^whsec_/) },
    ])
    expect(made.warnings).toEqual([])
    expect(JSON.stringify(await look(gateway, made.webhook.id, acme()))).not.toContain('whsec_')
  })

  test('takes a secret that is brought, and signs with it', async () => {
    const secret = createSecret()
    const made = await make(gateway, [], { ...quiet, endpoints: [{ uri: hook('brought'), secret }] }, acme())
    expect(made.secrets).toMatchObject([{ secret }])
    await done(gateway, 'testWebhook', { id: made.webhook.id }, acme())
    expect(isSignedWith(lastOf('brought'), secret)).toBe(true)
  })

  test('begins where the log stands, or after a cursor that is given', async () => {
    const before = await head()
    await happen('account-acme')
    const now = await make(gateway, [stuck('now')], {}, acme())
    expect(endpointOf(now)).toMatchObject({ cursor: await head(), lag: 0 })
    const then = await make(gateway, [stuck('then')], { after: before }, acme())
    expect(endpointOf(then)).toMatchObject({ cursor: before, lag: 1 })
    const lost = await command(
      gateway,
      'createWebhook',
      { filter: {}, endpoints: [{ uri: hook('lost') }], after: `c1${'A'.repeat(24)}` },
      acme(),
    )
    expect(lost.refused).toMatchObject({ code: 'CURSOR_EXPIRED', field: 'input.after' })
  })

  test('gives its filter back as it can be given again', async () => {
    const filter = {
      types: ['VM.*'],
      resources: [{ kind: 'VirtualMachine', id: 'some' }],
      not: { or: [{ kinds: ['Volume'] }, { related: [{ kind: 'Network', id: 'other' }] }] },
    }
    const made = await make(gateway, [hook('filter')], { filter }, acme())
    expect(made.webhook).toMatchObject({ filter })
  })

  test.each([
    ['a URI that is none', { endpoints: [{ uri: 'example.org' }] }, 'input.endpoints[0].uri', /must begin/],
    [
      'a forbidden address',
      { endpoints: [{ uri: 'https://10.1.2.3/' }] },
      'input.endpoints[0].uri',
      /10\.1\.2\.3/,
    ],
    [
      'a metadata address',
      { endpoints: [{ uri: 'http://169.254.169.254/' }] },
      'input.endpoints[0].uri',
      /./,
    ],
    [
      'credentials in a URI',
      { endpoints: [{ uri: 'https://a:b@127.0.0.1/' }] },
      'input.endpoints[0].uri',
      /name or password/,
    ],
    ['no URI', { endpoints: [{}] }, 'input.endpoints[0].uri', /missing/],
    ['no endpoint', { endpoints: [] }, 'input.endpoints', /at least one/],
    [
      'an id for a new endpoint',
      { endpoints: [{ id: 'ep_x', uri: 'https://127.0.0.1/' }] },
      'input.endpoints[0].id',
      /takes no id/,
    ],
    [
      'the same address twice',
      { endpoints: [{ uri: 'https://127.0.0.1/a' }, { uri: 'https://127.0.0.1:443/a' }] },
      'input.endpoints[1].uri',
      /the same as input\.endpoints\[0\]/,
    ],
    [
      'an empty list in the filter',
      { filter: { or: [{ types: [] }] } },
      'input.filter.or[0].types',
      /is empty/,
    ],
    ['a wrong pattern in the filter', { filter: { types: ['VM*'] } }, 'input.filter.types[0]', /VM\.\*/],
    ['an empty name', { name: ' ' }, 'input.name', /1…200/],
    ['a cursor that is none', { after: 'x' }, 'input.after', /not a cursor/],
    [
      'a short secret',
      { endpoints: [{ uri: 'https://127.0.0.1/', secret: 'whsec_AAAA' }] },
      'input.endpoints[0].secret',
      /24 to 64/,
    ],
    [
      'too much at once',
      { endpoints: [{ uri: 'https://127.0.0.1/', concurrency: 33 }] },
      'input.endpoints[0].concurrency',
      /1…32/,
    ],
    [
      'too much time',
      { endpoints: [{ uri: 'https://127.0.0.1/', timeoutSeconds: 0 }] },
      'input.endpoints[0].timeoutSeconds',
      /1…60/,
    ],
    ...['Host', 'Content-Type', 'Connection', 'webhook-id', 'ce-id'].map(
      (name) =>
        [
          `the header ${name}`,
          { endpoints: [{ uri: 'https://127.0.0.1/', headers: [{ name, value: 'x' }] }] },
          `input.endpoints[0].headers.${name}`,
          /cannot be set/,
        ] as const,
    ),
    [
      'a header twice',
      {
        endpoints: [
          {
            uri: 'https://127.0.0.1/',
            headers: [
              { name: 'a', value: 'x' },
              { name: 'A', value: 'x' },
            ],
          },
        ],
      },
      'input.endpoints[0].headers[1].name',
      /twice/,
    ],
  ] as const)('is refused for %s, by the name of the field', async (_, input, field, says) => {
    const usual = { filter: {}, endpoints: [{ uri: 'https://127.0.0.1/' }] }
    const { refused } = await command(gateway, 'createWebhook', { ...usual, ...input }, acme())
    expect(refused).toMatchObject({ field })
    expect(refused?.code).toMatch(/^BAD_(INPUT|CURSOR)$/)
    expect(refused?.message).toMatch(says)
  })

  test.each([
    ['mailto:somebody@example.org', 'HELIOGRAPH_SMTP_URL'],
    [sms, 'HELIOGRAPH_SMPP_URL'],
    ['amqp://bus/events', 'HELIOGRAPH_AMQP_BROKERS_FILE'],
  ])('is refused for %s, whose channel is not configured, with the name of %s', async (uri, setting) => {
    const { refused } = await command(gateway, 'createWebhook', { filter: {}, endpoints: [{ uri }] }, acme())
    expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints[0].uri' })
    expect(refused?.message).toContain(setting)
  })

  test('has at most 20 endpoints', async () => {
    const uris = Array.from({ length: 21 }, (_, n) => hook(`many/${n}`))
    const tooMany = { filter: {}, endpoints: uris.map((uri) => ({ uri })) }
    const { refused } = await command(gateway, 'createWebhook', tooMany, acme())
    expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints' })
    expect((await make(gateway, uris.slice(1), quiet, acme())).webhook.endpoints).toHaveLength(20)
  })

  test('with a type that nobody knows is taken, with a warning and near matches', async () => {
    await happen('account-acme', 1, 'HOUSE.KNOWN')
    const types = ['VM.STRAT', 'VN.*', 'VM.START', 'VM.*', 'HOUSE.KNOWN', 'HOUSE.*', 'ENDPOINT.DISABLED']
    const made = await make(gateway, [hook('types')], { filter: { types } }, acme())
    expect(made.warnings).toMatchObject([
      { field: 'input.filter.types[0]', suggestions: expect.arrayContaining(['VM.START']) },
      { field: 'input.filter.types[1]', suggestions: expect.arrayContaining(['VM.*']) },
    ])
  })

  test('shows the names of its custom headers, never their values, and sends both', async () => {
    const headers = [{ name: 'X-Token', value: 'open-sesame' }]
    const made = await make(gateway, [], { ...quiet, endpoints: [{ uri: hook('headers'), headers }] }, acme())
    expect(endpointOf(made).headerNames).toEqual(['x-token'])
    expect(JSON.stringify(made)).not.toContain('open-sesame')
    await done(gateway, 'testWebhook', { id: made.webhook.id }, acme())
    expect(lastOf('headers').headers['x-token']).toBe('open-sesame')
  })

  test('is changed by who read its latest version; an endpoint given by its id keeps cursor and secret', async () => {
    const made = await make(
      gateway,
      [stuck('kept'), hook('signed'), hook('dropped')],
      { name: 'before' },
      acme(),
    )
    const before = endpointOf(made)
    const signed = made.webhook.endpoints[1]?.id ?? ''
    await happen('account-acme', 3)
    const { webhook, secrets } = await done<Kept>(
      gateway,
      'updateWebhook',
      {
        id: made.webhook.id,
        version: 1,
        name: 'after',
        endpoints: [{ id: before.id, timeoutSeconds: 30 }, { id: signed }, { uri: stuck('new') }],
      },
      acme(),
    )
    const [kept, , added] = webhook.endpoints
    expect(webhook).toMatchObject({ name: 'after', version: 2 })
    expect(kept).toMatchObject({ id: before.id, uri: before.uri, cursor: before.cursor, timeoutSeconds: 30 })
    expect(added).toMatchObject({ uri: stuck('new'), cursor: await head(), timeoutSeconds: 15 })
    expect(secrets.map(({ endpoint }) => endpoint.id)).toEqual([added?.id])
    await done(gateway, 'testWebhook', { id: webhook.id, endpoint: signed }, acme())
    const test = receivedBy('signed').find(({ body }) => body.includes('WEBHOOK.TEST'))
    expect(test && isSignedWith(test, made.secrets[1]?.secret ?? '')).toBe(true)
  })

  test('meets a version check where two change it at once: one of them is told', async () => {
    const made = await make(gateway, [hook('raced')], quiet, acme())
    const { id } = made.webhook
    const change = (name: string) => command(gateway, 'updateWebhook', { id, version: 1, name }, acme())
    const results = await Promise.all(['one', 'two', 'three'].map(change))
    expect(results.filter(({ refused }) => refused === null)).toHaveLength(1)
    for (const { refused } of results) if (refused !== null) expect(refused.code).toBe('CONFLICT')
    const late = await change('late')
    expect(late.refused).toMatchObject({ code: 'CONFLICT', field: 'input.version' })
  })

  test('is gone once it is deleted', async () => {
    const made = await make(gateway, [hook('gone')], quiet, acme())
    const { id } = made.webhook
    expect(await done(gateway, 'deleteWebhook', { id }, acme())).toEqual({ id })
    expect(await look(gateway, id, acme())).toBeNull()
    const again = await command(gateway, 'deleteWebhook', { id }, acme())
    expect(again.refused).toMatchObject({ code: 'NOT_FOUND', field: 'input.id' })
  })

  test('disables and enables an endpoint, from NOW with a recorded gap or from WHERE_IT_STOPPED, and the log tells of it', async () => {
    const made = await make(gateway, [stuck('switched')], {}, acme())
    const { id, cursor } = endpointOf(made)
    const off = await done<{ endpoint: SeenEndpoint }>(gateway, 'disableEndpoint', { id }, acme())
    expect(off.endpoint).toMatchObject({ state: 'DISABLED', reason: 'BY_OWNER' })
    await happen('account-acme', 2)
    const input = { id, from: 'WHERE_IT_STOPPED' }
    const on = await done<{ endpoint: SeenEndpoint }>(gateway, 'enableEndpoint', input, acme())
    expect(on.endpoint).toMatchObject({ state: 'ENABLED', reason: null, cursor, gaps: [] })
    await done(gateway, 'disableEndpoint', { id }, acme())
    const now = await done<{ endpoint: SeenEndpoint }>(gateway, 'enableEndpoint', { id, from: 'NOW' }, acme())
    expect(now.endpoint).toMatchObject({ state: 'ENABLED', reason: null })
    expect(now.endpoint.cursor).not.toBe(cursor)
    expect(now.endpoint.gaps).toMatchObject([{ reason: 'SKIPPED' }])
    const told = await query<{ events: { nodes: { type: string; owner: string }[] } }>(
      gateway.endpoint,
      `{ events(last: 500, filter: { resources: [{ kind: "Endpoint", id: "${id}" }] }) { nodes { type owner } } }`,
      {},
      acme(),
    )
    expect(told.events.nodes.map(({ type }) => type)).toEqual([
      'ENDPOINT.DISABLED',
      'ENDPOINT.ENABLED',
      'ENDPOINT.DISABLED',
      'ENDPOINT.ENABLED',
      'ENDPOINT.GAP',
    ])
    expect(new Set(told.events.nodes.map(({ owner }) => owner))).toEqual(new Set(['account-acme']))
  })

  test('rotates a secret: both sign for the overlap, and the new one alone without any', async () => {
    const made = await make(gateway, [hook('rotated')], quiet, acme())
    const { id } = endpointOf(made)
    const old = made.secrets[0]?.secret ?? ''
    const rotate = async (input: object) =>
      (await done<{ secret: string }>(gateway, 'rotateSecret', { id, ...input }, acme())).secret
    const received = async () => {
      await done(gateway, 'testWebhook', { id: made.webhook.id }, acme())
      return lastOf('rotated')
    }
    const second = await rotate({ overlapSeconds: 3_600 })
    const overlapped = await received()
    expect([old, second].map((secret) => isSignedWith(overlapped, secret))).toEqual([true, true])
    const brought = createSecret()
    expect(await rotate({ overlapSeconds: 0, secret: brought })).toBe(brought)
    const after = await received()
    expect([old, second, brought].map((secret) => isSignedWith(after, secret))).toEqual([false, false, true])
    const { refused } = await command(gateway, 'rotateSecret', { id, overlapSeconds: 1e6 }, acme())
    expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.overlapSeconds' })
  })

  test('is tested at once; the result is told and counts for nothing', async () => {
    const made = await make(gateway, [hook('tested')], quiet, acme())
    const { id } = made.webhook
    peer.behave('REFUSE')
    onTestFinished(() => peer.behave('ACCEPT'))
    const { results } = await done<{ results: unknown[] }>(gateway, 'testWebhook', { id }, acme())
    expect(results).toMatchObject([{ attempt: { outcome: 'REFUSED', status: 422 } }])
    peer.behave('ACCEPT')
    const again = await done<{ results: unknown[] }>(gateway, 'testWebhook', { id }, acme())
    expect(again.results).toMatchObject([{ attempt: { outcome: 'DELIVERED', status: 200 } }])
    expect(JSON.parse(lastOf('tested').body)).toMatchObject({ type: 'WEBHOOK.TEST' })
    const seen = await look(gateway, id, acme())
    expect(seen?.endpoints).toMatchObject([{ failures: 0, delivered: 0, attempts: [] }])
  })

  test('is tested at all its endpoints at once', async () => {
    const made = await make(gateway, [hook('a'), hook('b'), hook('c')], quiet, acme())
    let open = 0
    // Answers only once all three are there.
    const waiting: (() => void)[] = []
    peer.answer((_request, response) => {
      waiting.push(() => response.end())
      open = Math.max(open, waiting.length)
      if (waiting.length === 3) for (const answer of waiting.splice(0)) answer()
    })
    onTestFinished(() => peer.behave('ACCEPT'))
    const { id } = made.webhook
    const { results } = await done<{ results: unknown[] }>(gateway, 'testWebhook', { id }, acme())
    expect(results).toMatchObject(Array(3).fill({ attempt: { outcome: 'DELIVERED' } }))
    expect(open).toBe(3)
  })

  test('sends at most ten tests a minute to an endpoint', async () => {
    const made = await make(gateway, [hook('often')], quiet, acme())
    const { id } = made.webhook
    for (let n = 0; n < 10; n++) await done(gateway, 'testWebhook', { id }, acme())
    const { refused } = await command(gateway, 'testWebhook', { id }, acme())
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', field: 'input.id' })
  })

  test('is replayed: its cursor moves back, never forward', async () => {
    const before = await head()
    await happen('account-acme', 4)
    const made = await make(gateway, [stuck('replayed')], {}, acme())
    const { id } = made.webhook
    const replay = (after: string) =>
      done<Kept>(gateway, 'replayWebhook', { id, after }, acme()).then(endpointOf)
    expect(await replay(before)).toMatchObject({ cursor: before, lag: 4 })
    expect(await replay(await head())).toMatchObject({ cursor: before })
    const gone = await command(gateway, 'replayWebhook', { id, after: `c1${'A'.repeat(24)}` }, acme())
    expect(gone.refused).toMatchObject({ code: 'CURSOR_EXPIRED', field: 'input.after' })
  })

  test('resends an event under the same webhook-id, and none that it may not see', async () => {
    const [own = ''] = await happen('account-acme')
    const [foreign = ''] = await happen('account-globex')
    const made = await make(gateway, [hook('resent')], { filter: { types: ['VM.START'] } }, acme())
    const endpoint = endpointOf(made).id
    const resend = () =>
      done<{ attempt: { webhookId: string } }>(gateway, 'resendEvent', { endpoint, event: own }, acme())
    const ids = [(await resend()).attempt.webhookId, (await resend()).attempt.webhookId]
    expect(ids[0]).toMatch(/^msg_/)
    expect(ids[1]).toBe(ids[0])
    expect(receivedBy('resent').map(({ headers }) => headers['webhook-id'])).toEqual(ids)
    for (const token of [acme(), file.tokens.admin]) {
      const { refused } = await command(gateway, 'resendEvent', { endpoint, event: foreign }, token)
      expect(refused).toMatchObject({ code: 'NOT_FOUND', field: 'input.event' })
    }
    const { refused } = await command(gateway, 'resendEvent', { endpoint, event: 'x' }, acme())
    expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.event' })
  })

  test('is previewed: which of the latest events a filter would have told', async () => {
    await happen('account-acme', 2, 'PREVIEW.NOTE')
    await happen('account-globex', 2, 'PREVIEW.NOTE')
    await happen('account-acme', 2, 'PREVIEW.OTHER')
    const text = `query ($filter: EventFilter) { previewWebhook(filter: $filter, last: 3) {
      events { type owner } warnings { field suggestions }
    } }`
    const ask = async (filter: object) =>
      (await send<{ previewWebhook: unknown }>(gateway, text, { filter }, acme())).data?.previewWebhook
    const own = (type: string) => ({ type, owner: 'account-acme' })
    expect(await ask({ types: ['PREVIEW.*'] })).toEqual({
      events: [own('PREVIEW.NOTE'), own('PREVIEW.OTHER'), own('PREVIEW.OTHER')],
      warnings: [],
    })
    expect(await ask({ types: ['PREVIEW.NOTES'] })).toMatchObject({
      events: [],
      warnings: [{ field: 'filter.types[0]', suggestions: ['PREVIEW.NOTE', 'PREVIEW.OTHER'] }],
    })
    await happen('account-globex', 1, 'HIDDEN.PLANS')
    const guess = await ask({ types: ['HIDDEN.PLAN', 'HIDDEN.PLANS', 'HIDDEN.*'] })
    expect(guess).toMatchObject({ warnings: Array(3).fill({ suggestions: [] }) })
  })

  test('is listed in pages, each once, to whoever may manage it', async () => {
    const mine = new Set<string>()
    for (let n = 0; n < 5; n++)
      mine.add((await make(gateway, [hook(`listed/${n}`)], quiet, file.tokens.globex)).webhook.id)
    const seen: string[] = []
    let after: string | null = null
    do {
      const text = `query ($after: String) { webhooks(first: 2, after: $after) {
        nodes { id ownerName } pageInfo { hasNextPage endCursor }
      } }`
      const page: { webhooks: Page } = await query(gateway.endpoint, text, { after }, file.tokens.globex)
      for (const { id, ownerName } of page.webhooks.nodes) {
        expect(ownerName).toBe('globex')
        seen.push(id)
      }
      after = page.webhooks.pageInfo.hasNextPage ? page.webhooks.pageInfo.endCursor : null
    } while (after !== null)
    expect(seen).toEqual([...mine].sort())
  })

  test('is managed by whoever may see all its accounts, and does not exist for others', async () => {
    const made = await make(gateway, [hook('managed')], quiet, acme())
    const { id } = made.webhook
    const endpoint = endpointOf(made).id
    const [event = ''] = await happen('account-acme')
    const after = await head()
    const commands: [string, Record<string, unknown>][] = [
      ['updateWebhook', { id, version: 1, name: 'x' }],
      ['testWebhook', { id }],
      ['replayWebhook', { id, after }],
      ['resendEvent', { endpoint, event }],
      ['rotateSecret', { id: endpoint }],
      ['disableEndpoint', { id: endpoint }],
      ['enableEndpoint', { id: endpoint, from: 'NOW' }],
      ['confirmEndpoint', { id: endpoint, code: '000000' }],
      ['deleteWebhook', { id }],
    ]
    const messages = async (input: [string, Record<string, unknown>]) =>
      (await command(gateway, ...input, file.tokens.globex)).refused
    const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {})
    const others = mutations.filter((name) => !['createStreamTicket', 'createWebhook'].includes(name))
    expect(commands.map(([name]) => name).sort()).toEqual(others.sort())
    for (const given of commands) expect((await messages(given))?.code, given[0]).toBe('NOT_FOUND')
    // The same words as for what never was.
    const missing = await messages(['deleteWebhook', { id: 'wh_missing' }])
    const hidden = await messages(['deleteWebhook', { id }])
    expect(hidden?.message.replace(id, 'wh_missing')).toBe(missing?.message)
    const byAdmin = await make(gateway, [hook('all')], quiet, file.tokens.admin)
    expect(await look(gateway, byAdmin.webhook.id, acme())).toBeNull()
    const changed = await done<Kept>(gateway, ...(commands[0] ?? ['', {}]), file.tokens.admin)
    expect(changed.webhook).toMatchObject({ name: 'x', ownerName: 'acme', accounts: ['account-acme'] })
  })

  test('asks for permission by the handshake where that is wanted, and is refused without', async () => {
    const endpoints = [{ uri: hook('asked'), handshake: true }]
    const { refused } = await command(gateway, 'createWebhook', { filter: {}, endpoints }, acme())
    expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints[0].handshake' })
    expect(refused?.message).toContain('HELIOGRAPH_PUBLIC_URL')
  })
})

type Page = {
  readonly nodes: readonly { readonly id: string; readonly ownerName: string }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

describe.each(engineNames)('with settings of its own on %s', (engine) => {
  async function start(settings: Parameters<typeof startTestGateway>[1]): Promise<TestGateway> {
    const gateway = await startTestGateway(engine, { ...webhookSettings, ...settings })
    onTestFinished(() => gateway.stop())
    return gateway
  }

  test('one owner has as many webhooks as HELIOGRAPH_WEBHOOK_PER_OWNER says', async () => {
    const gateway = await start({ webhooksPerOwner: 2 })
    const uri = 'https://127.0.0.1/'
    const [first] = [await make(gateway, [uri]), await make(gateway, [uri])]
    const input = { filter: {}, endpoints: [{ uri }] }
    const { refused } = await command(gateway, 'createWebhook', input)
    expect(refused).toMatchObject({ code: 'TOO_MANY_WEBHOOKS', field: 'input' })
    expect(refused?.message).toContain('HELIOGRAPH_WEBHOOK_PER_OWNER')
    await done(gateway, 'deleteWebhook', { id: first.webhook.id })
    await make(gateway, [uri])
  })

  test("the gateway's own servers are refused, though their network is allowed", async () => {
    const gateway = await start({ amqpUrl: 'amqp://127.0.0.1:5679/' })
    const { redisUrl } = gateway.settings
    const ports = ['5679', ...(redisUrl === null ? [] : [new URL(redisUrl).port])]
    for (const port of ports) {
      for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
        const input = { filter: {}, endpoints: [{ uri: `http://${host}:${port}/` }] }
        const { refused } = await command(gateway, 'createWebhook', input)
        expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints[0].uri' })
        expect(refused?.message).toContain("the gateway's own server")
      }
    }
  })

  test('an endpoint that grants the handshake is taken, one that does not is refused', async () => {
    const gateway = await start({ publicUrl: 'https://events.example' })
    let allowed = 'somebody.else'
    const server = createServer((request, response) => {
      response.setHeader('webhook-allowed-origin', allowed)
      response.end(request.method === 'OPTIONS' ? '' : 'taken')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const input = { filter: {}, endpoints: [{ uri, handshake: true }] }
    const { refused } = await command(gateway, 'createWebhook', input)
    expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints[0].handshake' })
    allowed = 'events.example'
    await done(gateway, 'createWebhook', input)
  })
})
