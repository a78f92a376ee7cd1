// The commands on webhooks, for those who have been let in: GraphQL and the pages of links speak to nothing
// else of this room. Who may manage what is managed.ts's; what is kept, webhooks.ts's.

import type { EventFilter } from '../event/filter.ts'
import { replayWebhook, resendEvent, testWebhook } from './attempt-commands.ts'
import {
  confirmByLink,
  confirmEndpoint,
  disableEndpoint,
  enableEndpoint,
  rotateSecret,
  unsubscribeByLink,
} from './endpoint-commands.ts'
import { adviseOn, type Warning } from './filter-advice.ts'
import { type Caller, createFinder, type Finder, visibilityOfCaller } from './managed.ts'
import { headersPlace } from './post.ts'
import type { Desk, RegistryParts } from './registry-parts.ts'
import type { Attempt, Endpoint, EndpointId, Progress } from './webhook.ts'
import { createWebhook, deleteWebhook, updateWebhook } from './webhook-commands.ts'

/** A command, but for the desk it is given at. */
type At<Command> = Command extends (desk: Desk, ...given: infer Given) => infer Result
  ? (...given: Given) => Result
  : never

export type Registry = Pick<Finder, 'get' | 'page'> & {
  readonly create: At<typeof createWebhook>
  readonly update: At<typeof updateWebhook>
  readonly delete: At<typeof deleteWebhook>
  readonly enable: At<typeof enableEndpoint>
  readonly disable: At<typeof disableEndpoint>
  readonly rotateSecret: At<typeof rotateSecret>
  readonly test: At<typeof testWebhook>
  readonly replay: At<typeof replayWebhook>
  readonly resend: At<typeof resendEvent>
  readonly confirm: At<typeof confirmEndpoint>
  readonly confirmByLink: At<typeof confirmByLink>
  readonly unsubscribeByLink: At<typeof unsubscribeByLink>
  /** What is odd about a filter. @param field of it, as the caller spells it */
  advise(caller: Caller, filter: EventFilter, field: string): Promise<Warning[]>
  /** In the order of the ids; null for endpoints that are gone. */
  progress(endpoints: readonly EndpointId[]): Promise<(Progress | null)[]>
  /** Newest first. */
  attempts(endpoint: EndpointId, limit: number): Promise<Attempt[]>
  /** The name of the channel of an endpoint; null where this gateway has none for it. */
  channelName(endpoint: Endpoint): string | null
  /** The names of its custom headers; null where no key here opens them. */
  headerNames(endpoint: Endpoint): readonly string[] | null
}

export type { Caller, RegistryParts }

export function createRegistry(parts: RegistryParts): Registry {
  const { webhooks, post, box } = parts
  const finder = createFinder(webhooks)
  const desk: Desk = { ...parts, finder }
  return {
    get: finder.get,
    page: finder.page,
    create: (...given) => createWebhook(desk, ...given),
    update: (...given) => updateWebhook(desk, ...given),
    delete: (...given) => deleteWebhook(desk, ...given),
    enable: (...given) => enableEndpoint(desk, ...given),
    disable: (...given) => disableEndpoint(desk, ...given),
    rotateSecret: (...given) => rotateSecret(desk, ...given),
    test: (...given) => testWebhook(desk, ...given),
    replay: (...given) => replayWebhook(desk, ...given),
    resend: (...given) => resendEvent(desk, ...given),
    confirm: (...given) => confirmEndpoint(desk, ...given),
    confirmByLink: (...given) => confirmByLink(desk, ...given),
    unsubscribeByLink: (...given) => unsubscribeByLink(desk, ...given),
    advise: (caller, filter, field) =>
      adviseOn(filter, field, { log: parts.log, visibility: visibilityOfCaller(caller) }),
    progress: (endpoints) => webhooks.progress(endpoints),
    attempts: (endpoint, limit) => webhooks.attempts(endpoint, limit),
    channelName: ({ uri }) => post.channelOf(uri)?.name ?? null,
    headerNames(endpoint) {
      if (endpoint.headers === null) return []
      const text = box?.open(endpoint.headers, headersPlace(endpoint)) ?? null
      return text === null ? null : Object.keys(JSON.parse(text) as Record<string, string>)
    },
  }
}
