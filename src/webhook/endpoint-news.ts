// Lets others hear of an endpoint: failing, disabled and gaps are events of the resource `Endpoint/<id>` in
// the log, with the owner's account, so that the one filter language subscribes to them. The address is not
// told: the path of a chat room's hook is a secret.

import type { Draft } from '../event/draft.ts'
import type { Event, Severity, Transition } from '../event/event.ts'
import { formatCursor } from '../event/position.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Assignment, Roster } from './roster.ts'
import type { News } from './tally.ts'
import type { EndpointId } from './webhook.ts'

/** The kind of the resource that an endpoint is in the log. */
export const endpointKind = 'Endpoint'

/** Who reports them. */
export const ownSource = 'heliograph'

/** The types of events that tell of endpoints. */
export const endpointTypes = [
  'ENDPOINT.FAILING',
  'ENDPOINT.DISABLED',
  'ENDPOINT.ENABLED',
  'ENDPOINT.GAP',
] as const

type Told = {
  readonly type: (typeof endpointTypes)[number]
  readonly severity: Severity
  readonly description: string
  readonly transition: Transition | null
  readonly data: NonNullable<Event['data']>
}

/**
 * Appends what is to be heard of an endpoint.
 * @param version of its progress that tells the same: what is told again is one event
 */
export type Tell = (endpoint: EndpointId, version: number, news: readonly News[]) => Promise<void>

export function createEndpointNews(log: Pick<EventLog, 'append'>, roster: Pick<Roster, 'assignments'>): Tell {
  return async (endpoint, version, news) => {
    const assignment = roster.assignments.get(endpoint)
    // Taken away meanwhile: nobody is left to whom it would say anything.
    if (assignment === undefined) return
    const at = new Date().toISOString()
    await log.append(
      news.map((one, i) => draftOf(assignment, `${endpoint}/${version}/${i}`, tellOf(one), at)),
    )
  }
}

function draftOf({ webhook, endpoint }: Assignment, eventId: string, told: Told, at: string): Draft {
  const { transition, ...event } = told
  const account = webhook.owner.accounts?.[0]
  return {
    event: {
      source: ownSource,
      eventId,
      category: 'OTHER',
      time: at,
      resource: { kind: endpointKind, uid: endpoint.id },
      related: [{ kind: 'Webhook', uid: webhook.id }],
      actor: null,
      zone: null,
      status: null,
      outcome: null,
      transition,
      ...event,
    },
    report: {
      at,
      state: transition && { from: transition.from, to: transition.to },
      name: webhook.name,
      attributes: {},
      attributesKept: 'ALL',
      account: account === undefined ? null : { account, as: 'OWNER' },
    },
    dedupeForMs: null,
  }
}

function tellOf(news: News): Told {
  switch (news.kind) {
    case 'FAILING':
      return {
        type: 'ENDPOINT.FAILING',
        severity: 'WARN',
        description: `${news.way * 100} % of the way to being disabled: ${news.detail ?? 'it does not answer'}`,
        transition: null,
        data: { way: news.way, detail: news.detail },
      }
    case 'DISABLED':
      return {
        type: 'ENDPOINT.DISABLED',
        severity: 'ERROR',
        description: `disabled (${news.reason}): ${news.detail ?? 'it did not answer'}`,
        transition: { field: 'state', from: 'ENABLED', to: 'DISABLED', trigger: news.reason },
        data: { reason: news.reason, detail: news.detail },
      }
    case 'ENABLED':
      return {
        type: 'ENDPOINT.ENABLED',
        severity: 'INFO',
        description: 'enabled',
        transition: { field: 'state', from: news.from, to: 'ENABLED', trigger: null },
        data: {},
      }
    case 'GAP': {
      const { reason, from, to, entries } = news.gap
      return {
        type: 'ENDPOINT.GAP',
        severity: 'WARN',
        description: `events were not delivered (${reason})`,
        transition: null,
        data: { reason, from: formatCursor(from), to: formatCursor(to), entries },
      }
    }
  }
}
