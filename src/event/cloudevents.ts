// CloudEvents 1.0 in: any sender's event. What moves a resource stands in `subject`
// (`<kind>/<uid>`), in the extensions `account` (the owner), `zone`, `severity` (info, warn or warning,
// error or critical), `category` and `outcome`, and in `data`:
//
//   state, previousState   the main state; with the type RESOURCE.OBSERVED as listed, not as it moved
//   attributes, name       of the resource; attributes that look like secrets are dropped
//   related                ["Network/43b7…", …] or [{ kind, uid }, …]
//   description            text for people
//
// Data that is no object is kept as { value }, bytes that are no JSON as { base64 }. A subject that is no
// `<kind>/<uid>`, `dataschema`, and extensions without a meaning here are kept in data under `cloudevent`.

import { type ContextAttributes, readAttributes } from './cloudevents-attributes.ts'
import { type DataWords, readData } from './cloudevents-data.ts'
import type { Decoded, Report } from './draft.ts'
import type { Category, Event, Timestamp, Transition } from './event.ts'
import { badInput, isObject, nameOfType } from './input.ts'
import { withoutSecrets } from './secrets.ts'

export { decodeBinaryHeaders } from './cloudevents-binary.ts'

/** The type of an event that reports what an inventory lists: state and attributes, but no transition. */
const observed = 'RESOURCE.OBSERVED'

/**
 * One CloudEvent in its structured JSON form as a draft. Nesting is bounded by the caller.
 * @param arrivedAt stands in for the time where the event has none
 * @throws HeliographError BAD_INPUT with the field (`specversion`, `data.state`) and what would be right
 */
export function decodeCloudEvent(event: unknown, arrivedAt: Timestamp): Decoded {
  if (!isObject(event)) throw badInput('event', `must be a JSON object, not ${nameOfType(event)}`)
  const told = readAttributes(event)
  const words = readData(event, told)
  const transition = transitionOf(told, words)
  return {
    kind: 'DRAFT',
    draft: {
      event: {
        source: told.source,
        eventId: told.id,
        type: told.type,
        category: categoryOf(told, transition),
        time: told.time ?? arrivedAt,
        resource: told.resource,
        related: words.related,
        actor: null,
        zone: told.zone,
        severity: told.severity,
        status: null,
        outcome: told.outcome,
        description: words.description,
        transition,
        data: dataOf(told, words),
      },
      report: reportOf(told, words),
      dedupeForMs: null,
    },
  }
}

function transitionOf(told: ContextAttributes, words: DataWords): Transition | null {
  if (words.state === null || told.type === observed) return null
  return { field: 'state', from: words.previousState, to: words.state, trigger: told.type }
}

function categoryOf(told: ContextAttributes, transition: Transition | null): Category {
  if (transition) return 'STATE'
  return told.type === observed ? 'OTHER' : (told.category ?? 'OTHER')
}

function dataOf(told: ContextAttributes, words: DataWords): Event['data'] {
  if (Object.keys(told.others).length === 0) return words.data
  return { ...words.data, cloudevent: withoutSecrets(told.others) }
}

function reportOf(told: ContextAttributes, words: DataWords): Report | null {
  const account = told.account === null ? null : { account: told.account, as: 'OWNER' as const }
  if (told.resource === null && account === null) return null
  const from = told.type === observed ? null : words.previousState
  return {
    at: told.time,
    state: words.state === null ? null : { from, to: words.state },
    name: words.name,
    attributes: words.attributes,
    attributesKept: 'ALL',
    account,
  }
}
