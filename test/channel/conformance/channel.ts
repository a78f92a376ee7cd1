// What every channel keeps to. Each line of the seam's opening comment has its test here.

import { describe, expect, it } from 'vitest'
import type { Attempted, Challenge } from '../../../src/channel/channel.ts'
import type { ChannelRunner, Manner } from './runner.ts'
import { attemptOnce, destinationOf, headerValue, notifications, openChannel, secret } from './world.ts'

const field = 'input.endpoints[0].uri'
/** So long that a test that waited for it would fail by its own time. */
const endless = 600_000

/** Runs the suite for one channel. */
export function describeChannel(runner: ChannelRunner): void {
  describe(`the ${runner.name} channel`, () => {
    describeCheck(runner)
    describeAttempt(runner)
    describeChallenge(runner)
    describeEnd(runner)
  })
}

function describeCheck(runner: ChannelRunner): void {
  it('takes a URI of its schemes in one spelling, which it takes again', async () => {
    const { channel, uri } = await openChannel(runner)
    const checked = await channel.check(uri, field)
    expect(await channel.check(checked, field)).toBe(checked)
    expect(channel.schemes).toContain(`${checked.split(':', 1)[0]}:`)
  })

  it('takes the scheme in any case', async () => {
    const { channel, uri } = await openChannel(runner)
    const shouted = uri.replace(/^[a-z]+:/, (scheme) => scheme.toUpperCase())
    expect(await channel.check(shouted, field)).toBe(await channel.check(uri, field))
  })

  it('refuses a bad URI by name of the field, and says what is wrong', async () => {
    const { channel, badUris } = await openChannel(runner)
    expect(badUris.length).toBeGreaterThan(0)
    for (const [uri, says] of [...badUris, ['', /./], ['nonsense', /./], ['foo:bar', /./]] as const) {
      const refusal = await channel.check(uri, field).catch((error: unknown) => error)
      expect(refusal, uri).toMatchObject({ code: 'BAD_INPUT', field })
      expect(String(refusal), uri).toMatch(says)
    }
  })
}

function describeAttempt(runner: ChannelRunner): void {
  it('delivers to a peer that takes it', async () => {
    const opened = await openChannel(runner)
    const attempted = await attemptOnce(opened)
    expect(attempted.outcome).toEqual({ kind: 'DELIVERED' })
    expect(attempted.latencyMs).toBeGreaterThanOrEqual(0)
    await expect.poll(() => opened.peer.received()).toBe(1)
  })

  it('delivers as many at once as it says', async () => {
    const opened = await openChannel(runner)
    const { channel } = opened
    const many = notifications(Math.min(channel.most, 60))
    const attempted = await channel.attempt(await destinationOf(opened), many, new AbortController().signal)
    expect(attempted.outcome).toEqual({ kind: 'DELIVERED' })
  })

  const refusing: readonly Manner[] = runner.refuses === false ? [] : ['REFUSE']
  const kinds: readonly [Manner, Attempted['outcome']['kind']][] = [
    ['REFUSE', 'REFUSED'],
    ['FAIL', 'FAILED'],
  ]
  it.each(kinds.filter(([manner]) => manner === 'FAIL' || refusing.includes(manner)))(
    'a peer told to %s makes it %s, with a status and a reason',
    async (manner, kind) => {
      const opened = await openChannel(runner)
      await opened.peer.behave(manner)
      const attempted = await attemptOnce(opened)
      expect(attempted).toMatchObject({ outcome: { kind }, status: expect.any(Number) })
      expect(attempted.detail).toEqual(expect.any(String))
    },
  )

  it.each<Manner>(['ACCEPT', ...refusing, 'FAIL'])(
    'its detail is short and shows no secret, when told to %s',
    async (manner) => {
      const opened = await openChannel(runner)
      await opened.peer.behave(manner)
      const { detail } = await attemptOnce(opened)
      expect((detail ?? '').length).toBeLessThanOrEqual(500)
      expect(detail ?? '').not.toContain(headerValue)
      expect(detail ?? '').not.toContain(secret.toString('base64'))
    },
  )

  it('delivers again at once after refusals and failures', async () => {
    const opened = await openChannel(runner)
    for (const manner of [...refusing, 'ACCEPT', 'FAIL', 'ACCEPT'] as const) {
      await opened.peer.behave(manner)
      const { outcome } = await attemptOnce(opened, { isSuspect: manner === 'ACCEPT' })
      expect(outcome.kind === 'DELIVERED').toBe(manner === 'ACCEPT')
    }
  })
}

function describeChallenge(runner: ChannelRunner): void {
  it('sends a challenge where endpoints must be confirmed, and fails it where they need not', async () => {
    const opened = await openChannel(runner)
    const { channel, peer } = opened
    const challenge: Challenge =
      channel.confirmedBy === 'CODE'
        ? { kind: 'CODE', code: '123456' }
        : { kind: 'LINK', url: 'https://gateway.example.org/confirm#token' }
    const destination = await destinationOf(opened)
    const attempted = await channel.challenge(destination, challenge, new AbortController().signal)
    expect(attempted.outcome.kind).toBe(channel.confirmedBy === null ? 'FAILED' : 'DELIVERED')
    await expect.poll(() => peer.received()).toBe(channel.confirmedBy === null ? 0 : 1)
    expect(attempted.detail ?? '').not.toContain('123456')
  })
}

function describeEnd(runner: ChannelRunner): void {
  it('ends within the time of the destination, when nobody answers', async () => {
    const opened = await openChannel(runner)
    await opened.peer.behave('HANG')
    const attempted = await attemptOnce(opened, { timeoutMs: 300 })
    expect(attempted).toMatchObject({ outcome: { kind: 'FAILED' }, detail: expect.any(String) })
    expect(attempted.latencyMs).toBeGreaterThanOrEqual(250)
  })

  it('ends when it is given up', async () => {
    const opened = await openChannel(runner)
    await opened.peer.behave('HANG')
    const controller = new AbortController()
    const reached = opened.peer.reached()
    const attempting = attemptOnce(opened, { timeoutMs: endless }, controller.signal)
    await reached
    controller.abort()
    expect((await attempting).outcome.kind).toBe('FAILED')
  })

  it('sends nothing when it was given up before', async () => {
    const opened = await openChannel(runner)
    const attempted = await attemptOnce(opened, { timeoutMs: endless }, AbortSignal.abort())
    expect(attempted.outcome.kind).toBe('FAILED')
    expect(opened.peer.received()).toBe(0)
  })

  it('fails without a status where nobody is there, and delivers once somebody is', async () => {
    const opened = await openChannel(runner)
    await attemptOnce(opened)
    await opened.peer.vanish()
    const attempted = await attemptOnce(opened, { timeoutMs: 2_000 })
    expect(attempted).toMatchObject({ outcome: { kind: 'FAILED' }, status: null, detail: expect.any(String) })
    await opened.peer.appear()
    await expect.poll(async () => (await attemptOnce(opened)).outcome.kind).toBe('DELIVERED')
  })

  it('leaves nothing open after close', async () => {
    const opened = await openChannel(runner)
    await attemptOnce(opened)
    await opened.peer.behave('HANG')
    await attemptOnce(opened, { timeoutMs: 300 })
    await opened.channel.close()
    await expect.poll(() => opened.peer.connections()).toBe(0)
  })
}
