import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pino } from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { shards } from '../../src/webhook/webhooks.ts'
import { roomyRetention } from '../support/engine.ts'
import {
  attempts,
  begun,
  claimAll,
  claimOne,
  longMs,
  update,
  webhook,
  webhookId,
} from './conformance/webhook-drafts.ts'

/** A store, and another connection to its file. */
async function openWithFile() {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-sqlite-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const open = async (): Promise<Store> => {
    const store = await openSqliteStore({
      directory,
      retention: roomyRetention,
      logger: pino({ level: 'silent' }),
    })
    onTestFinished(() => store.close())
    return store
  }
  const store = await open()
  const file = new DatabaseSync(join(directory, 'heliograph.db'), { readOnly: true })
  onTestFinished(() => file.close())
  const count = (table: string) => Number(file.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count)
  /** Moves with every commit of the store. */
  const commits = () => Number(file.prepare('PRAGMA data_version').get()?.data_version)
  return { store, open, count, commits }
}

it('no more attempts than are read are rows, and none of what was deleted', async () => {
  const { store, count } = await openWithFile()
  const { webhooks } = store
  await webhooks.create(webhook('w', ['a', 'b']), begun('a', 'b'))
  const lease = await claimOne(webhooks, 'one')
  await webhooks.save('one', [update(lease, 'a', 2, attempts(1, 80)), update(lease, 'b', 2, attempts(1, 99))])
  await webhooks.save('one', [update(lease, 'a', 3, attempts(81, 130)), update(lease, 'b', 3)])
  expect(count('attempts')).toBe(199)
  await webhooks.delete(webhookId('w'))
  expect(['webhooks', 'endpoints', 'attempts'].map(count)).toEqual([0, 0, 0])
})

it('allowances that have ended are removed by trimming, thousands of them', async () => {
  const { store, count } = await openWithFile()
  const keys = Array.from({ length: 2_500 }, (_, n) => `key ${n}`)
  await Promise.all(keys.map((key) => store.webhooks.allow(key, 1, 1)))
  await store.webhooks.allow('kept', 1, 3_600_000)
  expect(count('allowances')).toBe(2_501)
  await vi.waitFor(async () => {
    expect(await store.trim()).toBe(0)
    expect(count('allowances')).toBe(1)
  })
})

it('a key that is counted again and again keeps no more rows than its limit', async () => {
  const { store, count } = await openWithFile()
  let allowed = 0
  await vi.waitFor(
    async () => {
      if (await store.webhooks.allow('key', 2, 2)) allowed += 1
      expect(allowed).toBeGreaterThanOrEqual(20)
    },
    { timeout: 20_000, interval: 1 },
  )
  expect(count('allowances')).toBeLessThanOrEqual(2)
})

it('renewing leases, and what is refused, commits nothing', async () => {
  const { store, commits } = await openWithFile()
  const lease = await claimOne(store.webhooks, 'one')
  await store.webhooks.allow('key', 1, longMs)
  const before = commits()
  await store.webhooks.claim('one', longMs)
  await store.webhooks.claim('two', longMs)
  expect(await store.webhooks.save('two', [update(lease, 'a', 2)])).toEqual([false])
  expect(await store.webhooks.allow('key', 1, longMs)).toBe(false)
  expect(await store.webhooks.delete(webhookId('a'))).toBe(false)
  expect(commits()).toBe(before)
  await store.webhooks.allow('another', 1, longMs)
  expect(commits()).not.toBe(before)
})

it('the leases of a process that ended are free at once for the next', async () => {
  const { store, open } = await openWithFile()
  const before = await claimAll(store.webhooks, 'one')
  await store.close()
  const { webhooks } = await open()
  const after = await claimAll(webhooks, 'two')
  expect(after).toHaveLength(shards)
  expect(after).toEqual(before.map(({ shard, generation }) => ({ shard, generation: generation + 1 })))
})
