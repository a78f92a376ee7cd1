// Decodes CloudStack messages, whatever bus they came by, so that clients see none of the quirks: equal
// ids with and without a routing key, one name per kind, UTC times, no secrets.
//
// The id is the SHA-256 of the category and the canonical body as it came, secrets included: a message
// is the same through every door, and identical reports within one second are one event.

import { hash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { tellAction } from './cloudstack-action.ts'
import { tellJob } from './cloudstack-job.ts'
import {
  type Body,
  type CloudStackCategory,
  type CloudStackMessage,
  guessCategory,
  parseRoutingKey,
  timeOf,
} from './cloudstack-message.ts'
import type { Message, Told } from './cloudstack-told.ts'
import { isBeforeTransition, tellAlert, tellState, tellUsage } from './cloudstack-told.ts'
import type { Decoded, Draft, Report } from './draft.ts'
import type { Category, Event, Outcome, Severity, Timestamp } from './event.ts'
import { badInput, isObject, nameOfType } from './input.ts'
import { maskCredentials, withoutSecrets } from './secrets.ts'

export type { CloudStackMessage } from './cloudstack-message.ts'

// A body with neither time nor job says when it happened by its arrival only.
const timelessDedupeMs = 10_000

// The event's UUID is sent by webhooks only, in a header; it is data, or ids would differ by door.
const webhookEventId = /^x-cs-event-id$/i

const tellers: { readonly [C in CloudStackCategory]: (message: Message) => Told } = {
  ACTION: tellAction,
  ALERT: tellAlert,
  USAGE: tellUsage,
  STATE: tellState,
  JOB: tellJob,
}

/**
 * One message as a draft. What is reported before a transition's write, and webhook tests, are IGNORED.
 * Nesting is bounded by the caller.
 * @param arrivedAt stands in for the time where the body has none
 * @throws HeliographError BAD_INPUT with the field (`body.old-state`, `routingKey`) and what would be right
 */
export function decodeCloudStack(message: CloudStackMessage, arrivedAt: Timestamp): Decoded {
  const { body } = message
  if (!isObject(body)) throw badInput('body', `must be a JSON object, not ${nameOfType(body)}`)
  const key = message.routingKey === null ? null : parseRoutingKey(message.routingKey)
  if (body.event === 'TEST.WEBHOOK') return { kind: 'IGNORED', reason: 'TEST' }
  const category = key?.category ?? guessCategory(body)
  const told = tellers[category]({ key, body })
  const at = timeOf(body)
  if (category === 'STATE' && isBeforeTransition(body))
    return { kind: 'IGNORED', reason: 'BEFORE_TRANSITION' }
  return {
    kind: 'DRAFT',
    draft: {
      event: eventOf(category, body, told, at ?? arrivedAt),
      report: reportOf(told, at),
      dedupeForMs: at === null && category !== 'JOB' ? timelessDedupeMs : null,
    },
  }
}

function eventOf(category: Category, body: Body, told: Told, time: Timestamp): Draft['event'] {
  const { report: _, extraData, ...event } = told
  return {
    source: 'cloudstack',
    eventId: idOf(category, body),
    category,
    time,
    ...event,
    severity: severityOf(category, told.outcome),
    description: told.description === null ? null : maskCredentials(told.description),
    data: dataOf(body, extraData),
  }
}

function idOf(category: Category, body: Body): string {
  const keys = Object.keys(body)
  const sent = keys.some((key) => webhookEventId.test(key)) ? withoutWebhookEventId(body) : body
  return hash('sha256', `${category}\n${canonicalJson(sent)}`)
}

function withoutWebhookEventId(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !webhookEventId.test(key)))
}

function severityOf(category: Category, outcome: Outcome | null): Severity {
  if (outcome === 'FAILURE') return 'ERROR'
  return category === 'ALERT' ? 'WARN' : 'INFO'
}

/** Parameters and results of commands hold passwords, user data and session keys: they are never kept. */
function dataOf(body: Body, extraData: Told['extraData']): Event['data'] {
  const { cmdInfo: _, jobResult: __, ...data } = body
  return withoutSecrets({ ...data, ...extraData })
}

function reportOf({ resource, report }: Told, at: Timestamp | null): Report | null {
  if (resource === null && report.account === null) return null
  return { ...report, at, attributesKept: 'CATALOGUE' }
}
