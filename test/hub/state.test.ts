import { expect, it } from 'vitest'
import { HeliographError } from '../../src/errors.ts'
import { formatCursor } from '../../src/event/position.ts'
import { seesAccounts } from '../../src/event/visibility.ts'
import type { Resources } from '../../src/resource/resources.ts'
import { deletion, draft, observation } from '../store/conformance/drafts.ts'
import { openStore, range } from '../store/conformance/open-store.ts'
import { sqliteEngine } from '../support/store.ts'
import { resourceFeed } from './feeds.ts'
import { openHub, startHub } from './open-hub.ts'

const volume = (n: number | string, state: string, owner?: string) =>
  observation(`Volume/v${n}`, owner === undefined ? { state } : { state, owner })

it('sends the state, then SYNCED with the cursor it started from, then the changes', async () => {
  const { store, connect } = await openHub()
  await store.log.append([volume(1, 'Ready'), volume(2, 'Ready')])
  const head = formatCursor(await store.log.head())
  const operation = await connect().subscribe(resourceFeed({ kinds: ['Volume'] }))
  await operation.heard('SYNCED')
  await store.log.append([volume(1, 'Destroyed'), volume(3, 'Allocated')])
  await operation.heard('ADDED v3 Allocated')
  expect(operation.told()).toEqual([
    'ADDED v1 Ready',
    'ADDED v2 Ready',
    'SYNCED',
    'MODIFIED v1 Destroyed',
    'ADDED v3 Allocated',
  ])
  const cursors = operation.messages().map(({ cursor }) => cursor)
  expect(cursors.slice(0, 3)).toEqual([null, null, head])
  expect(cursors.slice(3)).not.toContain(null)
})

it('tells entering and leaving the filter, and the last state of what is deleted', async () => {
  const { store, connect } = await openHub()
  await store.log.append([volume(1, 'Ready')])
  const ready = await connect().subscribe(resourceFeed({ states: ['Ready'] }))
  await ready.heard('SYNCED')
  await store.log.append([
    volume(2, 'Allocated'),
    volume(2, 'Ready'),
    volume(1, 'Expunged'),
    deletion('Volume/v2'),
  ])
  await ready.heard('DELETED v2 Ready')
  expect(ready.told().slice(2)).toEqual(['ADDED v2 Ready', 'DELETED v1 Expunged', 'DELETED v2 Ready'])
})

it('tells a tenant of a resource once its owner is known, and nothing of a foreign one', async () => {
  const { store, connect } = await openHub()
  await store.log.append([volume(1, 'Ready', 'alice'), volume(2, 'Ready', 'bob'), volume(3, 'Ready')])
  const alices = await connect().subscribe(resourceFeed({}, { visibility: seesAccounts(['alice']) }))
  await alices.heard('SYNCED')
  await store.log.append([volume(2, 'Migrating', 'bob'), volume(3, 'Ready', 'alice')])
  await alices.heard('ADDED v3 Ready')
  expect(alices.told()).toEqual(['ADDED v1 Ready', 'SYNCED', 'ADDED v3 Ready'])
})

it('answers a missing and a foreign resource alike: SYNCED, then silence', async () => {
  const { store, connect } = await openHub()
  await store.log.append([volume(1, 'Ready', 'bob')])
  const visibility = seesAccounts(['alice'])
  const { reader, subscribe } = connect()
  const foreign = await subscribe(resourceFeed({ ids: ['Volume/v1'] }, { visibility }))
  const missing = await subscribe(resourceFeed({ ids: ['Volume/v9'] }, { visibility }))
  await Promise.all([foreign.heard('SYNCED'), missing.heard('SYNCED')])
  await store.log.append([volume(1, 'Destroyed', 'bob'), volume(4, 'Ready', 'alice')])
  const end = await subscribe(resourceFeed({ ids: ['Volume/v4'] }, { visibility }))
  await end.heard('SYNCED')
  expect(reader.messages.map(({ payload }) => payload.type)).toEqual(['SYNCED', 'SYNCED', 'ADDED', 'SYNCED'])
})

it('sends only changes after a cursor, and no SYNCED', async () => {
  const { store, connect } = await openHub()
  await store.log.append([volume(1, 'Allocated')])
  const after = await store.log.head()
  await store.log.append([volume(1, 'Ready')])
  const operation = await connect().subscribe(resourceFeed(), after)
  await store.log.append([volume(1, 'Destroyed')])
  await operation.heard('MODIFIED v1 Destroyed')
  expect(operation.told()).toEqual(['MODIFIED v1 Ready', 'MODIFIED v1 Destroyed'])
})

it('skips a change that the sent resource already contains, and no other', async () => {
  const { store } = await openStore(sqliteEngine)
  await store.log.append([volume(1, 'Allocated'), volume(2, 'Allocated')])
  // Both change after the position was noted and before the state is read.
  const resources: Resources = {
    ...store.resources,
    async list(query, page) {
      await store.log.append([volume(1, 'Creating'), volume(1, 'Ready')])
      const read = await store.resources.list(query, page)
      await store.log.append([volume(1, 'Destroyed'), volume(2, 'Ready')])
      return read
    },
  }
  const { connect } = await startHub(store, {}, { resources })
  const operation = await connect().subscribe(resourceFeed())
  await operation.heard('MODIFIED v2 Ready')
  expect(operation.told()).toEqual([
    'ADDED v1 Ready',
    'ADDED v2 Allocated',
    'SYNCED',
    'MODIFIED v1 Destroyed',
    'MODIFIED v2 Ready',
  ])
  expect(operation.messages()[2]?.payload.cursor).toBe(operation.messages()[2]?.cursor)
})

it('sends a state of many pages no faster than the reader takes it', async () => {
  const { store, connect } = await openHub({ limits: { bufferBytes: 2000 } })
  await store.log.append(range(1, 450).map((n) => volume(n, 'Ready')))
  const { reader, subscribe } = connect('STOPS')
  const operation = await subscribe(resourceFeed())
  await reader.until(() => reader.writes.length > 0)
  await store.log.append([volume(1, 'Destroyed')])
  expect(reader.mostUnsent).toBeLessThan(2300)
  reader.setPace('LATE')
  await operation.heard('MODIFIED v1 Destroyed')
  const told = operation.told()
  expect(told).toHaveLength(452)
  expect(new Set(told.slice(0, 450)).size).toBe(450)
  expect(told[450]).toBe('SYNCED')
})

it('waits for a store that is away between two pages', async () => {
  const { store } = await openStore(sqliteEngine)
  await store.log.append(range(1, 300).map((n) => volume(n, 'Ready')))
  let refusals = 0
  const resources: Resources = {
    ...store.resources,
    async list(query, page) {
      if (page.after === null || ++refusals > 2) return store.resources.list(query, page)
      throw new HeliographError('STORE_UNAVAILABLE', 'The store cannot be reached')
    },
  }
  const { connect } = await startHub(store, {}, { resources })
  const operation = await connect().subscribe(resourceFeed())
  await operation.heard('SYNCED')
  expect(operation.told()).toHaveLength(301)
})

it('stops sending the state once the subscriber is closed', async () => {
  const { store, hub, connect } = await openHub({ limits: { bufferBytes: 2000 } })
  await store.log.append(range(1, 450).map((n) => volume(n, 'Ready')))
  const { reader, subscribe } = connect('STOPS')
  const operation = await subscribe(resourceFeed())
  await reader.until(() => reader.writes.length > 0)
  operation.close()
  reader.setPace('TAKES')
  const next = await subscribe(resourceFeed({ ids: ['Volume/v1'] }))
  await next.heard('SYNCED')
  await store.log.append([draft('end')])
  expect(operation.told().length).toBeLessThan(50)
  expect(hub.counts()).toMatchObject({ subscribers: 1 })
})
