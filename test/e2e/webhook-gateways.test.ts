// Several gateways on one Redis share the work for webhooks, and any of them may die or stall at any moment:
// every event is attempted, none out of order at its first attempt, and what comes twice has one webhook-id.

import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type HttpPeer, startHttpPeer } from '../channel/http-peer.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { type Program, runNode } from '../support/program.ts'
import { startRedis } from '../support/redis.ts'
import { make } from '../support/webhooks.ts'

type Member = { readonly program: Program; readonly url: string; readonly endpoint: string }

const leaseMs = 6_000

async function startMember(redisUrl: string): Promise<Member> {
  const program = runNode(['src/start.js', '--port', '0'], {
    env: {
      HELIOGRAPH_REDIS_URL: redisUrl,
      HELIOGRAPH_SECRET_KEYS: `${'k'.repeat(43)}=`,
      HELIOGRAPH_WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
      HELIOGRAPH_WEBHOOK_ALLOW_HTTP: 'true',
    },
  })
  onTestFinished(() => program.kill())
  const [, url = ''] = await program.until(/GraphQL +(http:\S+)\/graphql/)
  return { program, url, endpoint: `${url}/graphql` }
}

async function startTeam(size: number): Promise<{ redisUrl: string; members: Member[]; peer: HttpPeer }> {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const peer = await startHttpPeer()
  onTestFinished(() => peer.stop())
  const members = await Promise.all(Array.from({ length: size }, () => startMember(redis.url)))
  return { redisUrl: redis.url, members, peer }
}

/** Posts until somebody has it: what was taken already is a duplicate. */
async function post(members: readonly Member[], events: readonly unknown[]): Promise<void> {
  for (let n = 0; ; n++) {
    const member = members[n % members.length]
    try {
      const response = await fetch(`${member?.url}/events`, {
        method: 'POST',
        headers: { 'content-type': cloudEventBatch },
        body: JSON.stringify(events),
        signal: AbortSignal.timeout(1_000),
      })
      if (response.status === 202) return
    } catch {
      // Killed, or stopped: another one takes it.
    }
  }
}

/** What came to one endpoint, each event once, by number, in the order of first arrival. */
function firstArrivals(peer: HttpPeer, path: string): number[] {
  const numbers = peer.requests
    .filter(({ url }) => url.endsWith(path))
    .map(({ body }) => Number((JSON.parse(body) as { id: string }).id))
  return [...new Set(numbers)]
}

function expectOneWebhookIdEach(peer: HttpPeer): void {
  const known = new Map<string, unknown>()
  for (const { url, body, headers } of peer.requests) {
    const key = `${url} ${(JSON.parse(body) as { id: string }).id}`
    expect(known.get(key) ?? headers['webhook-id']).toBe(headers['webhook-id'])
    known.set(key, headers['webhook-id'])
  }
}

test('gateways that are killed and stopped at random leave no event unattempted and none out of order', {
  timeout: 240_000,
}, async () => {
  const { redisUrl, members, peer } = await startTeam(3)
  const paths = Array.from({ length: 12 }, (_, n) => `/endpoint-${n}`)
  const [first] = members
  if (first === undefined) throw new Error('nobody is there')
  for (const path of paths) await make(first, [`${peer.uri}${path}`], { filter: { types: ['COUNTED'] } })

  let isPosting = true
  let posted = 0
  const posting = (async () => {
    while (isPosting) {
      await post(
        members,
        Array.from({ length: 5 }, () => note(String(++posted), 'COUNTED')),
      )
      await pause(20)
    }
  })()
  for (let round = 0; round < 6; round++) {
    await pause(Math.random() * 1_500)
    const victim = Math.floor(Math.random() * members.length)
    const { process } = members[victim]?.program ?? {}
    if (round % 2 === 0) {
      process?.kill('SIGKILL')
      members[victim] = await startMember(redisUrl)
    } else {
      process?.kill('SIGSTOP')
      // Long enough for another to take over, then it believes for a moment that nothing happened.
      await pause(leaseMs + 1_500)
      process?.kill('SIGCONT')
    }
  }
  isPosting = false
  await posting
  const expected = Array.from({ length: posted }, (_, n) => n + 1)
  await vi.waitFor(
    () => {
      for (const path of paths) expect(firstArrivals(peer, path).length, path).toBe(posted)
    },
    { timeout: 60_000, interval: 200 },
  )
  for (const path of paths) expect(firstArrivals(peer, path), path).toEqual(expected)
  expectOneWebhookIdEach(peer)
})

test('what a killed gateway worked on is taken over within 10 s, and at most the last second is repeated', {
  timeout: 60_000,
}, async () => {
  const { members, peer } = await startTeam(2)
  const [victim, other] = members
  if (victim === undefined || other === undefined) throw new Error('nobody is there')
  const paths = Array.from({ length: 16 }, (_, n) => `/endpoint-${n}`)
  for (const path of paths) await make(other, [`${peer.uri}${path}`], { filter: { types: ['COUNTED'] } })
  const arrivedAt: number[] = []
  let number = 0
  const postOne = async () => post([other], [note(String(++number), 'COUNTED')])
  const all = (count: number) =>
    vi.waitFor(
      () => {
        for (const path of paths) expect(firstArrivals(peer, path).length).toBe(count)
      },
      { timeout: 20_000, interval: 20 },
    )
  // Both have their share by then.
  for (let n = 0; n < 50; n++) {
    await postOne()
    await pause(100)
  }
  await all(50)
  await pause(1_000)
  const before = peer.requests.length
  await postOne()
  await all(51)
  victim.program.process.kill('SIGKILL')
  const killedAt = performance.now()
  await postOne()
  await all(52)
  arrivedAt.push(performance.now() - killedAt)
  expect(Math.max(...arrivedAt)).toBeLessThan(10_000)
  const repeated = peer.requests.slice(before).length - 2 * paths.length
  expect(repeated).toBeLessThanOrEqual(paths.length)
  expectOneWebhookIdEach(peer)
})
