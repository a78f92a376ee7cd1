// The SMS channel against a real SMS centre on loopback.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Attempted, Destination } from '../../src/channel/channel.ts'
import type { Event } from '../../src/event/event.ts'
import { describeChannel } from './conformance/channel.ts'
import { attemptOnce, destinationOf, notifications } from './conformance/world.ts'
import { messageOf, openSms, openTestSmsChannel, password, startSmsPeer } from './sms-peer.ts'

describeChannel({
  name: 'SMS',
  async open() {
    const peer = await startSmsPeer()
    const channel = openTestSmsChannel(peer)
    await peer.until(() => peer.bindings() === 1)
    return {
      channel,
      peer,
      uri: 'sms:+49-(151)-234.567.89',
      badUris: [
        ['sms:', /international form.*sms:\+49/],
        ['sms:015123456789', /international form, with \+ and the country/],
        ['sms:+0151234567', /\+ and 7 to 15 digits/],
        ['sms:+49151', /\+ and 7 to 15 digits/],
        ['sms:+4915123456789012', /\+ and 7 to 15 digits/],
        ['sms:+49 151 23456789', /- \. \( \) may stand between/],
        ['sms:+49١٥١٢٣٤٥٦٧', /\+ and 7 to 15 digits/],
        ['sms://+4915123456789', /international form/],
        ['sms:%2B4915123456789', /international form/],
        ['sms:+4915123456789,+4915123456780', /one number: another one is another endpoint/],
        ['sms:+4915123456789?body=hello', /without a part after \?/],
        ['sms:+4915123456789#x', /without a part after \? or #/],
        ['sms:+4915123456789;ext=5', /without parameters/],
        ['tel:+4915123456789', /must be a URI such as sms:\+49/],
      ] as const,
    }
  },
})

type Changes = Partial<Pick<Event, 'type' | 'transition' | 'description' | 'data' | 'resource' | 'time'>>

/** What arrives of events that are like the first but for their changes. */
async function textOf(changes: Changes, count = 1): Promise<unknown> {
  const opened = await openSms()
  const events = notifications(count).map((one) => ({ ...one, event: { ...one.event, ...changes } }))
  const attempted = await opened.channel.attempt(
    await destinationOf(opened),
    events,
    new AbortController().signal,
  )
  expect(attempted).toMatchObject({ outcome: { kind: 'DELIVERED' }, status: 0, detail: null })
  expect(opened.peer.received()).toBe(1)
  return opened.peer.submitted()[0]?.short_message
}

const stopped = {
  data: { name: 'vm-web-1' },
  transition: { field: 'state', from: 'Running', to: 'Stopped', trigger: null },
  time: '2026-05-14T14:03:07.000Z',
}

/** One attempt that the centre answers with this status. */
async function answered(status: number): Promise<Attempted> {
  const opened = await openSms()
  opened.peer.answerSubmit(status)
  return attemptOnce(opened)
}

describe('what is sent', () => {
  test('is one text that a person understands, with the name, what happened and when', async () => {
    expect(await textOf(stopped)).toEqual({ message: 'vm-web-1: Running -> Stopped 05-14 14:03Z' })
  })

  test('events beyond the first three fold into "and 37 more"', async () => {
    const line = 'vm-web-1: Running -> Stopped 05-14 14:03Z'
    expect(await textOf(stopped, 40)).toEqual({ message: `${line}\n${line}\n${line}\nand 37 more` })
    const { channel } = await openSms()
    expect(channel).toMatchObject({ listed: 3, most: 1_000 })
  })

  test('goes to the number in international form, from the name of the sender, and asks for a receipt', async () => {
    const opened = await openSms()
    await attemptOnce(opened)
    expect(opened.peer.submitted()[0]).toMatchObject({
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'Heliograph',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '4915123456789',
      registered_delivery: 1,
      data_coding: 0,
    })
  })

  test.each([
    ['+4915100000000', { source_addr_ton: 1, source_addr_npi: 1, source_addr: '4915100000000' }],
    ['70700', { source_addr_ton: 3, source_addr_npi: 0, source_addr: '70700' }],
  ])('the sender %s has its own type of number', async (sender, fields) => {
    const opened = await openSms({ sender })
    await attemptOnce(opened)
    expect(opened.peer.submitted()[0]).toMatchObject(fields)
  })

  test('a text in other letters comes in UCS-2 parts that a phone joins, with one receipt for all', async () => {
    const opened = await openSms()
    const name = '虚拟机🚀'.repeat(40)
    const [one] = notifications(1)
    const event = { ...(one?.event as Event), ...stopped, data: { name } }
    await opened.channel.attempt(
      await destinationOf(opened),
      [{ id: 'msg_1', cursor: 'c', event }],
      new AbortController().signal,
    )
    const parts = opened.peer.submitted()
    expect(parts).toHaveLength(3)
    const [reference] = parts.map((part) => (part.short_message as { udh: Buffer[] }).udh[0]?.[2])
    for (const [index, part] of parts.entries()) {
      expect(part).toMatchObject({
        data_coding: 8,
        esm_class: 0x40,
        registered_delivery: index === 2 ? 1 : 0,
      })
      const { udh } = part.short_message as { udh: Buffer[] }
      expect(udh).toEqual([Buffer.from([0, 3, reference ?? -1, 3, index + 1])])
    }
    const text = parts.map(messageOf).join('')
    expect(text).toMatch(/^(虚拟机🚀)+.*\.\.: Running -> Stopped 05-14 14:03Z$/u)
    expect(text.isWellFormed()).toBe(true)
  })

  test('a challenge is a text with the code', async () => {
    const opened = await openSms()
    const challenge = { kind: 'CODE', code: '123456' } as const
    await opened.channel.challenge(await destinationOf(opened), challenge, new AbortController().signal)
    const message = messageOf(opened.peer.submitted()[0])
    expect(message).toMatch(/^Heliograph: your code is 123456\./)
    expect(message.length).toBeLessThanOrEqual(160)
  })

  test('a challenge by a link is not sent', async () => {
    const opened = await openSms()
    const challenge = { kind: 'LINK', url: 'https://gateway.example.org/' } as const
    const attempted = await opened.channel.challenge(
      await destinationOf(opened),
      challenge,
      new AbortController().signal,
    )
    expect(attempted.outcome.kind).toBe('FAILED')
    expect(opened.peer.received()).toBe(0)
  })
})

describe('what the answer of the SMS centre comes to', () => {
  test.each([
    ['ESME_RTHROTTLED', 88, { kind: 'FAILED', retryAfterMs: 10_000 }],
    ['ESME_RMSGQFUL', 20, { kind: 'FAILED', retryAfterMs: 60_000 }],
    ['ESME_RINVDSTADR', 11, { kind: 'REFUSED' }],
    ['ESME_RSUBMITFAIL', 69, { kind: 'FAILED', retryAfterMs: null }],
    ['an error of its own', 1_025, { kind: 'FAILED', retryAfterMs: null }],
  ])('%s', async (name, status, outcome) => {
    expect(await answered(status)).toMatchObject({
      outcome,
      status,
      detail: `the SMS centre answered ${name} (${status})`,
    })
  })

  test('a text whose first part is not taken ends there', async () => {
    const opened = await openSms()
    opened.peer.answerSubmit(20)
    const [one] = notifications(1)
    const event = { ...(one?.event as Event), ...stopped, data: { name: '虚'.repeat(200) } }
    await opened.channel.attempt(
      await destinationOf(opened),
      [{ id: 'msg_1', cursor: 'c', event }],
      new AbortController().signal,
    )
    expect(opened.peer.received()).toBe(1)
  })
})

test('one number gets five texts in ten minutes, or as many as are set', async () => {
  expect((await openSms()).channel.rate).toEqual({ attempts: 5, windowMs: 600_000 })
  expect((await openSms({ textsPerTenMinutes: 2 })).channel.rate).toEqual({ attempts: 2, windowMs: 600_000 })
})

test('ten texts are on their way at once, and those of suspects take half of the room', async () => {
  const opened = await openSms()
  opened.peer.behave('HANG')
  const controller = new AbortController()
  const start = (changes: Partial<Destination>) => attemptOnce(opened, changes, controller.signal)
  const suspects = Array.from({ length: 8 }, () => start({ isSuspect: true }))
  await opened.peer.until(() => opened.peer.received() === 5)
  const others = Array.from({ length: 8 }, () => start({}))
  await opened.peer.until(() => opened.peer.received() === 10)
  const late = await start({ timeoutMs: 50 })
  expect(late).toMatchObject({ outcome: { kind: 'FAILED' }, detail: expect.stringContaining('no room') })
  expect(opened.peer.received()).toBe(10)
  controller.abort()
  await Promise.all([...suspects, ...others])
})

test('no outcome, however the centre answers, shows the password', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 0xffff }), async (status) => {
      const { detail } = await answered(status)
      expect(detail).not.toContain(password)
    }),
    { numRuns: 5 },
  )
})
