import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { seesAll } from '../../src/event/visibility.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { roomyRetention } from '../support/engine.ts'
import { draft } from './conformance/drafts.ts'
import { begun, claimOne, endpointId, progress, update, webhook } from './conformance/webhook-drafts.ts'

/** A directory with a database as that schema version wrote it. */
async function directoryOf(version: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-sqlite-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const written = new DatabaseSync(join(directory, 'heliograph.db'))
  written.exec(await readFile(new URL(`./sqlite/version-${version}.sql`, import.meta.url), 'utf8'))
  written.close()
  return directory
}

async function open(directory: string): Promise<Store> {
  const store = await openSqliteStore({
    directory,
    retention: { ...roomyRetention, dedupeMs: Number.MAX_SAFE_INTEGER },
    logger: pino({ level: 'silent' }),
  })
  onTestFinished(() => store.close())
  return store
}

describe.each([1, 2])('data of schema version %i', (version) => {
  it('is kept, and takes events, tickets and webhooks from then on', async () => {
    const directory = await directoryOf(version)
    for (const offset of [4, 5]) {
      const store = await open(directory)
      await expectKept(store)
      const receipts = await store.log.append([draft(1), draft(offset)])
      expect(receipts.map(({ kind, cursor }) => [kind, cursor.offset])).toEqual([
        ['DUPLICATE', 1],
        ['LOGGED', offset],
      ])
      await expectTickets(store, `ticket ${offset}`)
      await expectWebhooks(store, `${offset}`)
      await store.close()
    }
  })

  it('has the tables that new data has', async () => {
    const old = await directoryOf(version)
    const fresh = await mkdtemp(join(tmpdir(), 'heliograph-sqlite-'))
    onTestFinished(() => rm(fresh, { recursive: true, force: true }))
    const [migrated, made] = await Promise.all([old, fresh].map(tablesOf))
    expect(migrated).toEqual(made)
    expect(migrated).toContainEqual(expect.objectContaining({ name: 'webhooks' }))
  })
})

describe('data of schema version 2', () => {
  it('keeps its tickets', async () => {
    const store = await open(await directoryOf(2))
    const limits = { nowMs: Date.now(), most: 1, idleMs: 60_000 }
    const bind = (operation: string) => store.tickets.bind({ hash: 'old ticket', operation }, limits)
    expect(await bind('one')).toEqual({ kind: 'BOUND', reference: '{"of":"b"}' })
    expect(await bind('other')).toEqual({ kind: 'OTHER_OPERATION' })
  })
})

async function tablesOf(directory: string): Promise<unknown[]> {
  await (await open(directory)).close()
  const database = new DatabaseSync(join(directory, 'heliograph.db'), { readOnly: true })
  const columns = database
    .prepare(
      `SELECT t.name, c.name AS "column", c.type, c."notnull", c.pk FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c
        ORDER BY t.name, c.cid`,
    )
    .all()
  database.close()
  return columns
}

async function expectKept(store: Store): Promise<void> {
  const entries = await store.log.read(await store.log.tail(), 3)
  expect(entries.map(({ event }) => event.eventId)).toEqual(['event-1', 'event-about-1', 'event-2'])
  expect(await store.resources.get([{ kind: 'Volume', uid: 'v1' }])).toMatchObject([
    { name: 'root disk', owner: 'alice', version: 2 },
  ])
  const query = { filter: {}, visibility: seesAll, linkedBy: { attribute: 'virtualmachineid', uid: 'vm1' } }
  const { resources } = await store.resources.list(query, { first: 9, after: null })
  expect(resources.map(({ uid }) => uid)).toEqual(['v1'])
}

async function expectTickets(store: Store, hash: string): Promise<void> {
  const limits = { nowMs: Date.now(), most: 1 }
  const ticket = {
    hash,
    holder: 'a',
    reference: '{}',
    firstUseUntilMs: limits.nowMs + 60_000,
    endsAtMs: null,
  }
  expect(await store.tickets.put(ticket, limits)).toBe(true)
  const use = { hash, operation: 'one' }
  expect(await store.tickets.bind(use, { ...limits, idleMs: 60_000 })).toMatchObject({ kind: 'BOUND' })
}

async function expectWebhooks({ webhooks }: Store, name: string): Promise<void> {
  const revision = await webhooks.revision()
  await webhooks.create(webhook(name), begun(name))
  expect(await webhooks.revision()).toBe(revision + 1)
  const lease = await claimOne(webhooks, 'one')
  expect(await webhooks.save('one', [update(lease, name, 2)])).toEqual([true])
  expect(await webhooks.progress([endpointId(name)])).toEqual([progress(2)])
}
