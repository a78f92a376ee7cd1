// From an endpoint as it is kept to attempts by its channel: which channel, the secrets in the clear, and
// one webhook-id for everything that is told of one event.

import type { Channel, Destination } from '../channel/channel.ts'
import { messageIdOf } from '../channel/message-id.ts'
import { parseSecret } from '../channel/signature.ts'
import { formatCursor } from '../event/position.ts'
import type { Placed } from '../event-log/placed.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Sent } from './courier.ts'
import type { SecretBox } from './secret-box.ts'
import type { Endpoint, EndpointId, PausedReason } from './webhook.ts'

export type Post = {
  /** The channel of a URI; null where this gateway has none for its scheme. */
  channelOf(uri: string): Channel | null
  /** Makes ready to send to an endpoint, or tells what stands in the way. */
  open(endpoint: Endpoint): Line | PausedReason
}

/** A way to one endpoint. */
export type Line = {
  readonly channel: Channel
  /** One attempt to tell of these; never throws. */
  attempt(placed: readonly Placed[], isSuspect: boolean, signal: AbortSignal): Promise<Sent>
}

export type PostParts = {
  readonly channels: readonly Channel[]
  /** Null where secrets cannot be kept, so that none were ever sealed. */
  readonly box: SecretBox | null
  /** Where the receiver of an endpoint can end it; null where nobody could reach it. */
  readonly unsubscribeUrl: (endpoint: EndpointId) => string | null
  readonly metrics: Pick<Metrics, 'webhookAttempted'>
}

export function createPost({ channels, box, unsubscribeUrl, metrics }: PostParts): Post {
  const byScheme = new Map(channels.flatMap((channel) => channel.schemes.map((scheme) => [scheme, channel])))
  const channelOf = (uri: string) => byScheme.get(`${uri.split(':', 1)[0]?.toLowerCase()}:`) ?? null
  return {
    channelOf,
    open(endpoint) {
      const channel = channelOf(endpoint.uri)
      if (channel === null) return 'CHANNEL_NOT_CONFIGURED'
      const opened = openEndpoint(endpoint, box)
      if (opened === null) return 'SECRET_UNREADABLE'
      // Made anew each time, which costs a seal: only for channels that tell people by links.
      const url = channel.confirmedBy === 'LINK' ? unsubscribeUrl(endpoint.id) : null
      const to = { ...opened.destination, unsubscribeUrl: url }
      return {
        channel,
        async attempt(...args) {
          const sent = await attempt(channel, { ...opened, destination: to }, ...args)
          const { outcome, latencyMs } = sent.attempted
          metrics.webhookAttempted(channel.name, outcome.kind, latencyMs / 1_000)
          return sent
        },
      }
    },
  }
}

/** What seals belong to, so that none opens in another's place. */
export const secretPlace = (endpoint: Pick<Endpoint, 'id'>) => `${endpoint.id}/secret`
export const headersPlace = (endpoint: Pick<Endpoint, 'id'>) => `${endpoint.id}/headers`

/** Everything of an endpoint in the clear; null where a secret cannot be read. */
function openEndpoint(endpoint: Endpoint, box: SecretBox | null): Opened<InTheClear> | null {
  const secrets: OpenedSecret[] = []
  for (const { sealed, until } of endpoint.secrets) {
    const text = box?.open(sealed, secretPlace(endpoint)) ?? null
    // One that was rotated out may be lost; the one that counts may not.
    if (text === null && until === null) return null
    if (text !== null) {
      secrets.push({
        key: parseSecret(text),
        untilMs: until === null ? Number.POSITIVE_INFINITY : Date.parse(until),
      })
    }
  }
  const headers = endpoint.headers && (box?.open(endpoint.headers, headersPlace(endpoint)) ?? null)
  if (endpoint.headers !== null && headers === null) return null
  return {
    secrets,
    destination: {
      endpointId: endpoint.id,
      uri: endpoint.uri,
      headers: headers === null ? {} : (JSON.parse(headers) as Destination['headers']),
      timeoutMs: endpoint.timeoutSeconds * 1_000,
    },
  }
}

type OpenedSecret = { readonly key: Uint8Array; readonly untilMs: number }
type InTheClear = Pick<Destination, 'endpointId' | 'uri' | 'headers' | 'timeoutMs'>
type Opened<D> = { readonly secrets: readonly OpenedSecret[]; readonly destination: D }

async function attempt(
  channel: Channel,
  { secrets, destination }: Opened<Omit<Destination, 'secrets' | 'isSuspect'>>,
  placed: readonly Placed[],
  isSuspect: boolean,
  signal: AbortSignal,
): Promise<Sent> {
  const notifications = placed.map(({ entry: { event }, cursor }) => ({
    id: messageIdOf(destination.endpointId, event),
    event,
    cursor: formatCursor(cursor),
  }))
  const nowMs = Date.now()
  const keys = secrets.filter(({ untilMs }) => untilMs > nowMs).map(({ key }) => key)
  const attempted = await channel.attempt({ ...destination, secrets: keys, isSuspect }, notifications, signal)
  return { webhookId: notifications[0]?.id ?? '', attempted }
}
