// Compiled or executed, a result is the same text: names in the same order, errors with the same paths.

import fc from 'fast-check'
import {
  type ExecutionResult,
  execute,
  type GraphQLInterfaceType,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/event-log/entry.ts'
import type { Context } from '../../src/graphql/context.ts'
import { RefusedOperation, toGraphQLError } from '../../src/graphql/errors.ts'
import {
  createFeed,
  type OperationRequest,
  type Prepared,
  prepareOperation,
} from '../../src/graphql/operation.ts'
import { schema } from '../../src/graphql/schema.ts'
import type { Notice } from '../../src/hub/feed.ts'
import { anySubscription } from './generated-subscription.ts'
import { openWorld, roomyLimits, type World } from './world.ts'

let world: World
let entries: readonly Entry[]

beforeAll(async () => {
  world = await openWorld(true)
  const read = await world.opened.store.log.readBackwards(null, 500)
  // As plain objects, which can be copied with a fault: those that were read have getters.
  entries = read.map(({ position, event, change }) => ({ position, event, change }))
})
afterAll(() => world.opened.stop())

function prepared(query: string, variables: Record<string, unknown> = {}): Prepared {
  return prepareOperation({ query, variables }, roomyLimits)
}

/** What graphql-js makes of it, and nobody else. */
async function executed({ feed, variables }: Prepared, notice: Notice, context: Context): Promise<string> {
  if (!feed) throw new Error('not a subscription')
  const { document } = feed
  const args = { schema, document, rootValue: notice, contextValue: context, variableValues: variables }
  const { errors, ...result }: ExecutionResult = await execute(args)
  if (!errors) return JSON.stringify(result)
  return JSON.stringify({ errors: errors.map((error) => toGraphQLError(error)), ...result })
}

function compiled({ feed, coerced }: Prepared, notice: Notice, context: Context): string | null {
  return feed?.selectionFor(coerced)(notice, context) ?? null
}

/** The notices of an entry, of a resource in the initial state, and that the state was sent. */
function noticesOf(entry: Entry): Notice[] {
  const { change, position } = entry
  const synced: Notice = { kind: 'SYNCED', cursor: { ...position, mark: 7 } }
  if (!change) return [{ kind: 'EVENT', entry }, synced]
  const resource = change.after
  return [
    { kind: 'EVENT', entry },
    { kind: 'CHANGE', type: 'MODIFIED', resource, entry },
    { kind: 'CHANGE', type: 'ADDED', resource, entry: null },
  ]
}

function isOperation(request: OperationRequest): boolean {
  try {
    prepareOperation(request, roomyLimits)
    return true
  } catch (error) {
    if (error instanceof RefusedOperation) return false
    throw error
  }
}

const anyOperation = anySubscription.filter(isOperation)

/** What no store holds: each breaks another field, some of them what is non-null. */
const faults: readonly Record<string, unknown>[] = [
  { eventId: null },
  { type: new Error('secret') },
  { category: 'NONE' },
  { severity: 'NONE' },
  { outcome: 5 },
  { resource: { kind: null, uid: {} } },
  { related: 'none' },
  { related: [{ kind: 'Host', uid: '1' }, null, { kind: 'Host' }] },
  { transition: { field: 'state', from: new Error('secret'), to: undefined } },
  { actor: Promise.resolve({ account: 'late', user: null }) },
  { description: Promise.resolve('late') },
  { zone: () => 'called' },
  { owner: 5, status: true },
  { description: 'é"\\\u0000\u2028\ud800 </script>' },
  { description: 'a "quote"' },
  { description: 'a \\ backslash' },
  { description: 'a line\n' },
  { data: { '': [1.5, null, { deep: 'ü' }] } },
  { data: new Error('secret') },
  { data: () => 'called' },
  { description: 'x'.repeat(70_000) },
]
/** Each field of a type that needs no store, alone. */
function everyFieldOf(name: string): string[] {
  const type = schema.getType(name) as GraphQLInterfaceType
  const fields = Object.values(type.getFields()).filter(({ args }) => args.length === 0)
  return fields.map((field) => {
    const inner = getNamedType(field.type)
    if (!isObjectType(inner)) return field.name
    const leaves = Object.values(inner.getFields()).filter((leaf) => isLeafType(getNamedType(leaf.type)))
    return `${field.name} { ${leaves.map((leaf) => leaf.name).join(' ')} }`
  })
}

const anyFault = fc
  .array(fc.constantFrom(...faults), { maxLength: 4 })
  .map((all) => Object.assign({}, ...all))

describe('a selection', () => {
  test('makes the text that graphql-js makes, whatever is selected and whatever is wrong', async () => {
    let byCompiled = 0
    await fc.assert(
      fc.asyncProperty(
        anyOperation,
        fc.nat(),
        fc.nat(),
        anyFault,
        fc.boolean(),
        async (request, n, m, fault, isAdmin) => {
          const entry = entries[n % entries.length] as Entry
          const notices = noticesOf({ ...entry, event: { ...entry.event, ...fault } })
          // Mostly what the root is for: it refuses the rest.
          const isEvents = request.query.includes('events')
          const fitting = notices.filter(({ kind }) => (kind === 'EVENT') === isEvents)
          const choice = [...fitting, ...fitting, ...fitting, ...notices]
          const notice = choice[m % choice.length] as Notice
          const context = isAdmin ? world.admin : world.tenant
          const operation = prepareOperation(request, roomyLimits)
          const { feed } = createFeed(operation, context)
          const text = await executed(operation, notice, context)
          expect(await feed.render(notice)).toBe(text)
          // Again: by then it is compiled for this type.
          expect(await feed.render(notice)).toBe(text)
          if (compiled(operation, notice, context) !== null) byCompiled += 1
        },
      ),
      { numRuns: 400 },
    )
    expect(byCompiled).toBeGreaterThan(100)
  })

  test.each([
    [
      'a fragment spread again behind a directive',
      'events { ...F @include(if: $no) ...F } } fragment F on Event { type',
    ],
    [
      'one field twice, once left out',
      'events { resource @include(if: $no) { ... { kind } } resource { uid } }',
    ],
    [
      'a fragment in two places, once left out',
      'events { a: resource { ...R @include(if: $no) } b: resource { ...R } } } fragment R on ResourceRef { kind',
    ],
    ['the place of a field that is left out at first', 'events { type @include(if: $no) eventId type }'],
    [
      'both directives',
      'events { type @skip(if: $no) @include(if: $no) eventId @skip(if: false) @include(if: true) }',
    ],
    [
      'names that objects have',
      'events { __proto__: resource { constructor: kind } toString: type then: type @skip(if: $no) }',
    ],
    ['nothing', 'events { resource { kind @include(if: $no) } type @include(if: $no) }'],
    [
      'fragments on interfaces',
      'resources { told: resource { ... on Node { id ... on Resource { __typename ... on VirtualMachine { memory } } } } type @skip(if: $no) }',
    ],
  ])('keeps %s', async (_title, selected) => {
    const operation = prepared(`subscription ($no: Boolean!) { ${selected} }`, { no: false })
    const change = entries.find((entry) => entry.change?.after.kind === 'VirtualMachine') as Entry
    const notice = noticesOf(change)[selected.startsWith('events') ? 0 : 1] as Notice
    const text = compiled(operation, notice, world.admin)
    expect(text).not.toBeNull()
    expect(text).toBe(await executed(operation, notice, world.admin))
  })

  test('shows every error with its path, and reports each once', async () => {
    const reported: unknown[] = []
    const context = { ...world.admin, reportFault: (error: unknown) => reported.push(error) }
    const operation = prepared(
      'subscription { events { zone at: transition { to } related { uid } description } }',
    )
    const faulty = {
      zone: new Error('secret'),
      transition: {},
      related: [{ uid: '1' }],
      description: new Error('secret'),
    }
    const [entry] = entries as [Entry]
    const notice: Notice = {
      kind: 'EVENT',
      entry: { ...entry, event: { ...entry.event, ...faulty } as never },
    }
    const { errors, data } = JSON.parse(await createFeed(operation, context).feed.render(notice))
    expect(errors.map(({ path }: { path: unknown }) => path)).toEqual([
      ['events', 'zone'],
      ['events', 'at', 'to'],
      ['events', 'description'],
    ])
    expect(new Set(errors.map(({ message }: { message: string }) => message))).toEqual(
      new Set(['Unexpected error.']),
    )
    expect(data).toEqual({ events: { zone: null, at: null, related: [{ uid: '1' }], description: null } })
    expect(reported).toHaveLength(3)
  })

  test.each(faults.map((fault) => [Object.keys(fault).join(), fault]))(
    'that meets a wrong %s makes the text that graphql-js makes',
    async (_names, fault) => {
      const entry = entries.find(({ change }) => change !== null) as Entry
      const [notice] = noticesOf({ ...entry, event: { ...entry.event, ...(fault as object) } }) as [Notice]
      for (const fields of everyFieldOf('Event')) {
        const operation = prepared(`subscription { events { ${fields} } }`)
        const text = await executed(operation, notice, world.admin)
        expect(await createFeed(operation, world.admin).feed.render(notice)).toBe(text)
      }
    },
  )

  test('that reads the store is not begun twice', async () => {
    const asked: string[] = []
    const resources: Context['resources'] = {
      ...world.admin.resources,
      get(refs) {
        asked.push(...refs.map(({ uid }) => uid))
        return world.admin.resources.get(refs)
      },
    }
    const operation = prepared('subscription { events { type resource { current { uid } } } }')
    const entry = entries.find(({ event }) => event.resource !== null) as Entry
    await createFeed(operation, { ...world.admin, resources }).feed.render({ kind: 'EVENT', entry })
    expect(asked).toEqual([entry.event.resource?.uid])
  })

  test('that asks for the history of a resource asks once', async () => {
    let asked = 0
    const resources: Context['resources'] = {
      ...world.admin.resources,
      history(...args) {
        asked += 1
        return world.admin.resources.history(...args)
      },
    }
    const query = 'subscription { resources { resource { history(first: 1) { nodes { id } } } } }'
    const entry = entries.find(({ change }) => change !== null) as Entry
    const [, notice] = noticesOf(entry) as [Notice, Notice]
    const alone = createFeed(prepared(query), { ...world.admin, resources }).feed
    await alone.render(notice)
    const once = asked
    await executed(prepared(query), notice, { ...world.admin, resources })
    expect(asked).toBe(2 * once)
  })

  test('that does not compile takes nothing from others who share its document', () => {
    const text = `subscription ($x: Boolean = true) { events { type zone resource { kind @include(if: $x) uid } } }`
    const { feed } = prepared(text, { x: true })
    const entry = entries.find(({ event }) => event.resource !== null) as Entry
    const notice: Notice = { kind: 'EVENT', entry }
    const failingSelection = feed?.selectionFor({ x: null })
    for (let n = 0; n < 1_000; n++) expect(failingSelection?.(notice, world.admin)).toBeNull()
    expect(feed?.selectionFor({ x: true })(notice, world.admin)).toContain('"kind"')
    expect(feed?.selectionFor({ x: false })(notice, world.admin)).not.toContain('"kind"')
  })

  test('of one type that does not compile leaves those of others compiled', () => {
    const operation = prepared(
      'subscription { resources { type resource { id ... on VirtualMachine { host { name } } } } }',
    )
    const noticeOf = (isWanted: (kind: string) => boolean): Notice => {
      const entry = entries.find(({ change }) => change && isWanted(change.after.kind)) as Entry
      return noticesOf(entry)[1] as Notice
    }
    const [machine, other] = [
      noticeOf((kind) => kind === 'VirtualMachine'),
      noticeOf((kind) => kind === 'Volume'),
    ]
    expect(compiled(operation, other, world.admin)).not.toBeNull()
    expect(compiled(operation, machine, world.admin)).toBeNull()
    expect(compiled(operation, other, world.admin)).not.toBeNull()
  })

  test('is compiled once for all who share a document, whatever their filters', () => {
    const query =
      'subscription ($types: [String!], $on: Boolean!) { events(filter: { types: $types }) { type @include(if: $on) } }'
    const of = (type: string, on: boolean) => {
      const { feed, coerced } = prepared(query, { types: [type], on })
      return feed?.selectionFor(coerced)
    }
    expect(of('VM.START', true)).toBe(of('VM.STOP', true))
    expect(of('VM.START', true)).not.toBe(of('VM.START', false))
  })

  test('is remembered for a thousand values of its variables at most', () => {
    const names = Array.from({ length: 11 }, (_, n) => `v${n}`)
    const fields = names.map((name) => `${name}: type @include(if: $${name})`).join(' ')
    const declared = names.map((name) => `$${name}: Boolean!`).join(' ')
    const query = `subscription (${declared}) { events { ${fields} type } }`
    const selectionOf = (bits: number) => {
      const variables = Object.fromEntries(names.map((name, n) => [name, ((bits >> n) & 1) === 1]))
      const { feed, coerced } = prepared(query, variables)
      return feed?.selectionFor(coerced)
    }
    const selections = new Set(Array.from({ length: 1_100 }, (_, bits) => selectionOf(bits)))
    expect(selections.has(selectionOf(0))).toBe(true)
    expect(selections.has(selectionOf(999))).toBe(true)
    expect(selections.has(selectionOf(1_050))).toBe(false)
  })

  test('is executed where compiling it would take too much memory', async () => {
    const aliases = Array.from({ length: 350 }, (_, n) => `a${n}: type`).join(' ')
    const operation = (a: boolean, b: boolean) =>
      prepared(
        `subscription ($a: Boolean!, $b: Boolean!) { events { x: type @include(if: $a) y: type @include(if: $b) ${aliases} } }`,
        { a, b },
      )
    const notice: Notice = { kind: 'EVENT', entry: entries[0] as Entry }
    const isCompiled = (a: boolean, b: boolean) => compiled(operation(a, b), notice, world.admin) !== null
    expect([isCompiled(true, true), isCompiled(true, false), isCompiled(false, true)]).toEqual([
      true,
      true,
      false,
    ])
    expect(isCompiled(true, true)).toBe(true)
    const { feed } = createFeed(operation(false, true), world.admin)
    expect(feed.render(notice)).toBe(await executed(operation(false, true), notice, world.admin))
  })
})
