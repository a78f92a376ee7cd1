// What the store of webhooks promises of the records themselves, for every engine.

import { describe, expect, it } from 'vitest'
import type { Webhook } from '../../../src/webhook/webhook.ts'
import type { Webhooks } from '../../../src/webhook/webhooks.ts'
import type { Engine } from '../../support/engine.ts'
import { describeAllowances } from './allowances.ts'
import { describeLeases } from './leases.ts'
import { openStore, range } from './open-store.ts'
import {
  attempts,
  begun,
  claimOne,
  endpointId,
  progress,
  update,
  webhook,
  webhookId,
} from './webhook-drafts.ts'
import { describeProgress } from './webhook-progress.ts'

/** Declares the tests of an engine's webhooks. */
export function describeWebhooks(engine: Engine): void {
  describe(`the webhooks of ${engine.name}`, () => {
    describeRecords(engine)
    describeRevision(engine)
  })
  describeProgress(engine)
  describeLeases(engine)
  describeAllowances(engine)
}

async function openWebhooks(engine: Engine): Promise<Webhooks> {
  return (await openStore(engine)).store.webhooks
}

function next(one: Webhook, names: readonly string[], changes: Partial<Webhook> = {}): Webhook {
  return { ...webhook('x', names), id: one.id, version: one.version + 1, ...changes }
}

function describeRecords(engine: Engine): void {
  it('a webhook is read as it was written, and is null where there is none', async () => {
    const webhooks = await openWebhooks(engine)
    const one = webhook('a', ['a1', 'a2'])
    await webhooks.create(one, begun('a1', 'a2'))
    expect(await webhooks.get(one.id)).toEqual(one)
    expect(await webhooks.get(webhookId('b'))).toBeNull()
    expect(await webhooks.progress([endpointId('a2'), endpointId('b'), endpointId('a1')])).toEqual([
      progress(1),
      null,
      progress(1),
    ])
  })

  it('an id that is taken is refused, of a webhook and of an endpoint, and nothing is written', async () => {
    const webhooks = await openWebhooks(engine)
    await webhooks.create(webhook('a'), begun('a'))
    await webhooks.create(webhook('b'), begun('b'))
    const revision = await webhooks.revision()
    const again = webhooks.create(webhook('a', ['c']), begun('c'))
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT', field: 'id' })
    const foreign = webhooks.create(webhook('c', ['c', 'a']), begun('c', 'a'))
    await expect(foreign).rejects.toMatchObject({ code: 'CONFLICT', field: 'endpoints' })
    const stolen = webhooks.replace(next(webhook('b'), ['b', 'a']), begun('a'))
    await expect(stolen).rejects.toMatchObject({ code: 'CONFLICT', field: 'endpoints' })
    expect(await webhooks.list(null, 9)).toEqual([webhook('a'), webhook('b')])
    expect(await webhooks.progress([endpointId('c')])).toEqual([null])
    expect(await webhooks.revision()).toBe(revision)
  })

  it('1,000 webhooks are listed in pages in the order of their ids, each once', async () => {
    const webhooks = await openWebhooks(engine)
    const names = range(1, 1_000).map((n) => `${(n * 7919) % 1_000}`.padStart(4, '0'))
    await Promise.all(names.map((name) => webhooks.create(webhook(name), begun(name))))
    const listed: Webhook[] = []
    for (;;) {
      const page = await webhooks.list(listed.at(-1)?.id ?? null, 300)
      listed.push(...page)
      if (page.length < 300) break
      expect(page).toHaveLength(300)
    }
    expect(listed).toEqual(names.toSorted().map((name) => webhook(name)))
    expect(await webhooks.list(null, 0)).toEqual([])
    expect(await webhooks.count('token:alice')).toEqual({ owned: 1_000, all: 1_000 })
  })

  it('they are counted by owner and altogether, as they come and go and change hands', async () => {
    const webhooks = await openWebhooks(engine)
    const bob = { name: 'token:bob', accounts: null }
    await webhooks.create(webhook('a'), begun('a'))
    await webhooks.create(webhook('b'), begun('b'))
    await webhooks.create(webhook('c', ['c'], { owner: bob }), begun('c'))
    expect(await webhooks.count('token:alice')).toEqual({ owned: 2, all: 3 })
    await webhooks.replace(next(webhook('a'), ['a'], { owner: bob }), begun())
    expect(await webhooks.count('token:alice')).toEqual({ owned: 1, all: 3 })
    expect(await webhooks.count('token:bob')).toEqual({ owned: 2, all: 3 })
    await webhooks.delete(webhookId('b'))
    expect(await webhooks.count('token:alice')).toEqual({ owned: 0, all: 2 })
    expect(await webhooks.count('token:nobody')).toEqual({ owned: 0, all: 2 })
  })

  it('of many that replace the same version one wins, and the others are told CONFLICT', async () => {
    const webhooks = await openWebhooks(engine)
    await webhooks.create(webhook('a'), begun('a'))
    const results = await Promise.allSettled(
      range(1, 20).map((n) => webhooks.replace(next(webhook('a'), ['a'], { name: `${n}` }), begun())),
    )
    const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index + 1] : []))
    expect(winners).toHaveLength(1)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' })
    }
    expect(await webhooks.get(webhookId('a'))).toMatchObject({ version: 2, name: `${winners[0]}` })
  })

  it('a webhook that is gone cannot be replaced, nor one at another version', async () => {
    const webhooks = await openWebhooks(engine)
    const gone = webhooks.replace({ ...webhook('a'), version: 2 }, begun('a'))
    await expect(gone).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await webhooks.create(webhook('a'), begun('a'))
    for (const version of [0, 1, 3]) {
      const other = webhooks.replace({ ...webhook('a'), version }, begun())
      await expect(other).rejects.toMatchObject({ code: 'CONFLICT', field: 'version' })
    }
    expect(await webhooks.get(webhookId('a'))).toEqual(webhook('a'))
  })

  it('replacing keeps the progress of endpoints that stay, adds the new, and removes all of those that go', async () => {
    const webhooks = await openWebhooks(engine)
    await webhooks.create(webhook('a', ['stays', 'goes']), begun('stays', 'goes'))
    const lease = await claimOne(webhooks, 'one')
    await webhooks.save('one', [
      update(lease, 'stays', 2, attempts(1, 3)),
      update(lease, 'goes', 2, attempts(1, 3)),
    ])
    // What is said of one that stays counts for nothing.
    await webhooks.replace(next(webhook('a'), ['new', 'stays']), begun('new', 'stays'))
    const ids = ['stays', 'goes', 'new'].map(endpointId)
    expect(await webhooks.progress(ids)).toEqual([progress(2), null, progress(1)])
    expect(await webhooks.attempts(endpointId('stays'), 9)).toHaveLength(3)
    expect(await webhooks.attempts(endpointId('goes'), 9)).toEqual([])
    expect(await webhooks.save('one', [update(lease, 'goes', 3), update(lease, 'new', 2)])).toEqual([
      false,
      true,
    ])
    // One that comes back begins anew.
    await webhooks.replace({ ...webhook('a', ['goes']), version: 3 }, begun('goes'))
    expect(await webhooks.progress(ids)).toEqual([null, progress(1), null])
    expect(await webhooks.attempts(endpointId('goes'), 9)).toEqual([])
  })

  it('deleting takes everything of it, once, and nothing of others', async () => {
    const webhooks = await openWebhooks(engine)
    await webhooks.create(webhook('a', ['a1', 'a2']), begun('a1', 'a2'))
    await webhooks.create(webhook('b'), begun('b'))
    const lease = await claimOne(webhooks, 'one')
    await webhooks.save('one', [
      update(lease, 'a1', 2, attempts(1, 3)),
      update(lease, 'b', 2, attempts(1, 3)),
    ])
    expect(await Promise.all([1, 2].map(() => webhooks.delete(webhookId('a'))))).toEqual([true, false])
    expect(await webhooks.get(webhookId('a'))).toBeNull()
    expect(await webhooks.list(null, 9)).toEqual([webhook('b')])
    expect(await webhooks.progress(['a1', 'a2', 'b'].map(endpointId))).toEqual([null, null, progress(2)])
    expect(await webhooks.attempts(endpointId('a1'), 9)).toEqual([])
    expect(await webhooks.attempts(endpointId('b'), 9)).toHaveLength(3)
    expect(await webhooks.save('one', [update(lease, 'a1', 3)])).toEqual([false])
    expect(await webhooks.setProgress(endpointId('a2'), progress(2))).toBe(false)
  })

  it('everything outlives a reopening', async () => {
    const opened = await openStore(engine)
    const { webhooks } = opened.store
    await webhooks.create(webhook('a'), begun('a'))
    const lease = await claimOne(webhooks, 'one')
    await webhooks.save('one', [update(lease, 'a', 2, attempts(1, 3))])
    await webhooks.sawOwner('jwt:carol', { accounts: ['carol'], seenAt: '2026-05-14T10:00:00.000Z' })
    await webhooks.allow('key', 1, 3_600_000)
    const revision = await webhooks.revision()
    const again = (await opened.reopen()).webhooks
    expect(await again.list(null, 9)).toEqual([webhook('a')])
    expect(await again.count('token:alice')).toEqual({ owned: 1, all: 1 })
    expect(await again.progress([endpointId('a')])).toEqual([progress(2)])
    expect(await again.attempts(endpointId('a'), 9)).toHaveLength(3)
    expect(await again.seenOwner('jwt:carol')).toMatchObject({ accounts: ['carol'] })
    expect(await again.allow('key', 1, 3_600_000)).toBe(false)
    expect(await again.revision()).toBe(revision)
  })
}

function describeRevision(engine: Engine): void {
  it('the revision moves with create, replace, delete and setProgress, with nothing else, and never back', async () => {
    const webhooks = await openWebhooks(engine)
    const seen = [await webhooks.revision()]
    const moves = async (work: Promise<unknown>) => {
      await work.catch(() => {})
      const revision = await webhooks.revision()
      const isMoved = revision > (seen.at(-1) ?? 0)
      expect(revision).toBeGreaterThanOrEqual(seen.at(-1) ?? 0)
      seen.push(revision)
      return isMoved
    }
    expect(await moves(webhooks.create(webhook('a'), begun('a')))).toBe(true)
    expect(await moves(webhooks.create(webhook('b'), begun('b')))).toBe(true)
    expect(await moves(webhooks.create(webhook('b'), begun('b')))).toBe(false)
    expect(await moves(webhooks.replace(next(webhook('a'), ['a']), begun()))).toBe(true)
    expect(await moves(webhooks.replace(next(webhook('a'), ['a']), begun()))).toBe(false)
    expect(await moves(webhooks.setProgress(endpointId('a'), progress(2)))).toBe(true)
    expect(await moves(webhooks.setProgress(endpointId('a'), progress(2)))).toBe(false)
    const lease = await claimOne(webhooks, 'one')
    expect(await moves(webhooks.save('one', [update(lease, 'a', 3)]))).toBe(false)
    expect(await moves(webhooks.release('one', null))).toBe(false)
    expect(await moves(webhooks.allow('key', 1, 1_000))).toBe(false)
    const owner = { accounts: null, seenAt: '2026-05-14T10:00:00.000Z' }
    expect(await moves(webhooks.sawOwner('token:alice', owner))).toBe(false)
    expect(await moves(webhooks.delete(webhookId('a')))).toBe(true)
    expect(await moves(webhooks.delete(webhookId('a')))).toBe(false)
  })
}
