// Secrets of webhooks: sealed where they are kept, shown once, written nowhere, and opened by whatever keys
// the gateway is given.

import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createLogger } from '../../src/observe/logger.ts'
import type { Settings } from '../../src/settings.ts'
import { type HttpPeer, startHttpPeer } from '../channel/http-peer.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { startRedis } from '../support/redis.ts'
import { command, done, isSignedWith, look, make, webhookSettings } from '../support/webhooks.ts'

const patience = { timeout: 20_000, interval: 50 }
const newKey = () => randomBytes(32).toString('base64')

let peer: HttpPeer
beforeAll(async () => {
  peer = await startHttpPeer()
})
afterAll(() => peer.stop())

async function start(
  engine: (typeof engineNames)[number],
  settings: Partial<Settings>,
  log: (line: string) => void = () => {},
): Promise<TestGateway> {
  const logger = createLogger('trace', { write: log })
  const gateway = await startTestGateway(engine, { ...webhookSettings, ...settings }, logger)
  onTestFinished(() => gateway.stop())
  return gateway
}

/** Everything that is kept, as one text. */
async function keptBy({ settings }: TestGateway): Promise<string> {
  if (settings.redisUrl === null) {
    const names = await readdir(settings.dataDir)
    const files = await Promise.all(names.map((name) => readFile(join(settings.dataDir, name), 'latin1')))
    return files.join('\n')
  }
  const redis = new Redis(settings.redisUrl)
  const dumps = await Promise.all((await redis.keys('*')).map((key) => redis.dumpBuffer(key)))
  redis.disconnect()
  return dumps.map((dump) => dump.toString('latin1')).join('\n')
}

/** Data that outlives the gateways of a test. */
async function ground(engine: (typeof engineNames)[number]): Promise<Partial<Settings>> {
  if (engine === 'redis') {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    return { redisUrl: redis.url }
  }
  const first = await startTestGateway('sqlite')
  const { dataDir } = first.settings
  await first.halt()
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  await rm(join(dataDir, 'secret.key'))
  return { dataDir }
}

/** A gateway on data that is there, with these keys. */
async function startOn(
  engine: (typeof engineNames)[number],
  data: Partial<Settings>,
  secretKeys: readonly string[],
): Promise<TestGateway> {
  const gateway = await startTestGateway(engine, { ...webhookSettings, ...data, secretKeys })
  onTestFinished(() => gateway.halt())
  return gateway
}

describe.each(engineNames)('the secrets of webhooks on %s', (engine) => {
  test('are in nothing that is kept, and in no log', async () => {
    let written = ''
    const gateway = await start(engine, {}, (line) => {
      written += line
    })
    const value = `value-${randomBytes(12).toString('hex')}`
    const headers = [{ name: 'x-token', value }]
    const made = await make(gateway, [], { endpoints: [{ uri: peer.uri, headers }] })
    const [{ secret = '' } = {}] = made.secrets
    const [endpoint] = made.webhook.endpoints
    await done(gateway, 'testWebhook', { id: made.webhook.id })
    const rotated = await done<{ secret: string }>(gateway, 'rotateSecret', { id: endpoint?.id })
    // Used wrongly as well.
    await command(gateway, 'rotateSecret', { id: endpoint?.id, secret: `${secret}=` })
    await command(gateway, 'createWebhook', { filter: {}, endpoints: [{ uri: 'x', secret, headers }] })
    const kept = await keptBy(gateway)
    expect(kept).toContain(made.webhook.id)
    for (const text of [secret, rotated.secret].map((one) => one.slice('whsec_'.length)).concat(value)) {
      expect(text.length).toBeGreaterThan(20)
      expect(kept).not.toContain(text)
      expect(written).not.toContain(text)
    }
  })

  test('are opened by every key and sealed by the first: the start seals anew, and the old key may go', async () => {
    const data = await ground(engine)
    const [one, two] = [newKey(), newKey()]
    const first = await startOn(engine, data, [one])
    const made = await make(first, [peer.uri])
    await first.halt()
    await (await startOn(engine, data, [two, one])).halt()
    const last = await startOn(engine, data, [two])
    await done(last, 'testWebhook', { id: made.webhook.id })
    const request = peer.requests.at(-1)
    expect(request && isSignedWith(request, made.secrets[0]?.secret ?? '')).toBe(true)
  })

  test('that no key opens let nothing be sent: never unsigned', async () => {
    const data = await ground(engine)
    const key = newKey()
    const first = await startOn(engine, data, [key])
    const made = await make(first, [peer.uri])
    await first.halt()
    const other = await startOn(engine, data, [newKey()])
    const before = peer.requests.length
    const { refused } = await command(other, 'testWebhook', { id: made.webhook.id })
    expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.id' })
    expect(refused?.message).toContain('no key of this gateway opens its secret')
    await vi.waitFor(async () => {
      const paused = { state: 'PAUSED', reason: 'SECRET_UNREADABLE' }
      expect(await look(other, made.webhook.id)).toMatchObject({ endpoints: [paused] })
    }, patience)
    await other.post([note('while-unreadable')], cloudEventBatch)
    expect(peer.requests).toHaveLength(before)
    await other.halt()
    await startOn(engine, data, [key])
    await vi.waitFor(() => expect(peer.requests).toHaveLength(before + 1), patience)
    const request = peer.requests.at(-1)
    expect(request && isSignedWith(request, made.secrets[0]?.secret ?? '')).toBe(true)
  })
})

test('the embedded store has a key file of mode 0600, which a restart uses again', async () => {
  const data = await ground('sqlite')
  const first = await startOn('sqlite', data, [])
  const made = await make(first, [peer.uri])
  await first.halt()
  const { mode } = await stat(join(String(data.dataDir), 'secret.key'))
  expect(mode & 0o777).toBe(0o600)
  const again = await startOn('sqlite', data, [])
  await done(again, 'testWebhook', { id: made.webhook.id })
  const request = peer.requests.at(-1)
  expect(request && isSignedWith(request, made.secrets[0]?.secret ?? '')).toBe(true)
})

test('on Redis without HELIOGRAPH_SECRET_KEYS no webhook is made, with the reason', async () => {
  const gateway = await start('redis', { secretKeys: [] })
  const input = { filter: {}, endpoints: [{ uri: peer.uri }] }
  const { refused } = await command(gateway, 'createWebhook', input)
  expect(refused).toMatchObject({ code: 'BAD_INPUT', field: 'input.endpoints' })
  expect(refused?.message).toContain('HELIOGRAPH_SECRET_KEYS')
})
