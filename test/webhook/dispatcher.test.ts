// What the dispatcher makes of answers, of a log that lost what was next, and of owners, with rests so short
// that a test can wait for them. Store and receivers are real.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAddressGuard } from '../../src/channel/address-guard.ts'
import { openHttpChannel } from '../../src/channel/http-channel.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { type Dispatcher, openDispatcher } from '../../src/webhook/dispatcher.ts'
import { createPost } from '../../src/webhook/post.ts'
import type { Registry } from '../../src/webhook/registry.ts'
import type { Rests } from '../../src/webhook/retry.ts'
import type { Rights } from '../../src/webhook/standing.ts'
import type { EndpointId, Progress } from '../../src/webhook/webhook.ts'
import { type HttpPeer, startHttpPeer } from '../channel/http-peer.ts'
import { draft } from '../store/conformance/drafts.ts'
import type { Engine, Opened } from '../support/engine.ts'
import { openTestRegistry, testBox } from '../support/registry.ts'
import { engines } from '../support/store.ts'

const rests: Rests = { firstMs: 50, longestMs: 200, longestAskedMs: 400, refusedMs: [20, 40] }
const logger = createLogger('silent')
const everything: Rights = { kind: 'SEES', accounts: null }

type World = {
  readonly opened: Opened
  readonly peer: HttpPeer
  readonly registry: Registry
  /** What the owner may see. */
  rights: Rights
  start(queueEntries?: number): Promise<Dispatcher>
  make(input?: { delivery?: 'RETRY' | 'FORGET' }): Promise<EndpointId>
  progress(id: EndpointId): Promise<Progress>
  until(id: EndpointId, enough: (progress: Progress) => boolean): Promise<Progress>
  /** What arrived, with repeats, by the name of its draft. */
  arrived(): string[]
}

async function openWorld(
  engine: Engine,
  made: AsyncDisposableStack,
  retention: Parameters<Engine['open']>[0] = {},
): Promise<World> {
  const opened = await engine.open(retention)
  made.defer(() => opened.stop())
  const peer = await startHttpPeer()
  made.defer(() => peer.stop())
  const { store } = opened
  const box = testBox()
  const guard = createAddressGuard({ allowCidrs: ['127.0.0.0/8'], ownServers: [] })
  const http = openHttpChannel({ guard, allowHttp: true, connectionsPerOrigin: 8, version: '1.2.3' })
  made.defer(() => http.close())
  const post = createPost({ channels: [http], box, unsubscribeUrl: () => null, metrics: createMetrics() })
  const dispatchers: Dispatcher[] = []
  const kick = () => {
    for (const dispatcher of dispatchers) dispatcher.kick()
  }
  const registry = openTestRegistry(store, { box, post, kick })
  const world: World = {
    opened,
    peer,
    registry,
    rights: everything,
    async start(queueEntries = 200) {
      const dispatcher = await openDispatcher({
        log: store.log,
        webhooks: store.webhooks,
        post,
        rights: async () => world.rights,
        holder: `holder-${dispatchers.length}`,
        limits: { failures: 10, periodMs: 0, rests, queueEntries },
        graceMs: 1_000,
        logger,
      })
      dispatchers.push(dispatcher)
      made.defer(() => dispatcher.close())
      return dispatcher
    },
    async make({ delivery = 'RETRY' } = {}) {
      const endpoints = [{ uri: peer.uri, delivery }]
      const input = { name: null, filter: {}, after: null, endpoints }
      const { webhook } = await registry.create({ name: 'ann', accounts: null }, input)
      const [endpoint] = webhook.endpoints
      if (endpoint === undefined) throw new Error('there is no endpoint')
      return endpoint.id
    },
    async progress(id) {
      const [progress] = await store.webhooks.progress([id])
      if (!progress) throw new Error(`there is no endpoint ${id}`)
      return progress
    },
    async until(id, enough) {
      await vi.waitFor(async () => expect(enough(await world.progress(id))).toBe(true), {
        timeout: 20_000,
        interval: 20,
      })
      return world.progress(id)
    },
    arrived: () => peer.requests.map(({ body }) => JSON.parse(body).id.replace('event-', '')),
  }
  return world
}

describe.each(engines)('the dispatcher on $name', { timeout: 40_000 }, (engine) => {
  let made: AsyncDisposableStack
  let world: World
  beforeEach(async () => {
    made = new AsyncDisposableStack()
    world = await openWorld(engine, made)
  })
  afterEach(() => made.disposeAsync())

  const append = (...ids: string[]) => world.opened.store.log.append(ids.map((id) => draft(id)))

  it('gives an event up after three refusals, and goes on to the next', async () => {
    await world.start()
    const id = await world.make()
    world.peer.answer((_, response) => {
      response.writeHead(world.arrived().at(-1) === 'bad' ? 422 : 204).end()
    })
    await append('bad', 'good')
    await world.until(id, ({ delivered }) => delivered === 1)
    expect(world.arrived()).toEqual(['bad', 'bad', 'bad', 'good'])
    expect(await world.progress(id)).toMatchObject({ givenUp: 1, failures: { count: 0 } })
    const attempts = await world.opened.store.webhooks.attempts(id, 10)
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['DELIVERED', 'GIVEN_UP', 'REFUSED', 'REFUSED'])
    expect(attempts.map(({ status }) => status)).toEqual([204, 422, 422, 422])
  })

  it('warns at half and nine tenths of the way, disables, and tells each in the log', async () => {
    await world.start()
    const id = await world.make()
    world.peer.behave('FAIL')
    await append('one', 'two')
    const progress = await world.until(id, ({ state }) => state.kind === 'DISABLED')
    expect(progress.state).toMatchObject({ reason: 'FAILED_TOO_OFTEN' })
    expect(world.arrived()).toEqual(Array.from({ length: 10 }, () => 'one'))
    const entries = await world.opened.store.log.readBackwards(null, 10)
    const told = entries.toReversed().filter(({ event }) => event.resource?.uid === id)
    expect(told.map(({ event }) => event.type)).toEqual([
      'ENDPOINT.FAILING',
      'ENDPOINT.FAILING',
      'ENDPOINT.DISABLED',
    ])
    expect(told.slice(0, 2).map(({ event }) => event.data?.way)).toEqual([0.5, 0.9])
  })

  it('rests for as long as an endpoint asks for', async () => {
    await world.start()
    const id = await world.make()
    const at: number[] = []
    world.peer.answer((_, response) => {
      at.push(performance.now())
      if (at.length > 1) response.writeHead(204).end()
      else response.writeHead(503, { 'retry-after': '1' }).end()
    })
    await append('one')
    await world.until(id, ({ delivered }) => delivered === 1)
    // The second that was asked for is longer than this dispatcher is willing to wait.
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(rests.longestAskedMs - 5)
  })

  it('records a gap where the log lost what was next, tells of it, and goes on', async () => {
    const small = await openWorld(engine, made, { maxEntries: 5, dedupeEntries: 1, dedupeMs: 1 })
    const id = await small.make()
    const ids = Array.from({ length: 12 }, (_, n) => `kept-${n}`)
    for (const one of ids) await small.opened.store.log.append([draft(one)])
    await vi.waitFor(async () => {
      await small.opened.store.trim()
      expect((await small.opened.store.log.tail()).offset).toBe(7)
    })
    await small.start()
    const { gaps } = await small.until(id, ({ delivered }) => delivered === 5)
    expect(small.arrived()).toEqual(ids.slice(7))
    expect(gaps).toMatchObject([{ reason: 'RETENTION', from: { offset: 0 }, to: { offset: 7 }, entries: 7 }])
    const [told] = await small.opened.store.log.readBackwards(null, 1)
    expect(told?.event).toMatchObject({ type: 'ENDPOINT.GAP', data: { reason: 'RETENTION', entries: 7 } })
  })

  it('pauses the endpoints of an owner who is gone, and goes on where it was when it is back', async () => {
    await world.start()
    const id = await world.make()
    await append('one')
    await world.until(id, ({ delivered }) => delivered === 1)
    world.rights = { kind: 'NONE', reason: 'OWNER_GONE' }
    await world.until(id, ({ state }) => state.kind === 'PAUSED' && state.reason === 'OWNER_GONE')
    await append('two')
    world.rights = everything
    await world.until(id, ({ state, delivered }) => state.kind === 'ENABLED' && delivered === 2)
    expect(world.arrived()).toEqual(['one', 'two'])
  })

  it('never tells an endpoint what it causes itself, but tells others', async () => {
    await world.start()
    const id = await world.make({ delivery: 'FORGET' })
    world.peer.behave('FAIL')
    await append('one')
    await world.until(id, ({ givenUp }) => givenUp === 1)
    await append('two')
    await world.until(id, ({ givenUp }) => givenUp === 2)
    world.peer.behave('ACCEPT')
    await append('three')
    await world.until(id, ({ delivered }) => delivered === 1)
    expect(world.arrived()).toEqual(['one', 'two', 'three'])
  })

  it('shares the endpoints with others that come and go', async () => {
    const first = await world.start()
    const ids = await Promise.all(Array.from({ length: 8 }, () => world.make()))
    await append('one')
    await Promise.all(ids.map((id) => world.until(id, ({ delivered }) => delivered === 1)))
    await world.start()
    await append('two')
    await Promise.all(ids.map((id) => world.until(id, ({ delivered }) => delivered === 2)))
    await first.close()
    await append('three')
    await Promise.all(ids.map((id) => world.until(id, ({ delivered }) => delivered === 3)))
    expect(world.arrived().toSorted()).toEqual(
      ['one', 'three', 'two'].flatMap((id) => Array.from({ length: 8 }, () => id)),
    )
  })

  it('keeps up with endpoints whose queue is far smaller than what waits', async () => {
    const id = await world.make()
    const ids = Array.from({ length: 900 }, (_, n) => `many-${n}`)
    await append(...ids.slice(0, 450))
    await world.start(4)
    await append(...ids.slice(450))
    await world.until(id, ({ delivered }) => delivered === 900)
    expect(world.arrived()).toEqual(ids)
  })
})
