// Reads a GraphQL request: from the query string of a GET, from the JSON body of a POST.

import { HeliographError } from '../errors.ts'
import type { OperationRequest } from '../graphql/operation.ts'
import { parseJson } from './read-body.ts'

/** The parameters in a query string. @throws HeliographError BAD_INPUT that names the parameter */
export function readQueryParameters(query: string): OperationRequest {
  const parameters = new URLSearchParams(query)
  return checkParameters({
    query: parameters.get('query') ?? undefined,
    operationName: parameters.get('operationName'),
    variables: parseVariables(parameters.get('variables')),
  })
}

/** The parameters in a JSON body. @throws HeliographError BAD_INPUT that names the parameter */
export function readBodyParameters(text: string): OperationRequest {
  const body = parseJson(text)
  if (!isRecord(body))
    throw new HeliographError('BAD_INPUT', 'the body is no JSON object: send { "query": "…" }')
  return checkParameters(body)
}

/** The parameters, if each is what it must be. @throws HeliographError BAD_INPUT that names the parameter */
export function checkParameters({
  query,
  operationName,
  variables,
}: Record<string, unknown>): OperationRequest {
  if (typeof query !== 'string') throw wrong('query', 'a GraphQL document as a string')
  if (operationName != null && typeof operationName !== 'string') throw wrong('operationName', 'a string')
  if (variables != null && !isRecord(variables)) throw wrong('variables', 'a JSON object')
  return { query, operationName, variables }
}

function parseVariables(text: string | null): unknown {
  if (text === null || text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    throw wrong('variables', 'a JSON object')
  }
}

function wrong(field: string, takes: string): HeliographError {
  return new HeliographError('BAD_INPUT', `${field} is missing or wrong: it takes ${takes}`, { field })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
