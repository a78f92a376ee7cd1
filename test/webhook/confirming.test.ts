// Addresses that are asked before they are notified, by a code or by a link, on every engine.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HeliographError } from '../../src/errors.ts'
import type { Caller, Registry } from '../../src/webhook/registry.ts'
import type { Endpoint, EndpointState } from '../../src/webhook/webhook.ts'
import {
  type AskingChannel,
  askingChannel,
  openTestRegistry,
  testBox,
  testLinks,
} from '../support/registry.ts'
import { engines, type Opened } from '../support/store.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

describe.each(engines)('an address on $name', (engine) => {
  let opened: Opened
  let registry: Registry
  let mail: AskingChannel
  let sms: AskingChannel
  let nowMs = Date.now()
  let last = 0
  const box = testBox()
  const links = testLinks(box)

  beforeAll(async () => {
    opened = await engine.open()
    mail = askingChannel('mailto:', 'LINK')
    sms = askingChannel('sms:', 'CODE', { attempts: 2, windowMs: minuteMs })
    registry = openTestRegistry(opened.store, { box, links, now: () => nowMs }, [mail, sms])
  })
  afterAll(() => opened.stop())

  /** A caller of its own, so that no test takes another's allowance. */
  const somebody = (): Caller => ({ name: `caller ${++last}`, accounts: ['account-acme'] })
  const numberOf = () => `sms:+49${++last}`
  const mailOf = () => `mailto:${++last}@example.org`

  async function subscribe(caller: Caller, uri: string): Promise<Endpoint> {
    const input = { name: null, filter: {}, endpoints: [{ uri }], after: null }
    const { webhook } = await registry.create(caller, input)
    const [endpoint] = webhook.endpoints
    if (endpoint === undefined) throw new Error('there is no endpoint')
    return endpoint
  }

  async function stateOf({ id }: Endpoint): Promise<EndpointState | undefined> {
    const [progress] = await registry.progress([id])
    return progress?.state
  }

  function codeOf({ uri }: Endpoint): string {
    const challenge = sms.asked.findLast((one) => one.uri === uri)?.challenge
    if (challenge?.kind !== 'CODE') throw new Error('no code was sent')
    return challenge.code
  }

  function linkOf({ uri }: Endpoint): { endpoint: string; token: string } {
    const challenge = mail.asked.findLast((one) => one.uri === uri)?.challenge
    if (challenge?.kind !== 'LINK') throw new Error('no link was sent')
    const url = new URL(challenge.url)
    expect(`${url.origin}${url.pathname}`).toBe('https://events.example/webhooks/confirm')
    return {
      endpoint: url.searchParams.get('endpoint') ?? '',
      token: url.searchParams.get('token') ?? '',
    }
  }

  const wrong = (code: string) => (code === '000000' ? '000001' : '000000')

  async function refusalOf(promise: Promise<unknown>): Promise<Partial<HeliographError>> {
    const error = await promise.then(
      () => null,
      (reason: unknown) => reason,
    )
    const { code, field, message } = error as HeliographError
    return { code, field, message }
  }

  test('with a code is UNCONFIRMED until the code is given', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, numberOf())
    expect(await stateOf(endpoint)).toMatchObject({ kind: 'UNCONFIRMED' })
    expect(codeOf(endpoint)).toMatch(/^\d{6}$/)
    const { id } = endpoint
    await registry.confirm(caller, { id, code: codeOf(endpoint) })
    expect(await stateOf(endpoint)).toEqual({ kind: 'ENABLED' })
    await registry.confirm(caller, { id, code: codeOf(endpoint) })
  })

  test('keeps no code, only its hash', async () => {
    const endpoint = await subscribe(somebody(), numberOf())
    expect(JSON.stringify(await stateOf(endpoint))).not.toContain(codeOf(endpoint))
  })

  test('has five tries, after which the right code does not count either', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, numberOf())
    const code = codeOf(endpoint)
    const give = (text: string) => registry.confirm(caller, { id: endpoint.id, code: text })
    for (let n = 0; n < 5; n++) {
      const refusal = await refusalOf(give(wrong(code)))
      expect(refusal).toMatchObject({ code: 'BAD_INPUT', field: 'input.code' })
      expect(refusal.message).toMatch(/is wrong/)
    }
    expect((await refusalOf(give(code))).message).toMatch(/does not count, or no longer/)
    expect(await stateOf(endpoint)).toMatchObject({ kind: 'UNCONFIRMED' })
  })

  test('counts tries that come at once', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, numberOf())
    const code = wrong(codeOf(endpoint))
    const tries = Array.from({ length: 8 }, () =>
      refusalOf(registry.confirm(caller, { id: endpoint.id, code })),
    )
    const messages = (await Promise.all(tries)).map(({ message = '' }) => message)
    expect(messages.filter((message) => message.includes('is wrong'))).toHaveLength(5)
  })

  test('has ten minutes for a code, and a day for a link', async () => {
    const caller = somebody()
    const number = await subscribe(caller, numberOf())
    const address = await subscribe(caller, mailOf())
    nowMs += 10 * minuteMs
    const late = registry.confirm(caller, { id: number.id, code: codeOf(number) })
    expect((await refusalOf(late)).message).toMatch(/no longer/)
    await registry.confirmByLink(linkOf(address))
    const another = await subscribe(caller, mailOf())
    nowMs += dayMs
    expect((await refusalOf(registry.confirmByLink(linkOf(another)))).message).toMatch(/no longer/)
  })

  test('with a link is confirmed by it, twice as well as once, and by no other', async () => {
    const endpoint = await subscribe(somebody(), mailOf())
    const link = linkOf(endpoint)
    const other = await subscribe(somebody(), mailOf())
    const crossed = { endpoint: other.id, token: link.token }
    expect((await refusalOf(registry.confirmByLink(crossed))).code).toBe('BAD_INPUT')
    await registry.confirmByLink(link)
    await registry.confirmByLink(link)
    expect(await stateOf(endpoint)).toEqual({ kind: 'ENABLED' })
    expect(await stateOf(other)).toMatchObject({ kind: 'UNCONFIRMED' })
    const byCode = registry.confirm(somebody(), { id: other.id, code: '000000' })
    expect((await refusalOf(byCode)).field).toBe('input.id')
  })

  test('is asked once an hour, whoever wants it asked', async () => {
    const uri = mailOf()
    await subscribe(somebody(), uri)
    const again = await refusalOf(subscribe(somebody(), uri))
    expect(again).toMatchObject({ code: 'RATE_LIMITED', field: 'input.endpoints[0].uri' })
    expect(mail.asked.filter((one) => one.uri === uri)).toHaveLength(1)
  })

  test('is one of five that are asked for one caller in a day', async () => {
    const caller = somebody()
    for (let n = 0; n < 5; n++) await subscribe(caller, mailOf())
    const uri = mailOf()
    expect((await refusalOf(subscribe(caller, uri))).code).toBe('RATE_LIMITED')
    await subscribe(somebody(), uri)
  })

  test('that is not reached stays UNCONFIRMED, with a warning', async () => {
    const { answer } = mail
    mail.answer = { outcome: { kind: 'REFUSED' }, status: 550, detail: 'no such mailbox', latencyMs: 1 }
    const input = { name: null, filter: {}, endpoints: [{ uri: mailOf() }], after: null }
    const { webhook, warnings } = await registry.create(somebody(), input)
    mail.answer = answer
    expect(warnings).toMatchObject([{ field: 'input.endpoints[0].uri' }])
    expect(warnings[0]?.message).toContain('no such mailbox')
    const [endpoint] = webhook.endpoints
    expect(endpoint && (await stateOf(endpoint))).toMatchObject({ kind: 'UNCONFIRMED' })
  })

  test('gets no test and no event before it said yes, nor after it said no', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, mailOf())
    const { webhooks } = await registry.page(caller, 500, null)
    const webhook = webhooks.find(({ endpoints }) => endpoints.some(({ id }) => id === endpoint.id))
    const test = () => registry.test(caller, { id: webhook?.id ?? '', endpoint: endpoint.id })
    const before = await refusalOf(test())
    expect(before).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoint' })
    await registry.confirmByLink(linkOf(endpoint))
    await test()
    expect(mail.told.filter((uri) => uri === endpoint.uri)).toHaveLength(1)
    await registry.unsubscribeByLink(unsubscribeLink(endpoint))
    expect(await refusalOf(test())).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoint' })
    const place = { offset: 1, mark: 1 }
    const resent = registry.resend(caller, { endpoint: endpoint.id, place })
    expect(await refusalOf(resent)).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoint' })
    expect(mail.told.filter((uri) => uri === endpoint.uri)).toHaveLength(1)
  })

  const unsubscribeLink = ({ id }: Endpoint) => {
    const { searchParams } = new URL(links.unsubscribeUrl(id))
    return { endpoint: searchParams.get('endpoint') ?? '', token: searchParams.get('token') ?? '' }
  }

  test('that is unsubscribed is DISABLED, and enabling it asks it again', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, mailOf())
    const first = linkOf(endpoint)
    await registry.confirmByLink(first)
    await registry.unsubscribeByLink(unsubscribeLink(endpoint))
    await registry.unsubscribeByLink(unsubscribeLink(endpoint))
    expect(await stateOf(endpoint)).toMatchObject({ kind: 'DISABLED', reason: 'UNSUBSCRIBED' })
    const input = { id: endpoint.id, from: 'NOW' } as const
    expect((await refusalOf(registry.confirmByLink(first))).code).toBe('BAD_INPUT')
    expect((await refusalOf(registry.enable(caller, input))).code).toBe('RATE_LIMITED')
    expect(await stateOf(endpoint)).toMatchObject({ kind: 'DISABLED' })
    // An hour later: the store's windows go by its own clock.
    const webhooks = { ...opened.store.webhooks, allow: async () => true }
    const later = openTestRegistry(opened.store, { box, links, webhooks }, [mail, sms])
    await later.enable(caller, input)
    expect(await stateOf(endpoint)).toMatchObject({ kind: 'UNCONFIRMED' })
    expect(linkOf(endpoint).token).not.toBe(first.token)
    await later.confirmByLink(linkOf(endpoint))
    expect(await stateOf(endpoint)).toEqual({ kind: 'ENABLED' })
  })

  test('is not unsubscribed by the link of another, or by a forged one', async () => {
    const [one, other] = [await subscribe(somebody(), mailOf()), await subscribe(somebody(), mailOf())]
    const { token } = unsubscribeLink(one)
    for (const forged of [token, 'x', '', `${token}x`, 'a.b']) {
      const link = { endpoint: other.id, token: forged }
      expect((await refusalOf(registry.unsubscribeByLink(link))).code).toBe('BAD_INPUT')
    }
    expect(await stateOf(other)).toMatchObject({ kind: 'UNCONFIRMED' })
  })

  test('that never said yes does not become confirmed by being disabled and enabled', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, numberOf())
    await registry.disable(caller, endpoint.id)
    expect(await stateOf(endpoint)).toEqual({ kind: 'UNCONFIRMED', proof: null })
    const late = registry.confirm(caller, { id: endpoint.id, code: codeOf(endpoint) })
    expect((await refusalOf(late)).code).toBe('BAD_INPUT')
    const enabled = registry.enable(caller, { id: endpoint.id, from: 'NOW' })
    expect((await refusalOf(enabled)).code).toBe('RATE_LIMITED')
    expect(await stateOf(endpoint)).toEqual({ kind: 'UNCONFIRMED', proof: null })
  })

  test('cannot be exchanged for another under the same id', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, mailOf())
    await registry.confirmByLink(linkOf(endpoint))
    const { webhooks } = await registry.page(caller, 500, null)
    const webhook = webhooks.find(({ endpoints }) => endpoints.some(({ id }) => id === endpoint.id))
    for (const uri of [mailOf(), numberOf(), 'https://127.0.0.1/']) {
      const change = {
        id: webhook?.id ?? '',
        version: 1,
        name: null,
        filter: null,
        endpoints: [{ id: endpoint.id, uri }],
        after: null,
      }
      const refusal = await refusalOf(registry.update(caller, change))
      expect(refusal).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints[0].uri' })
    }
  })

  test('takes what a test sends from the rate of its channel', async () => {
    const caller = somebody()
    const endpoint = await subscribe(caller, numberOf())
    await registry.confirm(caller, { id: endpoint.id, code: codeOf(endpoint) })
    const { webhooks } = await registry.page(caller, 500, null)
    const webhook = webhooks.find(({ endpoints }) => endpoints.some(({ id }) => id === endpoint.id))
    const test = () => registry.test(caller, { id: webhook?.id ?? '', endpoint: null })
    await test()
    await test()
    expect((await refusalOf(test())).code).toBe('RATE_LIMITED')
  })

  test('of mail or SMS has no secret, no headers and no handshake', async () => {
    const fields = {
      secret: { secret: 'whsec_x' },
      headers: { headers: [{ name: 'a', value: 'b' }] },
      handshake: { handshake: true },
    }
    for (const [name, more] of Object.entries(fields)) {
      const input = { name: null, filter: {}, endpoints: [{ uri: mailOf(), ...more }], after: null }
      const refusal = await refusalOf(registry.create(somebody(), input))
      expect(refusal).toMatchObject({ code: 'BAD_INPUT', field: `input.endpoints[0].${name}` })
    }
  })

  test('that must be confirmed by a link is refused where the gateway has no public address', async () => {
    const without = openTestRegistry(opened.store, { box, links: null }, [mail])
    const input = { name: null, filter: {}, endpoints: [{ uri: mailOf() }], after: null }
    const refusal = await refusalOf(without.create(somebody(), input))
    expect(refusal).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints[0].uri' })
    expect(refusal.message).toContain('HELIOGRAPH_PUBLIC_URL')
  })
})
