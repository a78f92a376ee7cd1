import { describe, expect, it } from 'vitest'
import { prepareOperation } from '../../src/graphql/operation.ts'
import { exampleOperations } from '../../src/http/example-operations.ts'

const limits = { queryDepth: 12, queryCost: 50_000 }

describe('the example operations of GraphiQL', () => {
  it.each(exampleOperations)('are valid: %s', (query) => {
    expect(prepareOperation({ query }, limits).operation.name).toBeDefined()
  })

  it('show queries and subscriptions', () => {
    const kinds = exampleOperations.map((query) => prepareOperation({ query }, limits).kind)
    expect(new Set(kinds)).toEqual(new Set(['query', 'subscription']))
  })
})
