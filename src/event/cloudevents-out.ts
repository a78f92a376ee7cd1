// CloudEvents 1.0 out: an event in structured JSON, as webhooks send it. Our own decoder reads it as the
// same event, by `source` + `id`.
//
//   { "specversion": "1.0", "id": "…", "source": "/dc1", "type": "VM.START",
//     "subject": "VirtualMachine/3b1c…", "time": "2026-05-14T09:31:07.000Z",
//     "datacontenttype": "application/json", "account": "ann", "zone": "…", "severity": "info",
//     "category": "state", "outcome": "success", "cursor": "…",
//     "data": { "state": "Running", "previousState": "Starting", "original": { … } } }

import { type Event, type Json, resourceId, type Timestamp } from './event.ts'

/** A CloudEvent in structured JSON, as `formatCloudEvent` makes it. */
export type FormattedCloudEvent = {
  specversion: '1.0'
  id: string
  source: string
  type: string
  subject?: string
  time: Timestamp
  datacontenttype: 'application/json'
  account?: string
  zone?: string
  severity?: string
  category: string
  outcome?: string
  cursor?: string
  data: { [name: string]: Json }
}

/**
 * An event as structured CloudEvents JSON: `id` is the source's own eventId, `source` a URI reference,
 * `subject` its resource as `<kind>/<uid>`, `account` its owner; severity, category and outcome in lower
 * case. `data` holds what CloudEvents has no word for, and `state` and `previousState` of the main state,
 * so that a reader of this dialect can follow the resource; `original` is what the source sent. What is
 * null or empty is left out.
 * @param cursor where to go on after this event
 */
export function formatCloudEvent(event: Event, cursor?: string): FormattedCloudEvent {
  return {
    specversion: '1.0',
    id: event.eventId,
    source: encodeSource(event.source),
    type: event.type,
    ...(event.resource && { subject: resourceId(event.resource) }),
    time: event.time,
    datacontenttype: 'application/json',
    ...(event.owner !== null && { account: event.owner }),
    ...(event.zone !== null && { zone: event.zone }),
    ...(event.severity !== null && { severity: event.severity.toLowerCase() }),
    category: event.category.toLowerCase(),
    ...(event.outcome !== null && { outcome: event.outcome.toLowerCase() }),
    ...(cursor !== undefined && { cursor }),
    data: formatData(event),
  }
}

function formatData(event: Event): { [name: string]: Json } {
  const { transition, status, description, actor, related, receivedAt } = event
  const moved = transition?.field === 'state' ? transition : null
  const all: { [name: string]: Json } = {
    state: moved?.to ?? null,
    previousState: moved?.from ?? null,
    transition,
    status,
    description,
    actor,
    related: related.length === 0 ? null : related.map(resourceId),
    receivedAt,
    original: event.data,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}

const isUriReference = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]+$/
const foreign = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/gu

/** What is a URI reference stays as it is; in any other text, foreign characters are percent-encoded. */
function encodeSource(source: string): string {
  if (isUriReference.test(source)) return source
  return source.toWellFormed().replace(foreign, (character) => encodeURIComponent(character))
}
