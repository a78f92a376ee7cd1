// The commands on webhooks where the dispatcher writes at the same time, on every engine.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asHeliographError } from '../../src/errors.ts'
import { decodeItem } from '../../src/ingest/decode.ts'
import type { Caller, Registry } from '../../src/webhook/registry.ts'
import { resealAll } from '../../src/webhook/reseal.ts'
import { shardOf } from '../../src/webhook/roster.ts'
import type { EndpointId, Progress, Webhook } from '../../src/webhook/webhook.ts'
import { attempts, claimAll } from '../store/conformance/webhook-drafts.ts'
import { note } from '../support/cloud.ts'
import { askingChannel, openTestRegistry, testBox } from '../support/registry.ts'
import { engines, type Opened } from '../support/store.ts'

const admin: Caller = { name: 'root', accounts: null }
const uri = 'https://127.0.0.1/hook'

describe.each(engines)('commands on $name', (engine) => {
  let opened: Opened
  let registry: Registry
  let kicks = 0
  const box = testBox()

  beforeAll(async () => {
    opened = await engine.open()
    const kick = () => {
      kicks += 1
    }
    registry = openTestRegistry(opened.store, { box, kick })
  })
  afterAll(() => opened.stop())

  const create = async (caller = admin) =>
    (await registry.create(caller, { name: null, filter: {}, endpoints: [{ uri }], after: null })).webhook

  function idOf({ endpoints: [endpoint] }: Webhook): EndpointId {
    if (!endpoint) throw new Error('there is no endpoint')
    return endpoint.id
  }

  async function progressOf(webhook: Webhook): Promise<Progress> {
    const [progress] = await registry.progress([idOf(webhook)])
    if (!progress) throw new Error('there is no progress')
    return progress
  }

  async function happen(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const event = note(`registry-${Math.random()}`)
      const decoded = decodeItem('CLOUDEVENT', event, '2026-05-14T09:31:07.000Z', { eventBytes: 262_144 })
      if (!('kind' in decoded) || decoded.kind !== 'DRAFT') throw new Error('the event was not taken')
      await opened.store.log.append([decoded.draft])
    }
  }

  test('an endpoint given by its id keeps cursor, secrets, counts and attempts', async () => {
    const webhook = await create()
    const id = idOf(webhook)
    const before = await progressOf(webhook)
    const worked: Progress = {
      ...before,
      version: 2,
      delivered: 7,
      givenUp: 2,
      failures: { count: 3, since: '2026-05-14T10:00:00.000Z', warned: 0 },
    }
    const leases = await claimAll(opened.store.webhooks, 'worker')
    const lease = leases.find(({ shard }) => shard === shardOf(id))
    if (!lease) throw new Error('no lease')
    const update = { lease, endpoint: id, progress: worked, attempts: attempts(1, 3) }
    expect(await opened.store.webhooks.save('worker', [update])).toEqual([true])
    const input = { name: 'changed', filter: { types: ['VM.START'] }, after: null }
    const endpoints = [{ id, uri: 'https://127.0.0.1/moved', concurrency: 4 }]
    const changed = await registry.update(admin, { ...input, id: webhook.id, version: 1, endpoints })
    expect(changed.webhook.endpoints).toMatchObject([
      { id, uri: 'https://127.0.0.1/moved', concurrency: 4, secrets: webhook.endpoints[0]?.secrets },
    ])
    expect(await progressOf(webhook)).toEqual(worked)
    expect(await registry.attempts(id, 10)).toHaveLength(3)
  })

  test('what is left out of a change stays, and endpoints that are left out go with all they had', async () => {
    const { webhook } = await registry.create(admin, {
      name: 'two',
      filter: { types: ['VM.START'] },
      endpoints: [{ uri }, { uri: `${uri}/2`, headers: [{ name: 'x', value: 'y' }], timeoutSeconds: 9 }],
      after: null,
    })
    const [first, second] = webhook.endpoints
    const change = { id: webhook.id, version: 1, name: null, filter: null, after: null }
    const { webhook: changed } = await registry.update(admin, { ...change, endpoints: [{ id: second?.id }] })
    expect(changed).toMatchObject({ name: 'two', filter: { types: ['VM.START'] }, endpoints: [second] })
    expect(await registry.progress([first?.id as EndpointId])).toEqual([null])
  })

  test('a cursor moves back though the dispatcher writes between each read and its write', async () => {
    const start = await opened.store.log.head()
    await happen(3)
    const webhook = await create()
    const id = idOf(webhook)
    const { webhooks } = opened.store
    let left = 0
    const disturbed = openTestRegistry(opened.store, {
      box,
      webhooks: {
        ...webhooks,
        async progress(ids) {
          const read = await webhooks.progress(ids)
          const [progress] = read
          if (left-- > 0 && progress)
            await webhooks.setProgress(id, { ...progress, version: progress.version + 1 })
          return read
        },
      },
    })
    left = 10
    await disturbed.replay(admin, { id: webhook.id, endpoint: null, after: start })
    left = 10
    await disturbed.disable(admin, id)
    left = 10
    await disturbed.enable(admin, { id, from: 'WHERE_IT_STOPPED' })
    expect(await progressOf(webhook)).toMatchObject({ cursor: start, state: { kind: 'ENABLED' } })
    left = Number.POSITIVE_INFINITY
    const error = await disturbed.disable(admin, id).catch((reason: unknown) => reason)
    expect(asHeliographError(error)).toMatchObject({ code: 'CONFLICT', field: 'input.id' })
  })

  /** Whose numbers only roles in `allowed` may use. */
  function openRestricted(allowed: Set<string>): Registry {
    const mayUse = (_: string, role: string) => allowed.has(role)
    const channel = { ...askingChannel('sms:', 'CODE'), confirmedBy: null, mayUse }
    return openTestRegistry(opened.store, { box }, [channel])
  }

  const refusalOf = async (refused: Promise<unknown>) =>
    asHeliographError(await refused.catch((reason: unknown) => reason))
  const tenant: Caller = { name: 'acme', accounts: ['account-acme'] }
  const numbered = { name: null, filter: {}, endpoints: [{ uri }, { uri: 'sms:+491' }], after: null }

  test('a URI that the operator allows to administrators is refused to a tenant', async () => {
    const some = openRestricted(new Set(['ADMIN']))
    const error = await refusalOf(some.create(tenant, numbered))
    expect(error).toMatchObject({ code: 'FORBIDDEN', field: 'input.endpoints[1].uri' })
    expect((await some.create(admin, numbered)).webhook.endpoints).toHaveLength(2)
  })

  test('a URI that the operator allows to administrators is refused to a tenant that adds it later', async () => {
    const some = openRestricted(new Set(['ADMIN']))
    const { webhook } = await some.create(tenant, { ...numbered, endpoints: [{ uri }] })
    const endpoints = [{ id: idOf(webhook) }, { uri: 'sms:+491' }]
    const change = { id: webhook.id, version: 1, name: null, filter: null, after: null, endpoints }
    const error = await refusalOf(some.update(tenant, change))
    expect(error).toMatchObject({ code: 'FORBIDDEN', field: 'input.endpoints[1].uri' })
    expect((await some.get(tenant, webhook.id))?.version).toBe(1)
  })

  test('an endpoint whose URI the operator allows no longer is not enabled again', async () => {
    const allowed = new Set(['ADMIN', 'TENANT'])
    const some = openRestricted(allowed)
    const { webhook } = await some.create(tenant, { ...numbered, endpoints: [{ uri: 'sms:+491' }] })
    const id = idOf(webhook)
    await some.disable(tenant, id)
    allowed.delete('TENANT')
    const error = await refusalOf(some.enable(tenant, { id, from: 'NOW' }))
    expect(error).toMatchObject({ code: 'FORBIDDEN', field: 'input.id' })
    expect((await progressOf(webhook)).state.kind).toBe('DISABLED')
    await some.enable(admin, { id, from: 'NOW' })
    expect((await progressOf(webhook)).state.kind).toBe('ENABLED')
  })

  test('enabling clears failures and the rest after them', async () => {
    const webhook = await create()
    const id = idOf(webhook)
    const at = '2026-05-14T10:00:00.000Z'
    const before = await progressOf(webhook)
    await opened.store.webhooks.setProgress(id, {
      ...before,
      version: 2,
      state: { kind: 'DISABLED', reason: 'FAILED_TOO_OFTEN', at },
      failures: { count: 20, since: at, warned: 0.9 },
      retryAt: at,
    })
    await registry.enable(admin, { id, from: 'WHERE_IT_STOPPED' })
    expect(await progressOf(webhook)).toMatchObject({
      state: { kind: 'ENABLED' },
      failures: { count: 0, since: null, warned: 0 },
      retryAt: null,
      cursor: before.cursor,
    })
  })

  test('what changes something has the dispatcher look at once', async () => {
    const webhook = await create()
    const id = idOf(webhook)
    const { id: webhookId } = webhook
    const after = await opened.store.log.head()
    const commands = [
      () => create(),
      () => registry.replay(admin, { id: webhookId, endpoint: null, after }),
      () => registry.disable(admin, id),
      () => registry.enable(admin, { id, from: 'NOW' }),
      () => registry.rotateSecret(admin, { id, secret: null, overlapSeconds: 0 }),
      () => registry.delete(admin, webhookId),
    ]
    for (const command of commands) {
      const before = kicks
      await command()
      expect(kicks).toBeGreaterThan(before)
    }
  })

  test('a secret is rotated though its webhook is changed at the same time', async () => {
    const webhook = await create()
    const id = idOf(webhook)
    const rotate = () => registry.rotateSecret(admin, { id, secret: null, overlapSeconds: 60 })
    const rotated = await Promise.all([rotate(), rotate(), rotate()])
    const kept = await registry.get(admin, webhook.id)
    expect(kept?.version).toBe(4)
    expect(kept?.endpoints[0]?.secrets).toHaveLength(4)
    expect(new Set(rotated.map(({ secret }) => secret)).size).toBe(3)
  })

  test('at most five secrets sign at once', async () => {
    const id = idOf(await create())
    const rotate = (overlapSeconds: number) =>
      registry.rotateSecret(admin, { id, secret: null, overlapSeconds })
    for (let n = 0; n < 4; n++) await rotate(60)
    const error = asHeliographError(await rotate(60).catch((reason: unknown) => reason))
    expect(error).toMatchObject({ code: 'BAD_INPUT', field: 'input.overlapSeconds' })
    expect((await rotate(0)).endpoint.secrets).toHaveLength(1)
  })

  test('an endpoint is found by its own id, the moment it is made elsewhere', async () => {
    const other = openTestRegistry(opened.store, { box })
    await registry.disable(admin, idOf(await create())) // Whoever keeps a copy has one now.
    const { webhook } = await other.create(admin, {
      name: null,
      filter: {},
      endpoints: [{ uri }],
      after: null,
    })
    const { endpoint } = await registry.disable(admin, idOf(webhook))
    expect(endpoint.id).toBe(idOf(webhook))
    await other.delete(admin, webhook.id)
    const error = await registry.disable(admin, idOf(webhook)).catch((reason: unknown) => reason)
    expect(asHeliographError(error)).toMatchObject({ code: 'NOT_FOUND', field: 'input.id' })
  })

  test('everything that an old key opens is sealed anew, and nothing else is touched', async () => {
    const [old, fresh] = [testBox(), testBox()]
    const both = {
      seal: fresh.seal,
      open: (...given: Parameters<typeof old.open>) => fresh.open(...given) ?? old.open(...given),
      isCurrent: fresh.isCurrent,
    }
    const headers = [{ name: 'x-token', value: 'hidden' }]
    const endpoints = [{ uri, headers }]
    const input = { name: null, filter: {}, endpoints, after: null }
    const sealed = await openTestRegistry(opened.store, { box: old }).create(admin, input)
    const lost = await openTestRegistry(opened.store, { box: testBox() }).create(admin, input)
    expect(await resealAll(opened.store.webhooks, both)).toBe(1)
    expect(await resealAll(opened.store.webhooks, both)).toBe(0)
    const now = openTestRegistry(opened.store, { box: fresh })
    const [endpoint] = (await now.get(admin, sealed.webhook.id))?.endpoints ?? []
    expect(endpoint && now.headerNames(endpoint)).toEqual(['x-token'])
    expect(endpoint?.secrets.every((secret) => fresh.isCurrent(secret.sealed))).toBe(true)
    expect(await now.get(admin, lost.webhook.id)).toEqual(lost.webhook)
  })
})
