// Every guarded door of a gateway, and who may come in by which.

import type { Role } from '../../src/auth/principal.ts'
import { cloudEventBatch, note } from '../support/cloud.ts'
import type { TestGateway } from '../support/gateway.ts'
import { type Answer, ask, askForSocket } from './ask.ts'

/** How a door answers these headers; a WebSocket that is let in is 101. */
export type Door = (headers: Record<string, string>) => Promise<Answer>

export const json = { 'content-type': 'application/json' }
export const subscription = JSON.stringify({ query: 'subscription { events { id } }' })

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** The doors by name. @param gateway read when a door is knocked at */
export function doorsOf(gateway: () => TestGateway): Record<string, Door> {
  return {
    'GraphQL by POST': (headers) =>
      ask(gateway().endpoint, {
        method: 'POST',
        headers: { ...json, ...headers },
        body: '{"query":"{ head }"}',
      }),
    'GraphQL by GET': (headers) => ask(`${gateway().endpoint}?query={head}`, { headers }),
    SSE: (headers) =>
      ask(gateway().endpoint, {
        method: 'POST',
        headers: { ...json, accept: 'text/event-stream', 'last-event-id': 'end', ...headers },
        body: subscription,
      }),
    WebSocket: (headers) => askForSocket(gateway().endpoint, headers),
    events: (headers) =>
      ask(`${gateway().url}/events`, {
        method: 'POST',
        headers: { 'content-type': cloudEventBatch, ...headers },
        body: JSON.stringify([note('posted')]),
      }),
    metrics: (headers) => ask(`${gateway().url}/metrics`, { headers }),
  }
}

/** The doors of GraphQL. */
export const reading = ['GraphQL by POST', 'GraphQL by GET', 'SSE', 'WebSocket']

/** The doors that open for each role. */
export const openTo: { readonly [R in Role]: readonly string[] } = {
  ADMIN: [...reading, 'events', 'metrics'],
  TENANT: reading,
  INGEST: ['events'],
  METRICS: ['metrics'],
}
