// One origin, many endpoints: what those that hang take from those that work.

import type { ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { Channel, Destination } from '../../src/channel/channel.ts'
import { startDeadline } from '../../src/channel/deadline.ts'
import { createSlots } from '../../src/channel/slots.ts'
import { destinationOf, notifications } from './conformance/world.ts'
import { type HttpPeer, openTestChannel, startHttpPeer } from './http-peer.ts'

const cap = 8
const never = new AbortController().signal

/** A receiver whose `/hang` holds every request until it is let go. */
async function open(): Promise<{ channel: Channel; peer: HttpPeer; held: ServerResponse[] }> {
  const peer = await startHttpPeer()
  const channel = openTestChannel({ connectionsPerOrigin: cap })
  const held: ServerResponse[] = []
  peer.answer((request, response) => {
    if (request.url === '/hook/hang') held.push(response)
    else response.end()
  })
  onTestFinished(async () => {
    await channel.close()
    await peer.stop()
  })
  return { channel, peer, held }
}

function start(channel: Channel, destination: Destination, count: number) {
  const [one] = notifications(1)
  if (one === undefined) throw new Error('no notification')
  return Array.from({ length: count }, () => channel.attempt(destination, [one], never))
}

test('hanging suspects take at most half of the connections to an origin, and the others deliver meanwhile', async () => {
  const { channel, peer, held } = await open()
  const hanging = await destinationOf(
    { channel, uri: `${peer.uri}/hang` },
    { isSuspect: true, timeoutMs: 600_000 },
  )
  const suspects = start(channel, hanging, 20)
  await expect.poll(() => held.length).toBe(cap / 2)
  const healthy = await Promise.all(start(channel, await destinationOf({ channel, uri: peer.uri }), 100))
  expect(healthy.map(({ outcome }) => outcome.kind)).toEqual(Array(100).fill('DELIVERED'))
  expect(held).toHaveLength(cap / 2)
  expect(peer.mostConnections()).toBeLessThanOrEqual(cap)

  // As each is let go the next one comes, until all have had their turn.
  for (let done = 0; done < 20; done++) {
    await expect.poll(() => held.length).toBeGreaterThan(done)
    expect(held.length - done).toBeLessThanOrEqual(cap / 2)
    held[done]?.end()
  }
  const outcomes = await Promise.all(suspects)
  expect(outcomes.map(({ outcome }) => outcome.kind)).toEqual(Array(20).fill('DELIVERED'))
})

test('one origin never has more connections than its cap', async () => {
  const { channel, peer, held } = await open()
  const hanging = await destinationOf({ channel, uri: `${peer.uri}/hang` }, { timeoutMs: 600_000 })
  const attempts = start(channel, hanging, 30)
  for (let done = 0; done < 30; done++) {
    await expect.poll(() => held.length).toBeGreaterThan(done)
    held[done]?.end()
  }
  await Promise.all(attempts)
  expect(peer.mostConnections()).toBe(cap)
})

test('who waits for room in vain is told so in time, and no request is sent', async () => {
  const { channel, peer, held } = await open()
  const hanging = await destinationOf({ channel, uri: `${peer.uri}/hang` }, { timeoutMs: 600_000 })
  const attempts = start(channel, hanging, cap)
  await expect.poll(() => held.length).toBe(cap)
  const [waiting] = start(channel, await destinationOf({ channel, uri: peer.uri }, { timeoutMs: 200 }), 1)
  expect(await waiting).toMatchObject({
    outcome: { kind: 'FAILED' },
    detail: 'no connection to the host came free in time',
  })
  for (const response of held) response.end()
  await Promise.all(attempts)
  expect(peer.received()).toBe(cap)
})

test('every way to fail gives its room back', async () => {
  const { channel, peer, held } = await open()
  const working = await destinationOf({ channel, uri: peer.uri })
  const hanging = { ...working, uri: `${peer.uri}/hang`, timeoutMs: 50 }
  const [one] = notifications(1)
  const attempt = (destination: Destination, signal: AbortSignal = never) =>
    channel.attempt(destination, one ? [one] : [], signal)

  for (let turn = 0; turn <= cap; turn++) {
    const controller = new AbortController()
    const count = held.length
    const given = attempt({ ...hanging, timeoutMs: 600_000 }, controller.signal)
    await expect.poll(() => held.length).toBe(count + 1)
    controller.abort()
    await peer.vanish()
    const failures = [
      await given,
      await attempt(working),
      await attempt(working, AbortSignal.abort()),
      await attempt({ ...working, secrets: [] }),
      await attempt({ ...working, headers: { 'x-bad': 'a\nb' } }),
      await attempt({ ...working, timeoutMs: 0 }),
    ]
    await peer.appear()
    peer.answer((request, response) => (request.url === '/hook/hang' ? held.push(response) : response.end()))
    failures.push(await attempt(hanging))
    expect(failures.map(({ outcome }) => outcome.kind)).toEqual(Array(7).fill('FAILED'))
  }
  const outcomes = await Promise.all(Array.from({ length: 3 * cap }, () => attempt(working)))
  expect(outcomes.map(({ outcome }) => outcome.kind)).toEqual(Array(3 * cap).fill('DELIVERED'))
})

test('another origin is not delayed', async () => {
  const [full, other] = [await open(), await startHttpPeer()]
  onTestFinished(() => other.stop())
  const hanging = await destinationOf(
    { channel: full.channel, uri: `${full.peer.uri}/hang` },
    { timeoutMs: 600_000 },
  )
  const attempts = start(full.channel, hanging, cap)
  await expect.poll(() => full.held.length).toBe(cap)
  const [attempted] = start(full.channel, await destinationOf({ channel: full.channel, uri: other.uri }), 1)
  expect((await attempted)?.outcome.kind).toBe('DELIVERED')
  for (const response of full.held) response.end()
  await Promise.all(attempts)
})

test('room that is given back goes to the longest waiting who may have it', async () => {
  const slots = createSlots(2)
  const deadline = () => startDeadline(600_000, never)
  const order: string[] = []
  const take = (name: string, isSuspect: boolean) => {
    const one = deadline()
    return slots.take(isSuspect, one).then((release) => {
      one.clear()
      order.push(name)
      return release
    })
  }
  const suspect = await take('suspect', true)
  const healthy = await take('healthy', false)
  const waiting = [take('second suspect', true), take('first healthy', false), take('second healthy', false)]
  healthy?.()
  const first = await waiting[1]
  suspect?.()
  const second = await waiting[0]
  first?.()
  const third = await waiting[2]
  expect(order).toEqual(['suspect', 'healthy', 'first healthy', 'second suspect', 'second healthy'])
  second?.()
  third?.()
  expect(slots.isIdle()).toBe(true)
})
