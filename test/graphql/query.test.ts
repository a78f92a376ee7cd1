import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '../../src/graphql/context.ts'
import { ask, happened, openWorld, run, type World } from './world.ts'

type Page = {
  edges: { cursor: string; node: { eventId: string; cursor: string } }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}

const pageOf = `{ edges { cursor node { eventId cursor } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`

describe('events', () => {
  let world: World
  let ids: string[]

  beforeAll(async () => {
    world = await openWorld(false)
    const events = Array.from({ length: 12 }, (_, n) => happened(n % 3 ? 'SOME.NOTE' : 'THIRD.NOTE', null))
    ids = events.map(({ id }) => id)
    await world.append(...events)
  })
  afterAll(() => world.opened.stop())

  const events = async (args: string, variables: Record<string, unknown> = {}) => {
    const query = `query ($after: Cursor, $before: Cursor) { events(after: $after, before: $before, ${args}) ${pageOf} }`
    return (await ask<{ events: Page }>(world.admin, query, variables)).events
  }
  const idsOf = ({ edges }: Page) => edges.map(({ node }) => node.eventId)

  test('come oldest first, each with its own cursor', async () => {
    const { events: all } = await ask<{ events: Page }>(world.admin, `{ events ${pageOf} }`)
    expect(idsOf(all)).toEqual(ids)
    expect(all.edges.map(({ cursor }) => cursor)).toEqual(all.edges.map(({ node }) => node.cursor))
    expect(all.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: all.edges[0]?.cursor,
      endCursor: all.edges[11]?.cursor,
    })
  })

  test('page forwards by first and after', async () => {
    const first = await events('first: 5')
    expect(idsOf(first)).toEqual(ids.slice(0, 5))
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    const second = await events('first: 5', { after: first.pageInfo.endCursor })
    expect(idsOf(second)).toEqual(ids.slice(5, 10))
    expect(second.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
    const third = await events('first: 5', { after: second.pageInfo.endCursor })
    expect(idsOf(third)).toEqual(ids.slice(10))
    expect(third.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  test('page backwards by last and before, still oldest first', async () => {
    const last = await events('last: 5')
    expect(idsOf(last)).toEqual(ids.slice(7))
    expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    const earlier = await events('last: 10', { before: last.pageInfo.startCursor })
    expect(idsOf(earlier)).toEqual(ids.slice(0, 7))
    expect(earlier.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
  })

  test('are filtered before they are paged', async () => {
    const page = await events('first: 3, filter: { types: ["THIRD.*"] }')
    expect(idsOf(page)).toEqual([ids[0], ids[3], ids[6]])
    expect(page.pageInfo.hasNextPage).toBe(true)
    const rest = await events('first: 3, filter: { types: ["THIRD.*"] }', { after: page.pageInfo.endCursor })
    expect(idsOf(rest)).toEqual([ids[9]])
    expect(rest.pageInfo.hasNextPage).toBe(false)
    const none = await events('first: 3, filter: { not: { categories: [OTHER] } }')
    expect(none).toMatchObject({ edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false } })
  })

  test('an empty page after the newest event ends where it began', async () => {
    const { pageInfo } = await events('last: 1')
    const page = await events('first: 5', { after: pageInfo.endCursor })
    expect(page.edges).toEqual([])
    expect(page.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: pageInfo.endCursor,
      endCursor: pageInfo.endCursor,
    })
  })

  test.each([
    ['first: 0', 'BAD_INPUT', 'first', /first must be 1…500, not 0/],
    ['first: 501', 'BAD_INPUT', 'first', /first must be 1…500/],
    ['last: -1', 'BAD_INPUT', 'last', /last must be 1…500/],
    ['first: 1, last: 1', 'BAD_INPUT', 'last', /first and last together/],
    ['filter: { types: [] }', 'BAD_INPUT', 'filter.types', /empty/],
    ['filter: { or: [{ kinds: ["A"] }, { kinds: [] }] }', 'BAD_INPUT', 'filter.or[1].kinds', /empty/],
    [
      'filter: { resources: [{ kind: "Volume", id: "Host/1" }] }',
      'BAD_INPUT',
      'filter.resources[0].id',
      /names a Host/,
    ],
  ])('events(%s) is refused as %s, naming %s', async (args, code, field, message) => {
    const { errors } = await run(world.admin, `{ events(${args}) { nodes { id } } }`)
    expect(errors?.[0]?.message).toMatch(message)
    expect(errors?.[0]?.originalError).toMatchObject({ code, field })
  })

  test.each([
    ['after: $cursor, last: 1', 'last'],
    ['before: $cursor, first: 1', 'before'],
    ['after: $cursor, before: $cursor', 'before'],
  ])('events(%s) is refused, naming %s', async (args, field) => {
    const { errors } = await run(
      world.admin,
      `query ($cursor: Cursor) { events(${args}) { nodes { id } } }`,
      {
        cursor: (await events('last: 1')).pageInfo.endCursor,
      },
    )
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'BAD_INPUT', field })
  })

  test('what is no cursor is refused by the name of its argument', async () => {
    const { errors } = await run(world.admin, '{ events(last: 1, before: "yesterday") { nodes { id } } }')
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'BAD_CURSOR', field: 'before' })
  })
})

describe('filters', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(false)
  })
  afterAll(() => world.opened.stop())

  const refusal = async (filter: object) => {
    const query = 'query ($filter: EventFilter) { events(filter: $filter) { nodes { id } } }'
    const { errors } = await run(world.admin, query, { filter })
    return errors?.[0]?.originalError
  }

  test('nest five deep at most', async () => {
    const nested = (depth: number): object => (depth === 1 ? { kinds: ['A'] } : { not: nested(depth - 1) })
    expect(await refusal(nested(5))).toBeUndefined()
    expect(await refusal(nested(6))).toMatchObject({ code: 'BAD_INPUT', field: 'filter.not.not.not.not.not' })
  })

  test('have 100 alternatives at most, wherever they stand', async () => {
    const or = (length: number) => Array.from({ length }, () => ({ kinds: ['A'] }))
    expect(await refusal({ or: or(100) })).toBeUndefined()
    expect(await refusal({ or: or(101) })).toMatchObject({ code: 'BAD_INPUT', field: 'filter.or' })
    expect(await refusal({ or: or(60), not: { or: or(60) } })).toMatchObject({ field: 'filter.not.or' })
  })

  test('list 1,000 values at most', async () => {
    const kinds = Array.from({ length: 1_001 }, (_, n) => `Kind${n}`)
    expect(await refusal({ kinds })).toMatchObject({ code: 'BAD_INPUT', field: 'filter.kinds' })
    expect(await refusal({ kinds: kinds.slice(1) })).toBeUndefined()
  })

  test('take null for anything', async () => {
    expect(await refusal({ kinds: null, or: null, not: null, minSeverity: null })).toBeUndefined()
  })
})

describe('resources', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(true)
  })
  afterAll(() => world.opened.stop())

  test('page by the cursor of any edge', async () => {
    type Edges = {
      resources: { edges: { cursor: string; node: { id: string } }[]; pageInfo: { hasNextPage: boolean } }
    }
    const query =
      'query ($after: String) { resources(first: 7, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage } } }'
    const all: string[] = []
    for (let after: string | undefined; ; ) {
      const { resources } = await ask<Edges>(world.admin, query, { after })
      all.push(...resources.edges.slice(0, 5).map(({ node }) => node.id))
      after = resources.edges.slice(0, 5).at(-1)?.cursor
      if (resources.edges.length <= 5) break
    }
    const { resources } = await ask<Edges>(
      world.admin,
      '{ resources(first: 500) { edges { cursor node { id } } pageInfo { hasNextPage } } }',
    )
    expect(all).toEqual(resources.edges.map(({ node }) => node.id))
  })

  test('are found by the id of the cloud and by the global one', async () => {
    const found = await ask(
      world.admin,
      `{
        a: resource(kind: "Host", id: "Host-acme") { id __typename }
        b: resource(kind: "Host", id: "Host/Host-acme") { id }
        c: host(id: "Host/Host-acme") { id resourcestate }
        d: node(id: "Host/Host-acme") { id ... on Host { state } }
      }`,
    )
    const id = 'Host/Host-acme'
    expect(found).toEqual({
      a: { id, __typename: 'Host' },
      b: { id },
      c: { id, resourcestate: 'Creating' },
      d: { id, state: 'Creating' },
    })
  })

  test('an id of another kind is refused', async () => {
    const { errors } = await run(world.admin, '{ resource(kind: "Volume", id: "Host/Host-acme") { id } }')
    expect(errors?.[0]?.originalError).toMatchObject({ code: 'BAD_INPUT', field: 'id' })
    const { errors: others } = await run(
      world.admin,
      '{ volumes(filter: { kinds: ["Host"] }) { nodes { id } } }',
    )
    expect(others?.[0]?.originalError).toMatchObject({ code: 'BAD_INPUT', field: 'filter.kinds' })
  })

  test('a router is found under the uid of its instance, but is no VirtualMachine', async () => {
    const found = await ask(
      world.admin,
      `{
        resource(kind: "VirtualMachine", id: "Router-acme") { id __typename }
        virtualMachine(id: "Router-acme") { id }
      }`,
    )
    expect(found).toEqual({
      resource: { id: 'Router/Router-acme', __typename: 'Router' },
      virtualMachine: null,
    })
  })

  test('of a kind that is not catalogued are generic', async () => {
    await world.append(
      happened('BUCKET.NOTE', 'Bucket/1', { data: { state: 'Allocated', attributes: { quota: 5 } } }),
    )
    const query = '{ resource(kind: "Bucket", id: "1") { __typename kind state attributes } }'
    expect(await ask(world.admin, query)).toEqual({
      resource: {
        __typename: 'GenericResource',
        kind: 'Bucket',
        state: 'Allocated',
        attributes: { quota: 5 },
      },
    })
  })

  test('lead to each other both ways', async () => {
    const { virtualMachine } = await ask<{ virtualMachine: Record<string, unknown> }>(
      world.admin,
      `{ virtualMachine(id: "VirtualMachine-acme") {
        host { uid } networks { uid } volumes { nodes { uid } } nics { nodes { uid } }
      } }`,
    )
    expect(virtualMachine.host).toEqual({ uid: 'Host-acme' })
    expect(virtualMachine.networks).toEqual([{ uid: 'Network-acme' }, { uid: 'Network-globex' }])
    expect(virtualMachine.volumes).toEqual({ nodes: [{ uid: 'Volume-acme' }, { uid: 'Volume-nobodys' }] })
    expect(virtualMachine.nics).toEqual({ nodes: [{ uid: 'Nic-acme' }, { uid: 'Nic-nobodys' }] })
  })

  test('tell how they came to their state, and what happened to them, newest first', async () => {
    const subject = 'VirtualMachine/told'
    await world.append(
      happened('VM.STATE', subject, { data: { state: 'Running', previousState: 'Starting' } }),
      happened('VM.NOTE', subject),
      happened('VM.STATE', subject, { data: { state: 'Stopped', previousState: 'Running' } }),
      happened('VM.NOTE', subject),
    )
    const query = `query ($after: Cursor) { virtualMachine(id: "told") {
      version
      lastTransition { field from to at event { type transition { to } cursor } }
      history(first: 2, after: $after) { edges { cursor node { type cursor } } pageInfo { hasNextPage endCursor } }
    } }`
    type Told = {
      virtualMachine: {
        version: string
        lastTransition: { event: { cursor: string } }
        history: {
          edges: { cursor: string; node: { type: string } }[]
          pageInfo: { hasNextPage: boolean; endCursor: string }
        }
      }
    }
    const { virtualMachine: told } = await ask<Told>(world.admin, query)
    expect(told.lastTransition).toMatchObject({
      field: 'state',
      from: 'Running',
      to: 'Stopped',
      event: { type: 'VM.STATE', transition: { to: 'Stopped' } },
    })
    expect(told.version).toBe(told.lastTransition.event.cursor)
    expect(told.history.edges.map(({ node }) => node.type)).toEqual(['VM.NOTE', 'VM.STATE'])
    expect(told.history.pageInfo.hasNextPage).toBe(true)
    const { virtualMachine: rest } = await ask<Told>(world.admin, query, {
      after: told.history.pageInfo.endCursor,
    })
    expect(rest.history.edges.map(({ node }) => node.type)).toEqual(['VM.NOTE', 'VM.STATE'])
    expect(rest.history.pageInfo.hasNextPage).toBe(false)
  })

  test('after deletion leave a tombstone that is found by id and on request', async () => {
    await world.append(
      happened('VM.STATE', 'VirtualMachine/gone', { data: { state: 'Running' } }),
      happened('VM.DELETED', 'VirtualMachine/gone'),
    )
    const found = await ask<Record<string, unknown>>(
      world.admin,
      `{
        one: virtualMachine(id: "gone") { state deletedAt }
        listed: virtualMachines(filter: { ids: ["gone"] }) { nodes { id } }
        all: virtualMachines(filter: { ids: ["gone"], includeDeleted: true }) { nodes { id } }
      }`,
    )
    expect(found).toEqual({
      one: { state: 'Running', deletedAt: expect.any(String) },
      listed: { nodes: [] },
      all: { nodes: [{ id: 'VirtualMachine/gone' }] },
    })
  })
})

describe('head', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(false)
  })
  afterAll(() => world.opened.stop())

  /** A context that notes what is read, and in which order the answers came. */
  const recording = (context: Context) => {
    const done: string[] = []
    const noting =
      <Args extends unknown[], Value>(name: string, read: (...args: Args) => Promise<Value>) =>
      async (...args: Args) => {
        done.push(`${name} asked`)
        const value = await read(...args)
        done.push(`${name} answered`)
        return value
      }
    const { log, resources } = context
    const noted: Context = {
      ...context,
      log: { ...log, head: noting('head', log.head), tail: noting('tail', log.tail) },
      resources: { ...resources, list: noting('list', resources.list), get: noting('get', resources.get) },
    }
    return { noted, done }
  }

  test.each([
    '{ resources { nodes { id } } events { nodes { id } } resource(kind: "A", id: "1") { id } head }',
    '{ events { nodes { id } } ...Rest resources { nodes { id } } } fragment Rest on Query { now: head node(id: "A/1") { id } }',
  ])('is read before anything else: %s', async (query) => {
    const { noted, done } = recording(world.admin)
    await ask(noted, query)
    expect(done.slice(0, 2)).toEqual(['head asked', 'head answered'])
    expect(done).toEqual(expect.arrayContaining(['tail asked', 'list asked', 'get asked']))
  })

  test('is read once in a request, and anew in the next', async () => {
    const { noted, done } = recording(world.admin)
    const query = '{ a: head b: head resources { nodes { id } } }'
    const { a, b } = await ask<{ a: string; b: string }>(noted, query)
    expect(a).toBe(b)
    await world.append(happened('SOME.NOTE', null))
    expect((await ask<{ a: string }>(noted, query)).a).not.toBe(a)
    expect(done.filter((what) => what === 'head asked')).toHaveLength(2)
  })

  test('is not read where nobody asks for it', async () => {
    const { noted, done } = recording(world.admin)
    await ask(noted, '{ resources { nodes { id } } }')
    expect(done).toEqual(['list asked', 'list answered'])
  })

  test('is a cursor to page from', async () => {
    const { head } = await ask<{ head: string }>(world.admin, '{ head }')
    const [receipt] = await world.append(happened('SOME.NOTE', null))
    expect(receipt?.kind).toBe('LOGGED')
    const { events } = await ask<{ events: { nodes: unknown[] } }>(
      world.admin,
      'query ($after: Cursor) { events(after: $after) { nodes { type } } }',
      { after: head },
    )
    expect(events.nodes).toEqual([{ type: 'SOME.NOTE' }])
  })
})

test('the catalogue of event types and the caller are told without the store', async () => {
  const world = await openWorld(false)
  await world.opened.store.close()
  const { eventTypes, viewer } = await ask<{ eventTypes: { type: string }[]; viewer: object }>(
    world.tenant,
    '{ eventTypes { type kind } viewer { name role accounts } }',
  )
  expect(eventTypes.length).toBeGreaterThan(500)
  expect(eventTypes).toContainEqual({ type: 'VM.START', kind: 'VirtualMachine' })
  expect(viewer).toEqual({ name: 'acme', role: 'TENANT', accounts: ['account-acme'] })
  await world.opened.stop()
})
