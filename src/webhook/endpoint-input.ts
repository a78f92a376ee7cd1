// From what an owner asks of an endpoint to the endpoint as it is kept: addresses checked by their channel,
// secrets made or taken and sealed. What is asked of one that is there already changes only what it names.

import { randomBytes } from 'node:crypto'
import type { Channel } from '../channel/channel.ts'
import { checkHeaders } from '../channel/headers.ts'
import { createSecret, parseSecret } from '../channel/signature.ts'
import { HeliographError } from '../errors.ts'
import { badInput } from '../event/input.ts'
import { headersPlace, type Post, secretPlace } from './post.ts'
import type { SecretBox } from './secret-box.ts'
import type { Delivery, Endpoint, EndpointId } from './webhook.ts'

/** As it is asked for; what is left out is as usual, or as it was. */
export type EndpointInput = {
  /** Of an endpoint that the webhook has already. */
  readonly id?: string | null | undefined
  readonly uri?: string | null | undefined
  readonly secret?: string | null | undefined
  readonly delivery?: Delivery | null | undefined
  readonly headers?: readonly HeaderInput[] | null | undefined
  readonly concurrency?: number | null | undefined
  readonly timeoutSeconds?: number | null | undefined
  readonly digestSeconds?: number | null | undefined
  readonly handshake?: boolean | null | undefined
}

export type HeaderInput = { readonly name: string; readonly value: string }

export type MadeEndpoint = {
  readonly endpoint: Endpoint
  readonly channel: Channel
  /** To be shown this once; null where it was there before, or the channel signs nothing. */
  readonly secret: string | null
  /** In the clear. */
  readonly headers: Readonly<Record<string, string>>
}

export type EndpointParts = {
  readonly post: Pick<Post, 'channelOf'>
  readonly box: SecretBox
  /** Of the caller: `ADMIN` or `TENANT`. */
  readonly role: string
  /** Now, in milliseconds since 1970. */
  readonly nowMs: number
}

/** What an endpoint does unless told otherwise, and the least and most it may be told. */
export const endpointLimits = {
  concurrency: { usual: 1, least: 1, most: 32 },
  timeoutSeconds: { usual: 15, least: 1, most: 60 },
  digestSeconds: { usual: 60, least: 0, most: 3_600 },
} as const

const longestUri = 2_048

/** What must be set for a scheme to have a channel. */
const settingOf: Readonly<Record<string, string>> = {
  'http:': 'HELIOGRAPH_WEBHOOK_ALLOW_HTTP=true',
  'mailto:': 'HELIOGRAPH_SMTP_URL',
  'sms:': 'HELIOGRAPH_SMPP_URL',
  'amqp:': 'HELIOGRAPH_AMQP_BROKERS_FILE',
}

/** What is asked of one endpoint. */
export type AskedEndpoint = {
  readonly input: EndpointInput
  /** The endpoint as it is; null for a new one. */
  readonly before: Endpoint | null
  /** Of the endpoint, as the caller spells it: `input.endpoints[0]`. */
  readonly field: string
}

/** @throws HeliographError BAD_INPUT naming what is wrong */
export async function makeEndpoint(asked: AskedEndpoint, parts: EndpointParts): Promise<MadeEndpoint> {
  const { input, before } = asked
  const { channel, uri } = await checkUri(asked, parts)
  const id = before?.id ?? (`ep_${randomBytes(16).toString('base64url')}` as EndpointId)
  const isHttp = channel.name === 'http'
  if (!isHttp) refuseHttpOnly(asked)
  const sealing = { box: parts.box, id }
  const { secret, secrets } = isHttp ? secretsOf(asked, sealing) : unsigned
  const { headers, sealed } = headersOf(asked, sealing)
  const number = (name: keyof typeof endpointLimits) => numberOf(name, asked)
  const endpoint: Endpoint = {
    id,
    uri,
    delivery: input.delivery ?? before?.delivery ?? 'RETRY',
    concurrency: number('concurrency'),
    timeoutSeconds: number('timeoutSeconds'),
    digestSeconds: number('digestSeconds'),
    handshake: input.handshake ?? before?.handshake ?? false,
    secrets,
    headers: sealed,
    createdAt: before?.createdAt ?? new Date(parts.nowMs).toISOString(),
  }
  return { endpoint, channel, secret, headers }
}

async function checkUri(
  { input, before, field }: AskedEndpoint,
  { post, role }: EndpointParts,
): Promise<{ readonly channel: Channel; readonly uri: string }> {
  const where = `${field}.uri`
  const text = input.uri ?? before?.uri
  if (text === undefined) throw badInput(where, 'is missing: an endpoint takes the URI to notify')
  const channel = channelOf(text, where, post)
  if (before !== null && text === before.uri) return { channel, uri: text }
  const uri = await channel.check(text, where)
  refuseRole({ channel, uri }, role, where)
  if (before !== null && uri !== before.uri && !mayMove(before, channel, post)) throw badMove(before, where)
  return { channel, uri }
}

/** @throws HeliographError BAD_INPUT naming the setting that gives the scheme a channel */
function channelOf(uri: string, field: string, post: EndpointParts['post']): Channel {
  if (uri.length > longestUri) throw badInput(field, `must have at most ${longestUri} characters`)
  const channel = post.channelOf(uri)
  if (channel !== null) return channel
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(uri)?.[0].toLowerCase() ?? ''
  const setting = settingOf[scheme]
  if (setting === undefined) throw badInput(field, 'must begin with https:, mailto:, sms: or amqp:')
  throw badInput(field, `cannot be notified: this gateway has no channel for ${scheme} (${setting} would)`)
}

/** Who was confirmed is not who stands at another address, and what is kept for one channel is not another's. */
function mayMove(before: Endpoint, channel: Channel, post: EndpointParts['post']): boolean {
  return channel.confirmedBy === null && post.channelOf(before.uri)?.name === channel.name
}

/** @throws HeliographError FORBIDDEN naming `field` where the operator does not allow the URI to this role */
export function refuseRole(
  { channel, uri }: { readonly channel: Channel | null; readonly uri: string },
  role: string,
  field: string,
): void {
  if (channel?.mayUse?.(uri, role) !== false) return
  const message = `${field} is not for the role ${role.toLowerCase()}: the operator does not allow it`
  throw new HeliographError('FORBIDDEN', message, { field })
}

function badMove({ uri }: Endpoint, field: string): HeliographError {
  return badInput(field, `cannot replace ${uri}: leave that endpoint out and add another, without an id`)
}

function refuseHttpOnly({ input: { secret, headers, handshake }, field }: AskedEndpoint): void {
  if (secret != null) throw badInput(`${field}.secret`, 'is for https: endpoints: only they are signed')
  if (headers != null && headers.length > 0) throw badInput(`${field}.headers`, 'are for https: endpoints')
  if (handshake === true) throw badInput(`${field}.handshake`, 'is for https: endpoints')
}

type Sealing = { readonly box: SecretBox; readonly id: EndpointId }
type Secrets = { readonly secret: string | null; readonly secrets: Endpoint['secrets'] }

/** Of a channel that signs nothing. */
const unsigned: Secrets = { secret: null, secrets: [] }

function secretsOf({ input, before, field }: AskedEndpoint, { box, id }: Sealing): Secrets {
  const { secret: brought } = input
  const where = `${field}.secret`
  if (before !== null) {
    if (brought != null) throw badInput(where, 'of an endpoint that is there is changed by rotateSecret')
    return { secret: null, secrets: before.secrets }
  }
  if (brought != null) parseSecret(brought, where)
  const secret = brought ?? createSecret()
  return { secret, secrets: [{ sealed: box.seal(secret, secretPlace({ id })), until: null }] }
}

type Headers = { readonly headers: Readonly<Record<string, string>>; readonly sealed: Endpoint['headers'] }

function headersOf({ input, before, field: of }: AskedEndpoint, { box, id }: Sealing): Headers {
  const { headers: asked } = input
  const field = `${of}.headers`
  if (asked == null) {
    const sealed = before?.headers ?? null
    const text = sealed && box.open(sealed, headersPlace({ id }))
    return { headers: text === null ? {} : JSON.parse(text), sealed }
  }
  const names = asked.map(({ name }) => name.toLowerCase())
  const twice = names.findIndex((name, i) => names.indexOf(name) < i)
  if (twice !== -1) throw badInput(`${field}[${twice}].name`, 'is given twice')
  const headers = checkHeaders(Object.fromEntries(asked.map(({ name, value }) => [name, value])), field)
  const sealed = asked.length === 0 ? null : box.seal(JSON.stringify(headers), headersPlace({ id }))
  return { headers, sealed }
}

function numberOf(name: keyof typeof endpointLimits, { input, before, field }: AskedEndpoint): number {
  const { usual, least, most } = endpointLimits[name]
  const number = input[name] ?? before?.[name] ?? usual
  if (number >= least && number <= most) return number
  throw badInput(`${field}.${name}`, `must be ${least}…${most}, not ${number}`)
}
