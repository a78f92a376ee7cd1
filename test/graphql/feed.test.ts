import { subscribe } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatCursor, parseEpoch } from '../../src/event/position.ts'
import { seesAccounts, seesAll, type Visibility } from '../../src/event/visibility.ts'
import { cursorOf, type Entry } from '../../src/event-log/entry.ts'
import type { Context } from '../../src/graphql/context.ts'
import { RefusedOperation } from '../../src/graphql/errors.ts'
import { createFeed, prepareOperation } from '../../src/graphql/operation.ts'
import { schema } from '../../src/graphql/schema.ts'
import type { Notice } from '../../src/hub/feed.ts'
import type { Resource } from '../../src/resource/resource.ts'
import { acme, ask, globex, openWorld, roomyLimits, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld(true)
})
afterAll(() => world.opened.stop())

/** A context whose store must not be asked. */
function storeless(visibility: Visibility = seesAll): Context {
  const refuse = async () => {
    throw new Error('the store was asked')
  }
  const log = {
    append: refuse,
    read: refuse,
    readBackwards: refuse,
    at: refuse,
    head: refuse,
    tail: refuse,
    knownSince: refuse,
    follow: refuse,
  }
  const resources = { get: refuse, list: refuse, history: refuse }
  const { principal, webhooks } = world.admin
  return { log, resources, webhooks, principal, visibility, createTicket: refuse }
}

function feedOf(query: string, variables: Record<string, unknown> = {}, context: Context = storeless()) {
  return createFeed(prepareOperation({ query, variables }, roomyLimits), context)
}

function refusalOf(query: string, variables: Record<string, unknown> = {}): string | null {
  try {
    feedOf(query, variables)
    return null
  } catch (error) {
    if (!(error instanceof RefusedOperation)) throw error
    return `${error.errors[0]?.extensions.code}: ${error.errors[0]?.message}`
  }
}

async function newest(): Promise<Entry> {
  const [entry] = await world.opened.store.log.readBackwards(null, 1)
  if (!entry) throw new Error('the log is empty')
  return entry
}

describe('the key of an audience', () => {
  const events =
    'subscription Live($after: Cursor, $types: [String!]) { events(after: $after, filter: { types: $types }) { id } }'
  const key = (query: string, variables = {}, visibility: Visibility = seesAll) =>
    feedOf(query, variables, storeless(visibility)).feed.key

  test('is the same whatever the cursor, as a variable or written out', async () => {
    const [a, b] = [
      formatCursor(cursorOf(await newest())),
      (await ask<{ head: string }>(world.admin, '{ head }')).head,
    ]
    expect(key(events, { after: a, types: ['A'] })).toBe(key(events, { after: null, types: ['A'] }))
    expect(key(events, { after: a, types: ['A'] })).toBe(key(events, { types: ['A'] }))
    const literal = (after: string) => `subscription { events(after: "${after}") { id } }`
    expect(key(literal(a))).toBe(key(literal(b)))
    expect(key(literal(a))).toBe(key('subscription { events { id } }'))
    expect(
      key(
        'subscription ($after: Cursor) { ...F } fragment F on Subscription { events(after: $after) { id } }',
        { after: a },
      ),
    ).toBe(key('subscription { ...F } fragment F on Subscription { events { id } }'))
  })

  test('is the same whatever the layout, and whatever else the document holds', () => {
    const plain = 'subscription Live { events { id } }'
    expect(key('subscription Live {\n  # all\n  events {\n id,\n }\n}')).toBe(key(plain))
    const both = `${plain} query Other { head }`
    const prepared = prepareOperation({ query: both, operationName: 'Live' }, roomyLimits)
    expect(createFeed(prepared, storeless()).feed.key).toBe(key(plain))
  })

  test('differs by filter, selection, name, directives and what may be seen', () => {
    const keys = [
      key(events, { types: ['A'] }),
      key(events, { types: ['B'] }),
      key(events, {}),
      key(events.replace('{ id }', '{ id type }'), {}),
      key(events.replace('Live', 'Alive'), {}),
      key('subscription { a: events { id } }'),
      key('subscription ($x: Boolean!) { events { id type @include(if: $x) } }', { x: true }),
      key('subscription ($x: Boolean!) { events { id type @include(if: $x) } }', { x: false }),
      key(events, {}, seesAccounts([acme])),
      key(events, {}, seesAccounts([globex])),
      key(events, {}, seesAccounts([])),
      key('subscription { resources { type } }'),
      key('subscription { resource(kind: "A", id: "1") { type } }'),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(key(events, {}, seesAccounts([acme, globex]))).toBe(key(events, {}, seesAccounts([globex, acme])))
  })

  test('keeps a cursor that is used elsewhere, too', () => {
    const query = `subscription ($after: Cursor) { resources(after: $after) { resource { history(after: $after) { nodes { id } } } } }`
    const cursor = (offset: number) => formatCursor({ epoch: parseEpoch('0'.repeat(16)), offset, mark: 1 })
    expect(key(query, { after: cursor(1) })).not.toBe(key(query, { after: cursor(2) }))
  })
})

describe('a feed', () => {
  test('begins after the cursor that was given', async () => {
    const cursor = cursorOf(await newest())
    const query = 'subscription ($after: Cursor) { events(after: $after) { id } }'
    expect(feedOf(query, { after: formatCursor(cursor) }).after).toEqual(cursor)
    expect(feedOf(query).after).toBeNull()
    expect(feedOf(`subscription { resources(after: "${formatCursor(cursor)}") { type } }`).after).toEqual(
      cursor,
    )
  })

  test('is refused for arguments that are wrong', () => {
    expect(refusalOf('subscription { events(after: "x") { id } }')).toMatch(
      /^BAD_CURSOR: after is not a cursor/,
    )
    expect(refusalOf('subscription { events(filter: { types: [] }) { id } }')).toMatch(
      /^BAD_INPUT: filter.types is empty/,
    )
    expect(refusalOf('subscription { resource(kind: "Host", id: "Volume/1") { type } }')).toMatch(
      /^BAD_INPUT: id names/,
    )
    expect(refusalOf('{ head }')).toMatch(/^BAD_INPUT: only a subscription/)
    expect(refusalOf('subscription { events @skip(if: true) { id } }')).toMatch(
      /^BAD_INPUT: the subscription selects nothing/,
    )
    expect(refusalOf('subscription { ... @include(if: false) { events { id } } }')).toMatch(/^BAD_INPUT: /)
  })

  test('takes no variables in directives at its root', () => {
    const query = 'subscription ($on: Boolean! = true) { ... @include(if: $on) { events { id } } }'
    expect(refusalOf(query)).toMatch(/^BAD_INPUT: @skip and @include at the root/)
  })

  test('is filed under its filter, and under the accounts where that narrows nothing', () => {
    const filing = (query: string, visibility: Visibility = seesAll) =>
      feedOf(query, {}, storeless(visibility)).feed.filing
    const tenant = seesAccounts([acme])
    expect(filing('subscription { events(filter: { types: ["VM.*"] }) { id } }', tenant)).toEqual([
      'prefix:VM.',
    ])
    expect(filing('subscription { events { id } }')).toBe('REST')
    expect(filing('subscription { events { id } }', tenant)).toEqual([`account:${acme}`])
    expect(filing('subscription { resources { type } }')).toBe('REST')
    expect(filing('subscription { resources { type } }', tenant)).toEqual([`owned:${acme}`])
    expect(filing('subscription { resources(filter: { kinds: ["Host"] }) { type } }', tenant)).toEqual([
      'changed:Host',
    ])
    expect(filing('subscription { resource(kind: "Host", id: "Host/1") { type } }')).toEqual(['uid:1'])
    expect(filing('subscription { events { id } }', seesAccounts([]))).toEqual([])
  })

  test('of events has no state, that of resources has', () => {
    expect(feedOf('subscription { events { id } }').feed.state).toBeNull()
    expect(feedOf('subscription { resources(filter: { kinds: ["Host"] }) { type } }').feed.state).toEqual({
      filter: { kinds: ['Host'] },
      visibility: seesAll,
    })
    expect(feedOf('subscription { resource(kind: "Host", id: "1") { type } }').feed.state?.filter).toEqual({
      kinds: ['Host'],
      ids: ['1'],
    })
  })

  test('of one instance covers whatever the instance turns out to be', () => {
    const { filter } =
      feedOf('subscription { resource(kind: "VirtualMachine", id: "1") { type } }').feed.state ?? {}
    expect(filter?.kinds?.toSorted()).toEqual(['Router', 'SystemVm', 'VirtualMachine'])
  })
})

describe('what an entry tells', () => {
  const resource = (changes: Partial<Resource>): Resource => ({
    kind: 'VirtualMachine',
    uid: '1',
    name: 'one',
    states: { state: { value: 'Running', at: '2026-05-14T09:00:00.000Z' } },
    owner: acme,
    ownerIs: 'NAMED',
    zone: null,
    attributes: { secretOfOwner: 1 },
    attributesAt: null,
    lastTransition: null,
    updatedAt: '2026-05-14T09:00:00.000Z',
    deletedAt: null,
    version: 9,
    ...changes,
  })
  const inState = (value: string) =>
    resource({ states: { state: { value, at: '2026-05-14T09:00:00.000Z' } } })
  const entryOf = async (before: Resource | null, after: Resource): Promise<Entry> => {
    const { position, event } = await newest()
    const ref = { kind: after.kind, uid: after.uid }
    return { position, event: { ...event, owner: after.owner }, change: { ref, before, after } }
  }
  const select = async (
    query: string,
    before: Resource | null,
    after: Resource,
    visibility: Visibility = seesAll,
  ) => feedOf(query, {}, storeless(visibility)).feed.select(await entryOf(before, after))

  const running = 'subscription { resources(filter: { states: ["Running"] }) { type } }'

  test.each([
    ['appears in the filter', null, inState('Running'), 'ADDED'],
    ['enters the filter', inState('Stopped'), inState('Running'), 'ADDED'],
    ['stays in the filter', inState('Running'), inState('Running'), 'MODIFIED'],
    ['leaves the filter', inState('Running'), inState('Stopped'), 'DELETED'],
    ['stays out of the filter', inState('Stopped'), inState('Starting'), null],
    ['appears out of the filter', null, inState('Stopped'), null],
    [
      'is deleted',
      inState('Running'),
      { ...inState('Running'), deletedAt: '2026-05-14T09:00:00.000Z' },
      'DELETED',
    ],
    [
      'comes back',
      { ...inState('Running'), deletedAt: '2026-05-14T09:00:00.000Z' },
      inState('Running'),
      'ADDED',
    ],
  ] as const)('a resource that %s', async (_title, before, after, type) => {
    const notice = await select(running, before, after)
    expect(notice && notice.kind === 'CHANGE' ? notice.type : notice).toBe(type)
  })

  test('a resource whose owner becomes known is ADDED to its tenant, and one that goes to another is DELETED', async () => {
    const all = 'subscription { resources { type } }'
    const tenant = seesAccounts([acme])
    expect(await select(all, resource({ owner: null }), resource({}), tenant)).toMatchObject({
      type: 'ADDED',
    })
    expect(await select(all, resource({}), resource({}), tenant)).toMatchObject({ type: 'MODIFIED' })
    expect(await select(all, resource({ owner: globex }), resource({ owner: globex }), tenant)).toBeNull()
    const lost = await select(
      all,
      resource({}),
      resource({ owner: globex, name: 'renamed', zone: 'elsewhere' }),
      tenant,
    )
    expect(lost).toMatchObject({
      type: 'DELETED',
      resource: { owner: acme, name: 'one', zone: null, attributes: {}, lastTransition: null },
    })
  })

  test('the event that takes a resource away is foreign, and not shown', async () => {
    const { feed } = feedOf(
      'subscription { resources { type resource { owner name attributes } event { id } cursor } }',
      {},
      storeless(seesAccounts([acme])),
    )
    const entry = await entryOf(resource({}), resource({ owner: globex, name: 'renamed' }))
    const notice = feed.select(entry)
    expect(JSON.parse(String(feed.render(notice as Notice)))).toEqual({
      data: {
        resources: {
          type: 'DELETED',
          resource: { owner: acme, name: 'one', attributes: {} },
          event: null,
          cursor: formatCursor(cursorOf(entry)),
        },
      },
    })
  })

  test('a VM that turns out to be a router leaves under the id it was known by, and enters under its own', async () => {
    const after = resource({ kind: 'Router' })
    const ofKind = (kind: string) => `subscription { resources(filter: { kinds: ["${kind}"] }) { type } }`
    expect(await select(ofKind('VirtualMachine'), resource({}), after)).toMatchObject({
      type: 'DELETED',
      resource: { kind: 'VirtualMachine', uid: '1' },
    })
    expect(await select(ofKind('Router'), resource({}), after)).toMatchObject({
      type: 'ADDED',
      resource: { kind: 'Router' },
    })
    const one = 'subscription { resource(kind: "VirtualMachine", id: "1") { type } }'
    expect(await select(one, resource({}), after)).toMatchObject({
      type: 'MODIFIED',
      resource: { kind: 'Router' },
    })
  })

  test('an event is for those whose filter matches and who may see it', async () => {
    const [type, owner] = ['VM.START', acme]
    const { position, event } = await newest()
    const entry: Entry = { position, event: { ...event, type, owner }, change: null }
    const selected = (filter: string, visibility: Visibility = seesAll) =>
      feedOf(`subscription { events(filter: ${filter}) { id } }`, {}, storeless(visibility)).feed.select(
        entry,
      )
    expect(selected('{ types: ["VM.*"] }')).toEqual({ kind: 'EVENT', entry })
    expect(selected('{ types: ["VM.*"] }', seesAccounts([acme]))).toEqual({ kind: 'EVENT', entry })
    expect(selected('{ types: ["VM.*"] }', seesAccounts([globex]))).toBeNull()
    expect(selected('{ types: ["VOLUME.*"] }')).toBeNull()
    expect(feedOf('subscription { resources { type } }').feed.select(entry)).toBeNull()
  })
})

describe('rendering', () => {
  const everything = `subscription { resources {
    type cursor
    resource { id uid kind name state owner zone version updatedAt deletedAt attributes
      lastTransition { field from to trigger at } ... on VirtualMachine { hostid memory } }
    event { id eventId source cursor type category time receivedAt resource { kind uid } related { kind uid } owner
      actor { account user } zone severity status outcome description transition { from to } data
      ... on JobEvent { jobId command } }
  } }`

  const changed = async (): Promise<Entry> => {
    const entries = await world.opened.store.log.readBackwards(null, 500)
    const entry = entries.find(
      ({ change }) => change?.after.kind === 'VirtualMachine' && change.after.deletedAt === null,
    )
    if (!entry) throw new Error('the store holds too little')
    return entry
  }

  test('needs no store and no promise unless the selection does', async () => {
    const entry = await changed()
    const { feed } = feedOf(everything)
    const notice = feed.select(entry)
    const text = feed.render(notice as Notice)
    expect(typeof text).toBe('string')
    const { data, errors } = JSON.parse(String(text))
    expect(errors).toBeUndefined()
    expect(data.resources.cursor).toBe(formatCursor(cursorOf(entry)))
    expect(data.resources.resource.version).toBe(data.resources.cursor)
    expect(data.resources.event.eventId).toBe(entry.event.eventId)
  })

  test('waits for the store where the selection reads it', async () => {
    const query = 'subscription { events { resource { current { uid } } } }'
    const entry = await changed()
    const late = feedOf(query, {}, world.admin).feed.render({ kind: 'EVENT', entry })
    expect(late).toBeInstanceOf(Promise)
    expect(JSON.parse(await late)).toEqual({
      data: { events: { resource: { current: { uid: entry.event.resource?.uid } } } },
    })
  })

  test('keeps aliases, fragments and directives of the root field', async () => {
    const entry = await newest()
    const query = `subscription ($x: Boolean!) { ...F }
      fragment F on Subscription { now: events @include(if: true) { __typename type @skip(if: $x) } }`
    const { feed } = feedOf(query, { x: true })
    expect(JSON.parse(String(feed.render({ kind: 'EVENT', entry })))).toEqual({
      data: { now: { __typename: expect.stringMatching(/Event$/) } },
    })
  })

  test('SYNCED has a cursor and nothing else, and the state before it has no cursor', async () => {
    const { feed } = feedOf('subscription { resources { type resource { uid } event { id } cursor } }')
    const cursor = cursorOf(await newest())
    expect(JSON.parse(String(feed.render({ kind: 'SYNCED', cursor })))).toEqual({
      data: { resources: { type: 'SYNCED', resource: null, event: null, cursor: formatCursor(cursor) } },
    })
    const { change } = await changed()
    const added = { kind: 'CHANGE', type: 'ADDED', resource: change?.after as Resource, entry: null } as const
    expect(JSON.parse(String(feed.render(added)))).toEqual({
      data: { resources: { type: 'ADDED', resource: { uid: change?.after.uid }, event: null, cursor: null } },
    })
  })

  test('masks what fails, and reports it', async () => {
    const reported: unknown[] = []
    const context: Context = { ...storeless(), reportFault: (error) => reported.push(error) }
    const { feed } = feedOf('subscription { events { id resource { current { uid } } } }', {}, context)
    const { errors, data } = JSON.parse(await feed.render({ kind: 'EVENT', entry: await changed() }))
    expect(errors).toEqual([
      {
        message: 'Unexpected error.',
        path: ['events', 'resource', 'current'],
        locations: expect.any(Array),
        extensions: { code: 'INTERNAL' },
      },
    ])
    expect(data.events.resource).toEqual({ current: null })
    expect(reported).toEqual([new Error('the store was asked')])
  })
})

test('a subscription that is executed by other means is refused, not left silent', async () => {
  const { document } = prepareOperation({ query: 'subscription { events { id } }' }, roomyLimits)
  const result = await subscribe({ schema, document, contextValue: storeless() })
  expect(result).toMatchObject({
    errors: [expect.objectContaining({ message: expect.stringMatching(/transport that streams/) })],
  })
})
