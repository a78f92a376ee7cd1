import { buildSchema, GraphQLError, getIntrospectionQuery, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import * as generated from '../../src/client/generated/graphql.ts'
import { HeliographError } from '../../src/errors.ts'
import { RefusedOperation, toGraphQLError, toGraphQLErrors } from '../../src/graphql/errors.ts'
import {
  costErrors,
  documentBrackets,
  documentBytes,
  documentTokens,
  validationRules,
} from '../../src/graphql/limits.ts'
import { type OperationRequest, prepareOperation } from '../../src/graphql/operation.ts'
import { schema } from '../../src/graphql/schema.ts'

const limits = { queryDepth: 12, queryCost: 10_000 }

/** The codes and messages of what is wrong with a request. */
function refusals(request: OperationRequest, within = limits): string[] {
  try {
    prepareOperation(request, within)
    return []
  } catch (error) {
    if (!(error instanceof RefusedOperation)) throw error
    return error.errors.map(({ message, extensions }) => `${extensions.code}: ${message}`)
  }
}

describe('an operation', () => {
  test('is prepared with its coerced variables, and nothing else of its document', () => {
    const query = `
      query Events($first: Int = 3, $filter: EventFilter) { events(first: $first, filter: $filter) { nodes { ...Named } } }
      query Other { viewer { ...Who } }
      fragment Named on Event { id }
      fragment Who on Viewer { name }`
    const variables = { filter: { categories: 'JOB' } }
    const prepared = prepareOperation({ query, operationName: 'Events', variables }, limits)
    expect(prepared).toMatchObject({ kind: 'query', operationName: 'Events', variables, feed: null })
    expect(prepared.coerced).toEqual({ first: 3, filter: { categories: ['JOB'] } })
    expect(prepared.document.definitions).toHaveLength(2)
  })

  test('is parsed and validated once for the same text', () => {
    const query = '{ viewer { name accounts } }'
    expect(prepareOperation({ query }, limits).document).toBe(prepareOperation({ query }, limits).document)
  })

  test.each([
    ['{ head', /^BAD_INPUT: Syntax Error/],
    ['{ nothing }', /^BAD_INPUT: Cannot query field "nothing"/],
    ['query A { head } query B { head }', /^BAD_INPUT: the document has no operation, or several/],
    ['fragment F on Query { head }', /^BAD_INPUT: /],
    ['query ($first: Int!) { events(first: $first) { nodes { id } } }', /^BAD_INPUT: Variable "\$first"/],
    [
      'subscription { events { id } resources { type } }',
      /^BAD_INPUT: .*must select only one top level field/,
    ],
    ['subscription { __typename }', /^BAD_INPUT: .*introspection/],
    ['mutation { anything }', /^BAD_INPUT: /],
  ])('%s is refused with the code of the catalogue', (query, message) => {
    expect(refusals({ query })[0]).toMatch(message)
  })

  test.each(Object.entries(generated).filter(([name]) => /[a-z]Document$/.test(name)))(
    'of the client is within half of the limits: %s',
    (_name, document) => {
      const variables = { id: '1', kind: 'VirtualMachine' }
      expect(refusals({ query: String(document), variables }, { queryDepth: 6, queryCost: 25_000 })).toEqual(
        [],
      )
    },
  )

  test('that the document does not hold is refused by its name', () => {
    expect(refusals({ query: 'query A { head }', operationName: 'B' })).toEqual([
      'BAD_INPUT: the document has no operation B: check operationName',
    ])
  })

  test('shows every wrong variable', () => {
    const query =
      'query ($first: Int!, $id: ID!) { events(first: $first) { nodes { id } } node(id: $id) { id } }'
    expect(refusals({ query, variables: { first: 'many' } })).toHaveLength(2)
  })
})

describe('limits', () => {
  test('a selection nests as deep as allowed, and no deeper, in fragments too', () => {
    const query = `{ a: virtualMachine(id: "1") { volumes { ...V } } }
      fragment V on VolumeConnection { nodes { virtualMachine { host { uid } } } }`
    expect(refusals({ query }, { ...limits, queryDepth: 6 })).toEqual([])
    expect(refusals({ query }, { ...limits, queryDepth: 5 })).toEqual([
      'QUERY_TOO_DEEP: the selection nests 6 deep: at most 5 is allowed',
    ])
  })

  test('the same rules stand in a list for a validator', () => {
    const document = parse('{ virtualMachine(id: "1") { host { uid } } }')
    const [error] = validate(schema, document, validationRules({ ...limits, queryDepth: 2 }))
    expect(error?.extensions.code).toBe('QUERY_TOO_DEEP')
    expect(validate(schema, document, validationRules(limits))).toEqual([])
  })

  test('introspection is neither deep nor costly', () => {
    expect(refusals({ query: getIntrospectionQuery() }, { queryDepth: 1, queryCost: 1 })).toEqual([])
  })

  test('cost is fields times the length of pages', () => {
    const cost = (query: string, variables = {}) => {
      const [error] = costErrors({ schema, document: parse(query), variables }, { ...limits, queryCost: 0 })
      return Number(/costs (\d+)/.exec(error?.message ?? '')?.[1])
    }
    expect(cost('{ head viewer { name } }')).toBe(3)
    expect(cost('{ events { nodes { id type } } }')).toBe(1 + 50 * 3)
    expect(cost('{ events(first: 500) { nodes { id type } } }')).toBe(1 + 500 * 3)
    expect(cost('query ($n: Int) { events(last: $n) { nodes { id } } }', { n: 7 })).toBe(1 + 7 * 2)
    expect(cost('{ virtualMachines(first: 10) { nodes { volumes(first: 20) { nodes { id } } } } }')).toBe(
      1 + 10 * (1 + 1 + 20 * 2),
    )
    expect(cost('{ previewWebhook(last: 10) { events { id } } }')).toBe(1 + 10 * 2)
    expect(cost('{ webhooks(first: 2) { nodes { endpoints { attempts(first: 3) { status } } } } }')).toBe(
      1 + 2 * (1 + (1 + 10 * (1 + 3))),
    )
    expect(cost('subscription { events { id related { uid } } }')).toBe(1 + 1 + 1 + 10)
    // Of several types that an interface may be, the costliest counts.
    expect(cost('{ node(id: "1") { ... on Host { uid } ... on Volume { uid name } } }')).toBe(3)
  })

  test('a selection that costs more is refused, with its cost and the limit', () => {
    const query = '{ virtualMachines(first: 500) { nodes { volumes(first: 500) { nodes { id } } } } }'
    expect(refusals({ query })[0]).toMatch(
      /^QUERY_TOO_COSTLY: the selection costs 501001: at most 10000 is allowed/,
    )
  })

  test('a page of a wrong length counts as the longest', () => {
    const query = '{ virtualMachines(first: -1) { nodes { volumes(first: 100000) { nodes { id } } } } }'
    expect(refusals({ query })[0]).toMatch(/^QUERY_TOO_COSTLY: the selection costs 501001/)
  })

  test('an operation has 50 root fields at most, aliases and fragments counted', () => {
    const heads = (count: number) => Array.from({ length: count }, (_, n) => `h${n}: head`).join(' ')
    expect(refusals({ query: `{ ${heads(50)} __typename }` })).toEqual([])
    expect(refusals({ query: `{ ${heads(30)} ...F } fragment F on Query { x: head ${heads(20)} }` })).toEqual(
      ['QUERY_TOO_COSTLY: the operation has 51 root fields: at most 50 are allowed'],
    )
  })

  test('a document has its bytes and tokens at most', () => {
    expect(refusals({ query: `{ head } # ${'é'.repeat(documentBytes / 2)}` })[0]).toMatch(
      /^TOO_LARGE: .*65536 bytes/,
    )
    expect(refusals({ query: `{ ${'head '.repeat(documentTokens)} }` })[0]).toMatch(
      /^TOO_LARGE: .*5000 tokens/,
    )
  })

  test('brackets may stand in each other, but not so deep that parsing them runs out of stack', () => {
    const nested = (depth: number) => `{ head(a: ${'['.repeat(depth)}${']'.repeat(depth)}) }`
    for (const query of [
      nested(documentBrackets),
      nested(2_000),
      '['.repeat(4_999),
      '{ a(b: {'.repeat(1_000),
    ])
      expect(refusals({ query })).toEqual([
        'TOO_LARGE: the document has more than 200 brackets in each other',
      ])
    expect(refusals({ query: nested(documentBrackets - 2) })[0]).not.toMatch(/^TOO_LARGE/)
  })

  test('fragments within fragments cost no more to measure than their text', () => {
    const fragments = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Event { ...F${n + 1} ...F${n + 1} }`,
    )
    const query = `{ events { nodes { ...F0 } } } ${fragments.join(' ')} fragment F60 on Event { id }`
    expect(refusals({ query })).toEqual([
      'QUERY_TOO_COSTLY: the selection has more than 10000 fields, fragments spread out',
    ])
    expect(refusals({ query: `{ events { nodes { ...A } } } fragment A on Event { ...A }` })[0]).toMatch(
      /^BAD_INPUT/,
    )
  })
})

describe('an error', () => {
  test('of the catalogue shows its code, its field and when to come back', () => {
    const error = new HeliographError('STORE_UNAVAILABLE', 'no store', { field: 'x', retryAfterSeconds: 2 })
    expect(toGraphQLError(error).toJSON()).toEqual({
      message: 'no store',
      extensions: { code: 'STORE_UNAVAILABLE', field: 'x', retryAfterSeconds: 2 },
    })
  })

  test('is found within what GraphQL wraps it in, and keeps its path', () => {
    const inner = new HeliographError('BAD_CURSOR', 'no cursor', { field: 'after' })
    const wrapped = new GraphQLError('outer', {
      originalError: new GraphQLError('x', { originalError: inner }),
      path: ['a', 0],
    })
    expect(toGraphQLError(wrapped).toJSON()).toEqual({
      message: 'no cursor',
      path: ['a', 0],
      extensions: { code: 'BAD_CURSOR', field: 'after' },
    })
  })

  test('that nobody foresaw is masked and reported', () => {
    const secret = new Error('password is hunter2')
    const reported: unknown[] = []
    const shown = toGraphQLError(new GraphQLError('x', { originalError: secret }), (error) =>
      reported.push(error),
    )
    expect(shown.toJSON()).toEqual({ message: 'Unexpected error.', extensions: { code: 'INTERNAL' } })
    expect(toGraphQLError('thrown text', (error) => reported.push(error)).extensions.code).toBe('INTERNAL')
    expect(reported).toEqual([secret, 'thrown text'])
  })

  test('of GraphQL itself is the fault of the input', () => {
    const [error] = validate(buildSchema('type Query { a: Int }'), parse('{ b }'))
    expect(toGraphQLError(error)).toMatchObject({
      message: error?.message,
      extensions: { code: 'BAD_INPUT' },
    })
    expect(
      toGraphQLErrors(new RefusedOperation([new GraphQLError('one'), new GraphQLError('two')])),
    ).toHaveLength(2)
  })
})
