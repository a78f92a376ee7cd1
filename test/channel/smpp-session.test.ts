// The session with the SMS centre: it stays bound, whatever the centre does.

import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SmppSessionState } from '../../src/channel/smpp-session.ts'
import { attemptOnce } from './conformance/world.ts'
import { openSms, openTestSmsChannel, password, quickTimes, type SmsPeer, startSmsPeer } from './sms-peer.ts'
import { loopbackCertificate } from './tls-fixture.ts'

/** A channel that keeps what it tells, to a peer that may be prepared before. */
async function open(peer: SmsPeer, changes: Parameters<typeof openTestSmsChannel>[1] = {}) {
  const states: SmppSessionState[] = []
  const heard = Promise.withResolvers<void>()
  const onSession = (state: SmppSessionState) => {
    states.push(state)
    heard.resolve()
  }
  const channel = openTestSmsChannel(peer, { onSession, ...changes })
  onTestFinished(async () => {
    await channel.close()
    await peer.stop()
  })
  return { opened: { channel, peer, uri: 'sms:+4915123456789', badUris: [] }, states, heard: heard.promise }
}

describe('delivery receipts', () => {
  const text = (stat: string) =>
    `id:1 sub:001 dlvrd:001 submit date:2605141403 done date:2605141404 stat:${stat} err:000 Text: vm`

  test('are answered and counted by their state, and texts from phones are answered only', async () => {
    const states: string[] = []
    const { peer } = await openSms({ onReceipt: (state) => states.push(state) })
    await peer.until(() => peer.bindings() === 1)
    peer.ask('deliver_sm', { esm_class: 4, short_message: text('DELIVRD') })
    peer.ask('deliver_sm', { esm_class: 4, short_message: text('UNDELIV') })
    peer.ask('deliver_sm', { esm_class: 4, short_message: text('EXPIRED') })
    peer.ask('deliver_sm', { esm_class: 4, short_message: text('WHATEVER') })
    peer.ask('deliver_sm', { esm_class: 4, message_state: 8, short_message: '' })
    peer.ask('deliver_sm', { esm_class: 0, short_message: 'STOP stat:DELIVRD' })
    await peer.until(() => peer.answers.length === 6)
    expect(peer.answers.every((pdu) => pdu.command === 'deliver_sm_resp' && pdu.command_status === 0)).toBe(
      true,
    )
    expect(states).toEqual(['DELIVERED', 'UNDELIVERABLE', 'EXPIRED', 'UNKNOWN', 'REJECTED'])
  })
})

describe('enquire_link', () => {
  test('is asked again and again, and the session goes on', async () => {
    const opened = await openSms({ times: { ...quickTimes, enquireMs: 10 } })
    const enquiries = () => opened.peer.asked.filter(({ command }) => command === 'enquire_link').length
    await opened.peer.until(() => enquiries() >= 3)
    expect(opened.peer.bindings()).toBe(1)
    expect((await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  })

  test('that stays without an answer ends the connection, and the session is bound again', async () => {
    const opened = await openSms({ times: { ...quickTimes, enquireMs: 10, answerMs: 200 } })
    opened.peer.behave('HANG')
    await opened.peer.until(() => opened.peer.bindings() === 2)
    opened.peer.behave('ACCEPT')
    await expect.poll(async () => (await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  })

  test('of the centre is answered, and what we do not know is refused', async () => {
    const { peer } = await openSms()
    peer.ask('enquire_link')
    peer.ask('query_sm')
    await peer.until(() => peer.answers.length === 2)
    expect(peer.answers[0]).toMatchObject({ command: 'enquire_link_resp', command_status: 0 })
    expect(peer.answers[1]).toMatchObject({ command: 'generic_nack', command_status: 3 })
  })
})

describe('a session that is lost', () => {
  test('is bound again at once, and what was not answered fails', async () => {
    const opened = await openSms()
    await attemptOnce(opened)
    opened.peer.behave('HANG')
    const attempting = attemptOnce(opened)
    await opened.peer.until(() => opened.peer.received() === 2)
    opened.peer.behave('ACCEPT')
    opened.peer.cut()
    expect(await attempting).toMatchObject({ outcome: { kind: 'FAILED' }, status: null })
    await opened.peer.until(() => opened.peer.bindings() === 2)
    expect((await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  })

  test('because the centre unbinds is bound again', async () => {
    const opened = await openSms()
    await attemptOnce(opened)
    opened.peer.ask('unbind')
    await opened.peer.until(() => opened.peer.bindings() === 2)
    expect((await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  })

  test.each([
    ['longer than any PDU', Buffer.from('7fffffff0000000400000000000000010000', 'hex')],
    ['shorter than its head', Buffer.from('0000000800000004', 'hex')],
    ['cut within an optional field', Buffer.from('0000001400000015000000000000000104270001', 'hex')],
    ['no SMPP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('because a PDU is %s is bound again', async (_, bytes) => {
    const opened = await openSms()
    await attemptOnce(opened)
    opened.peer.write(bytes)
    await opened.peer.until(() => opened.peer.bindings() === 2)
    expect((await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  })

  test('is not asked for by attempts while it rests, which fail at once with the reason', async () => {
    const peer = await startSmsPeer()
    peer.answerBind(13)
    const times = { ...quickTimes, firstPauseMs: 600_000, longestPauseMs: 600_000 }
    const { opened, heard } = await open(peer, { times })
    await heard
    for (let count = 0; count < 5; count++) {
      expect(await attemptOnce(opened)).toMatchObject({
        outcome: { kind: 'FAILED', retryAfterMs: null },
        status: 13,
        detail: 'the SMS centre refused the login: ESME_RBINDFAIL (13)',
      })
    }
    expect(peer.bindings()).toBe(1)
    expect(peer.received()).toBe(0)
  })

  test('is tried again after pauses, until the centre takes the login', async () => {
    const peer = await startSmsPeer()
    peer.answerBind(13)
    const { opened, states } = await open(peer)
    await peer.until(() => peer.bindings() === 4)
    peer.answerBind(0)
    await expect.poll(async () => (await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
    expect(states).toEqual([{ kind: 'LOST', reason: 'the SMS centre refused the login' }, { kind: 'BOUND' }])
  })
})

test('an attempt that comes while the session is being bound waits for it', async () => {
  const peer = await startSmsPeer()
  const { opened } = await open(peer)
  expect((await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  expect(peer.asked.map(({ command }) => command)).toEqual(['bind_transceiver', 'submit_sm'])
  expect(peer.asked[0]).toMatchObject({ system_id: 'heliograph', password, interface_version: 0x34 })
})

test('an attempt at a centre that takes connections and says nothing ends in its time', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const peer = await startSmsPeer()
  const smppUrl = `smpp://heliograph:x@127.0.0.1:${port}`
  const { opened } = await open(peer, { smppUrl })
  onTestFinished(() => {
    server.close()
  })
  const attempted = await attemptOnce(opened, { timeoutMs: 100 })
  expect(attempted).toMatchObject({ outcome: { kind: 'FAILED' }, status: null })
})

test('a wrong password shows neither in an outcome nor in what is told of the session', async () => {
  const peer = await startSmsPeer()
  const smppUrl = peer.url.replace(encodeURIComponent(password), 'wr0ng-pass')
  const { opened, states, heard } = await open(peer, { smppUrl })
  await heard
  const attempted = await attemptOnce(opened)
  expect(attempted).toMatchObject({ outcome: { kind: 'FAILED' } })
  expect(JSON.stringify([attempted, states])).not.toContain('wr0ng-pass')
})

test('closing unbinds', async () => {
  const { channel, peer } = await openSms()
  await peer.until(() => peer.bindings() === 1)
  await attemptOnce({ channel, peer, uri: 'sms:+4915123456789', badUris: [] })
  await channel.close()
  expect(peer.asked.at(-1)?.command).toBe('unbind')
})

describe('over TLS', () => {
  test('the session is bound where the certificate is right', async () => {
    const peer = await startSmsPeer({ tls: 'RIGHT' })
    const { opened } = await open(peer, { ca: loopbackCertificate })
    expect((await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  })

  test('a centre whose certificate is not right never sees the login', async () => {
    const peer = await startSmsPeer({ tls: 'OTHER' })
    const { opened, states } = await open(peer, { ca: loopbackCertificate })
    const attempted = await attemptOnce(opened)
    expect(attempted).toMatchObject({
      outcome: { kind: 'FAILED' },
      status: null,
      detail: 'the certificate is signed by no known authority',
    })
    expect(peer.asked).toEqual([])
    expect(states[0]).toEqual({ kind: 'LOST', reason: 'the certificate is signed by no known authority' })
  })
})
