import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { seesAll } from '../../src/event/visibility.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { roomyRetention } from '../support/engine.ts'
import { sqliteEngine } from '../support/store.ts'
import { draft, drafts } from './conformance/drafts.ts'
import { describeEventLog } from './conformance/event-log.ts'
import { describeResources } from './conformance/resources.ts'
import { describeTickets } from './conformance/tickets.ts'
import { describeWebhooks } from './conformance/webhooks.ts'

describeEventLog(sqliteEngine)
describeResources(sqliteEngine)
describeTickets(sqliteEngine)
describeWebhooks(sqliteEngine)

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-sqlite-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function open(directory: string, retention = roomyRetention): Promise<Store> {
  const store = await openSqliteStore({
    directory,
    retention,
    logger: pino({ level: 'silent' }),
  })
  onTestFinished(() => store.close())
  return store
}

describe('opening the embedded store', () => {
  it('makes the directory, and one file of data in it', async () => {
    const directory = join(await makeDirectory(), 'a', 'b')
    const store = await open(directory)
    await store.log.append(drafts(1, 3))
    await store.close()
    const database = new DatabaseSync(join(directory, 'heliograph.db'), { readOnly: true })
    expect(database.prepare('SELECT count(*) AS count FROM entries').get()).toEqual({ count: 3 })
    database.close()
  })

  it('refuses data that is open already, by name, and takes it once it is closed', async () => {
    const directory = await makeDirectory()
    const first = await open(directory)
    await expect(open(directory)).rejects.toMatchObject({
      code: 'STORE_IN_USE',
      field: 'HELIOGRAPH_DATA',
      message: expect.stringContaining(directory),
    })
    // The first is none the worse for it.
    await first.log.append([draft(1)])
    await first.close()
    expect((await (await open(directory)).log.head()).offset).toBe(1)
  })

  it('refuses a directory that cannot be made, naming it and the setting', async () => {
    const file = join(await makeDirectory(), 'file')
    await writeFile(file, '')
    for (const directory of [file, join(file, 'data')]) {
      await expect(open(directory)).rejects.toMatchObject({
        code: 'BAD_SETTING',
        field: 'HELIOGRAPH_DATA',
        message: expect.stringContaining(directory),
      })
    }
  })

  it('refuses a file that is no database', async () => {
    const directory = await makeDirectory()
    await writeFile(join(directory, 'heliograph.db'), 'This is a text, and rather long for one. '.repeat(50))
    await expect(open(directory)).rejects.toMatchObject({
      code: 'STORE_UNSUITABLE',
      field: 'HELIOGRAPH_DATA',
      message: expect.stringContaining(join(directory, 'heliograph.db')),
    })
  })

  it("refuses another program's database and leaves it as it was", async () => {
    const directory = await makeDirectory()
    const path = join(directory, 'heliograph.db')
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE things (id INTEGER)')
    other.close()
    await expect(open(directory)).rejects.toMatchObject({
      code: 'STORE_UNSUITABLE',
      message: expect.stringContaining(path),
    })
    const same = new DatabaseSync(path)
    expect(same.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
    same.close()
  })

  it('refuses the data of a newer version', async () => {
    const directory = await makeDirectory()
    await (await open(directory)).close()
    const database = new DatabaseSync(join(directory, 'heliograph.db'))
    database.exec('PRAGMA user_version = 99')
    database.close()
    await expect(open(directory)).rejects.toMatchObject({
      code: 'STORE_UNSUITABLE',
      message: expect.stringMatching(/newer Heliograph.*99/),
    })
  })
})

describe('tickets that have ended', () => {
  it('are removed by trimming, thousands of them, and are no entries', async () => {
    const directory = await makeDirectory()
    const store = await open(directory)
    const nowMs = Date.now() - 120_000
    const put = (n: number) =>
      store.tickets.put(
        { hash: `${n}`, holder: 'a', reference: '{}', firstUseUntilMs: nowMs + 60_000, endsAtMs: null },
        { nowMs, most: 5_000 },
      )
    await Promise.all(Array.from({ length: 2_500 }, (_, n) => put(n)))
    const database = new DatabaseSync(join(directory, 'heliograph.db'), { readOnly: true })
    const count = () => Number(database.prepare('SELECT count(*) AS count FROM tickets').get()?.count)
    expect(count()).toBe(2_500)
    expect(await store.trim()).toBe(0)
    expect(count()).toBe(0)
    database.close()
  })
})

describe('the threads of the embedded store', () => {
  it.each([
    ['writes', 0],
    ['reads', 1],
  ])('when the one that %s dies, every call is refused and the store is not ready', async (_, index) => {
    const workers: Worker[] = []
    const note = (worker: Worker) => void workers.push(worker)
    process.on('worker', note)
    onTestFinished(() => void process.off('worker', note))
    const store = await open(await makeDirectory())
    await store.log.append(drafts(1, 10))
    const head = await store.log.head()
    expect(store.health().ready).toBe(true)

    const pending = [store.log.append([draft(11)]), store.log.head()].map((call) =>
      call.catch((error) => error),
    )
    await workers[index]?.terminate()
    await Promise.all(pending)
    await expect.poll(() => store.health().ready).toBe(false)
    const calls = [
      store.log.append([draft(12)]),
      store.log.head(),
      store.log.read(head, 1),
      store.log.knownSince(),
      store.resources.get([]),
      store.resources.list({ filter: {}, visibility: seesAll }, { first: 1, after: null }),
      store.trim(),
      store.webhooks.list(null, 1),
      store.webhooks.revision(),
      store.webhooks.claim('one', 1_000),
      store.webhooks.save('one', []),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})
