// People as endpoints, through the public doors with a real mail server and a real SMS centre: asked first,
// told in their words, and let go when they want.

import { expect, onTestFinished, test, vi } from 'vitest'
import { startEmailPeer } from '../channel/email-peer.ts'
import { startSmsPeer } from '../channel/sms-peer.ts'
import { cloudEventBatch, vmState } from '../support/cloud.ts'
import { engineNames, startTestGateway } from '../support/gateway.ts'
import { command, done, look, make, webhookSettings } from '../support/webhooks.ts'

const publicUrl = 'https://events.example'
const patience = { timeout: 20_000, interval: 50 }
const filter = { types: ['VM.STATE'] }

test.each(engineNames)(
  'a mail address is confirmed, gets digests, and unsubscribes, on %s',
  async (engine) => {
    const peer = await startEmailPeer({ startTls: false })
    onTestFinished(() => peer.stop())
    const gateway = await startTestGateway(engine, {
      ...webhookSettings,
      publicUrl,
      smtpUrl: peer.url,
      mailFrom: 'heliograph@example.org',
    })
    onTestFinished(() => gateway.stop())
    /** The link in a mail, as it leads to this gateway. */
    const linkIn = (text: string | undefined) =>
      /https:\/\/events\.example\S+/.exec(text ?? '')?.[0].replace(publicUrl, gateway.url) ?? ''
    const happen = (...ids: string[]) =>
      gateway.post(
        ids.map((id) => vmState(id, 'vm-1', id)),
        cloudEventBatch,
      )
    const mails = (count: number) => vi.waitFor(() => expect(peer.mails).toHaveLength(count), patience)

    const endpoints = [{ uri: 'mailto:ann@example.org', digestSeconds: 1 }]
    const { webhook } = await make(gateway, [], { filter, endpoints })
    expect(webhook.endpoints).toMatchObject([{ channel: 'email', state: 'UNCONFIRMED' }])
    await happen('Early')
    await mails(1)
    const asked = linkIn(peer.mails[0]?.mail.text)
    // As a scanner of mails does.
    expect((await fetch(asked)).status).toBe(200)
    expect(await look(gateway, webhook.id)).toMatchObject({ endpoints: [{ state: 'UNCONFIRMED' }] })
    expect((await fetch(asked, { method: 'POST' })).status).toBe(200)
    await vi.waitFor(async () => {
      expect(await look(gateway, webhook.id)).toMatchObject({ endpoints: [{ state: 'ENABLED' }] })
    }, patience)

    await happen('Starting', 'Running', 'Stopped')
    await mails(2)
    const [, digest] = peer.mails
    expect(digest?.mail.subject).toMatch(/^\d events, latest: .*→ Stopped$/)
    expect(digest?.mail.text).toContain('Starting → Running')
    await vi.waitFor(async () => {
      const attempts = (await look(gateway, webhook.id))?.endpoints[0]?.attempts
      expect(attempts).toHaveLength(1)
    }, patience)

    const unsubscribe = linkIn(digest?.mail.text)
    const body = 'List-Unsubscribe=One-Click'
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await fetch(unsubscribe, { method: 'POST', headers, body })).status).toBe(200)
    await vi.waitFor(async () => {
      const state = { state: 'DISABLED', reason: 'UNSUBSCRIBED' }
      expect(await look(gateway, webhook.id)).toMatchObject({ endpoints: [state] })
    }, patience)
  },
)

test.each(engineNames)(
  'a number is confirmed by a code, and texts beyond its rate fold into one, on %s',
  async (engine) => {
    const peer = await startSmsPeer()
    onTestFinished(() => peer.stop())
    const gateway = await startTestGateway(engine, {
      ...webhookSettings,
      smppUrl: peer.url,
      smsFrom: 'Heliograph',
      smsPerTenMinutes: 2,
    })
    onTestFinished(() => gateway.stop())
    await peer.until(() => peer.bindings() === 1)
    const textOf = (n: number) =>
      String((peer.submitted()[n]?.short_message as { message: string } | undefined)?.message)
    const happen = (id: string) => gateway.post([vmState(id, 'vm-1', id)], cloudEventBatch)

    const { webhook } = await make(gateway, ['sms:+4915123456789'], { filter })
    const id = webhook.endpoints[0]?.id
    await peer.until(() => peer.submitted().length === 1)
    const code = /code is (\d{6})/.exec(textOf(0))?.[1]
    const wrong = await command(gateway, 'confirmEndpoint', {
      id,
      code: code === '000000' ? '111111' : '000000',
    })
    expect(wrong.refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.code' })
    await done(gateway, 'confirmEndpoint', { id, code })

    await happen('Running')
    await peer.until(() => peer.submitted().length === 2)
    expect(textOf(1)).toContain('Running')
    const told = peer.submitted().length
    for (const state of ['Stopping', 'Stopped', 'Starting']) await happen(state)
    // The rate lets one more through at most; what waits is told at once, later.
    await vi.waitFor(async () => {
      expect(peer.submitted().length).toBe(told + 1)
      expect((await look(gateway, webhook.id))?.endpoints[0]?.lag).toBeGreaterThan(0)
    }, patience)
  },
)
