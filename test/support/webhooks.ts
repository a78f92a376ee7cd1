// Webhooks as a stranger would manage them: mutations by fetch, answered with data or with what was refused.

import { Webhook as StandardWebhook } from 'standardwebhooks'
import type { Settings } from '../../src/settings.ts'
import type { Received } from '../channel/http-peer.ts'
import type { Row } from './clients.ts'
import type { TestGateway } from './gateway.ts'

/** A gateway that may call this machine, without TLS, and keep secrets on either engine. */
export const webhookSettings: Partial<Settings> = {
  secretKeys: ['k'.repeat(43)],
  webhookAllowCidrs: ['127.0.0.0/8'],
  webhookAllowHttp: true,
}

export type Refused = { readonly code: string; readonly field: string | undefined; readonly message: string }

export type Asked<T> = { readonly data: T | null; readonly refused: Refused | null }

/** What a query or mutation comes to. */
export async function send<T = Row>(
  { endpoint }: Pick<TestGateway, 'endpoint'>,
  text: string,
  variables: Row = {},
  token?: string,
): Promise<Asked<T>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: text, variables }),
  })
  const { data, errors } = (await response.json()) as {
    data: T | null
    errors?: { message: string; extensions: { code: string; field?: string } }[]
  }
  const [first] = errors ?? []
  if (first === undefined) return { data, refused: null }
  const { code, field } = first.extensions
  return { data: null, refused: { code, field, message: first.message } }
}

/** The selections that tests read of each payload. */
const selections: Readonly<Record<string, string>> = {
  createWebhook:
    'webhook { ...All } secrets { endpoint { id } secret } warnings { field message suggestions }',
  updateWebhook:
    'webhook { ...All } secrets { endpoint { id } secret } warnings { field message suggestions }',
  deleteWebhook: 'id',
  enableEndpoint: 'endpoint { ...Whole } warnings { field message }',
  disableEndpoint: 'endpoint { ...Whole }',
  confirmEndpoint: 'endpoint { ...Whole }',
  rotateSecret: 'endpoint { ...Whole } secret',
  testWebhook: 'results { endpoint { id } attempt { webhookId outcome status detail latencyMs } }',
  replayWebhook: 'webhook { ...All }',
  resendEvent: 'attempt { webhookId outcome status events }',
}

const fragments = {
  All: 'fragment All on Webhook { id name ownerName accounts filter version endpoints { ...Whole } }',
  Whole: `fragment Whole on Endpoint { id uri channel state reason delivery concurrency timeoutSeconds headerNames
    cursor lag failures delivered gaps { reason entries } attempts { webhookId } }`,
}

export type SeenEndpoint = {
  readonly id: string
  readonly uri: string
  readonly state: string
  readonly reason: string | null
  readonly cursor: string
  readonly lag: number
  readonly headerNames: readonly string[]
  readonly gaps: readonly { readonly reason: string; readonly entries: number }[]
  readonly attempts: readonly { readonly webhookId: string }[]
}

export type SeenWebhook = {
  readonly id: string
  readonly name: string | null
  readonly version: number
  readonly endpoints: readonly SeenEndpoint[]
}

export type Kept = {
  readonly webhook: SeenWebhook
  readonly secrets: readonly { readonly endpoint: { readonly id: string }; readonly secret: string }[]
  readonly warnings: readonly {
    readonly field: string
    readonly message: string
    readonly suggestions: readonly string[]
  }[]
}

/** Sends one mutation with its input. */
export async function command<T = Row>(
  gateway: Pick<TestGateway, 'endpoint'>,
  name: string,
  input: Row,
  token?: string,
): Promise<Asked<T>> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const selection = selections[name] ?? ''
  const used = [
    selection.includes('...All') ? fragments.All : '',
    /\.\.\.(All|Whole)/.test(selection) ? fragments.Whole : '',
  ].join(' ')
  const text = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } } ${used}`
  const { data, refused } = await send<Record<string, T>>(gateway, text, { input }, token)
  return { data: data?.[name] ?? null, refused }
}

/** The same, where it must not be refused. */
export async function done<T = Row>(...given: Parameters<typeof command>): Promise<T> {
  const { data, refused } = await command<T>(...given)
  if (data === null) throw new Error(`${given[1]} was refused: ${JSON.stringify(refused)}`)
  return data
}

/** Makes a webhook of these addresses for all that the caller may see. */
export async function make(
  gateway: Pick<TestGateway, 'endpoint'>,
  uris: readonly string[],
  input: Row = {},
  token?: string,
): Promise<Kept> {
  const endpoints = uris.map((uri) => ({ uri }))
  return done<Kept>(gateway, 'createWebhook', { filter: {}, endpoints, ...input }, token)
}

/** A webhook as it is now. */
export async function look(
  gateway: Pick<TestGateway, 'endpoint'>,
  id: string,
  token?: string,
): Promise<SeenWebhook | null> {
  const text = `query ($id: ID!) { webhook(id: $id) { ...All } } ${fragments.All} ${fragments.Whole}`
  const { data } = await send<{ webhook: SeenWebhook | null }>(gateway, text, { id }, token)
  return data?.webhook ?? null
}

/** Whether what arrived was signed with a secret, as the receiver's own library sees it. */
export function isSignedWith({ headers, body }: Received, secret: string): boolean {
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  try {
    new StandardWebhook(secret).verify(body, named)
    return true
  } catch {
    return false
  }
}
