// The e-mail channel against a real mail server on loopback, with STARTTLS and a login.

import { describe, expect, test } from 'vitest'
import type { Destination } from '../../src/channel/channel.ts'
import type { Event } from '../../src/event/event.ts'
import { describeChannel } from './conformance/channel.ts'
import { attemptOnce, destinationOf, notifications } from './conformance/world.ts'
import { from, login, openEmail, openTestEmailChannel, type Received, startEmailPeer } from './email-peer.ts'

describeChannel({
  name: 'e-mail',
  async open() {
    const peer = await startEmailPeer()
    return {
      channel: openTestEmailChannel(peer),
      peer,
      uri: 'mailto:Ann.Smith+cloud@EXAMPLE.org',
      badUris: [
        ['mailto:', /one address/],
        ['mailto:ann', /one address/],
        ['mailto:ann@example.org?subject=hello', /without a part after \?/],
        ['mailto:ann@example.org,bob@example.org', /one address: another one is another endpoint/],
        ['mailto:ann@example.org%0d%0aBcc:bob@example.org', /one address|domain/],
        ['mailto:"ann smith"@example.org', /plain letters/],
        ['mailto:Ann%20%3Cann@example.org%3E', /plain letters|domain/],
        ['mailto:ann@[127.0.0.1]', /domain/],
        ['mailto:ann@localhost', /domain/],
        ['mailto:ann@example.org%', /% that stands for no character/],
        ['https://example.org', /must be a URI such as mailto:/],
      ] as const,
    }
  },
})

type Changes = Partial<Event>

const stopped: Changes = {
  type: 'VM.STOP',
  category: 'STATE',
  severity: 'INFO',
  data: { name: 'vm-web-1' },
  resource: { kind: 'VirtualMachine', uid: '3b1c' },
  transition: { field: 'state', from: 'Running', to: 'Stopped', trigger: null },
  description: 'stopped <b>by hand</b> & so on',
  outcome: 'SUCCESS',
  time: '2026-05-14T14:03:07.000Z',
}

/** The mail that tells of so many events. */
async function mailOf(
  changes: Changes,
  count = 1,
  destination: Partial<Destination> = {},
): Promise<Received> {
  const opened = await openEmail()
  const events = notifications(count).map((one) => ({ ...one, event: { ...one.event, ...changes } }))
  const attempted = await opened.channel.attempt(
    await destinationOf(opened, destination),
    events,
    new AbortController().signal,
  )
  expect(attempted).toMatchObject({ outcome: { kind: 'DELIVERED' }, status: 250 })
  const [mail] = opened.peer.mails
  if (mail === undefined) throw new Error('no mail came')
  return mail
}

describe('a mail', () => {
  test('has a subject that a person understands, text and HTML', async () => {
    const { mail, to } = await mailOf(stopped)
    expect(to).toEqual(['Ann.Smith@example.org'])
    expect(mail.from?.text).toBe(from)
    expect(mail.subject).toBe('vm-web-1: Running → Stopped')
    expect(mail.text).toContain('2026-05-14 14:03:07 UTC  vm-web-1: Running → Stopped')
    expect(mail.text).toContain('Resource: VirtualMachine/3b1c')
    expect(mail.html).toContain('<b>vm-web-1: Running → Stopped</b>')
    expect(mail.html).toContain('stopped &lt;b&gt;by hand&lt;/b&gt; &amp; so on')
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
  })

  test('of a digest lists 50 events and counts the rest', async () => {
    const { mail } = await mailOf(stopped, 87)
    expect(mail.subject).toBe('87 events, latest: vm-web-1: Running → Stopped')
    expect(mail.text?.match(/Running → Stopped/g)).toHaveLength(50)
    expect(mail.text).toContain('and 37 more')
    expect(mail.html).toContain('and 37 more')
    const { channel } = await openEmail()
    expect(channel).toMatchObject({ listed: 50, confirmedBy: 'LINK' })
  })

  test('can be unsubscribed from with one click, per RFC 8058', async () => {
    const url = 'https://events.example/webhooks/unsubscribe?endpoint=ep_1&token=abc'
    const { raw, mail } = await mailOf(stopped, 1, { unsubscribeUrl: url })
    expect(raw.replace(/\r\n\s+/g, ' ')).toContain(`List-Unsubscribe: <${url}>`)
    expect(raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click')
    expect(mail.text).toContain(`No more of these: ${url}`)
    expect((await mailOf(stopped)).raw).not.toContain('List-Unsubscribe')
  })

  test('that is sent again has the same Message-ID, one that tells of more another', async () => {
    const ids = [await mailOf(stopped, 2), await mailOf(stopped, 2), await mailOf(stopped, 3)]
    const [first, again, more] = ids.map(({ mail }) => mail.messageId)
    expect(first).toMatch(/^<[\w-]{43}@example\.org>$/)
    expect(again).toBe(first)
    expect(more).not.toBe(first)
  })

  test('has no header of what an event says', async () => {
    const name = 'vm\r\nBcc: eve@example.org\r\n\r\nhello'
    const { raw, mail, to } = await mailOf({ ...stopped, data: { name } })
    expect(to).toEqual(['Ann.Smith@example.org'])
    expect(raw).not.toMatch(/^Bcc:/im)
    expect(mail.subject).toContain('vm Bcc: eve@example.org hello: Running → Stopped')
  })
})

describe('the connection', () => {
  test('is encrypted by STARTTLS and logged in', async () => {
    const { session } = await mailOf(stopped)
    expect(session).toMatchObject({ secure: true, user: login.user })
  })

  test('needs no login and no STARTTLS where the server has none', async () => {
    const peer = await startEmailPeer({ startTls: false, asksLogin: false })
    const channel = openTestEmailChannel({ url: peer.url.replace(/\/\/.*@/, '//') })
    const attempted = await attemptOnce({ channel, peer, uri: 'mailto:ann@example.org', badUris: [] })
    expect(attempted.outcome.kind).toBe('DELIVERED')
    await channel.close()
    await peer.stop()
  })

  test('with a wrong login fails, and shows no password', async () => {
    const { peer } = await openEmail()
    const channel = openTestEmailChannel({
      url: peer.url.replace(encodeURIComponent(login.pass), 'wrong-pass'),
    })
    const attempted = await attemptOnce({ channel, peer, uri: 'mailto:ann@example.org', badUris: [] })
    expect(attempted).toMatchObject({ outcome: { kind: 'FAILED' }, status: 535 })
    expect(attempted.detail).toContain('no such login')
    expect(attempted.detail).not.toContain('wrong-pass')
  })
})

describe('an answer', () => {
  test.each([
    ['RCPT', 550, 'REFUSED'],
    ['DATA', 554, 'REFUSED'],
    ['RCPT', 450, 'FAILED'],
    ['DATA', 452, 'FAILED'],
    ['MAIL', 550, 'FAILED'],
  ] as const)('to %s of %d makes the attempt %s', async (at, status, kind) => {
    const opened = await openEmail()
    opened.peer.answer(at, status)
    const attempted = await attemptOnce({ ...opened, badUris: [] })
    expect(attempted).toMatchObject({ outcome: { kind }, status })
  })
})

test('a challenge is a mail with the link, that says what it is for', async () => {
  const opened = await openEmail()
  const url = 'https://events.example/webhooks/confirm?endpoint=ep_1&token=abc'
  const { channel } = opened
  const signal = new AbortController().signal
  const attempted = await channel.challenge(await destinationOf(opened), { kind: 'LINK', url }, signal)
  expect(attempted.outcome.kind).toBe('DELIVERED')
  const [received] = opened.peer.mails
  expect(received?.mail.subject).toBe('Confirm notifications to this address')
  expect(received?.mail.text).toContain(url)
  expect(received?.mail.text).toContain('do nothing')
  expect(received?.mail.html).toContain('token=abc')
})
