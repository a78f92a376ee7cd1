// The context attributes of a CloudEvent, checked strictly by the 1.0 specification, with the extensions
// that have a meaning here. An attribute that is null counts as absent.

import {
  type Category,
  categories,
  type Json,
  type Outcome,
  outcomes,
  parseResourceId,
  type ResourceRef,
  type Severity,
  type Timestamp,
} from './event.ts'
import { badInput, nameOfType } from './input.ts'
import { parseRfc3339 } from './time.ts'

export type ContextAttributes = {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly time: Timestamp | null
  readonly resource: ResourceRef | null
  readonly datacontenttype: string | null
  readonly account: string | null
  readonly zone: string | null
  readonly severity: Severity | null
  readonly category: Category | null
  readonly outcome: Outcome | null
  /** What has no place of its own in an event: an unreadable subject, dataschema, other extensions. */
  readonly others: { [name: string]: Json }
}

type Attributes = { readonly [name: string]: Json }

const severityWords = new Map<string, Severity>([
  ['info', 'INFO'],
  ['warn', 'WARN'],
  ['warning', 'WARN'],
  ['error', 'ERROR'],
  ['critical', 'ERROR'],
])

const placed = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'account',
  'zone',
  'severity',
  'category',
  'data',
  'data_base64',
])

/** @throws HeliographError BAD_INPUT with the attribute's name and what would be right */
export function readAttributes(event: Attributes): ContextAttributes {
  if (event.specversion !== '1.0') throw badInput('specversion', 'must be "1.0"')
  const subject = optionalText(event, 'subject')
  const resource = subject === null ? null : parseResourceId(subject)
  const others = othersOf(event)
  if (subject !== null && resource === null) others.subject = subject
  const outcome = outcomeOf(others)
  if (outcome !== null) delete others.outcome
  return {
    id: requiredText(event, 'id'),
    source: sourceOf(event),
    type: requiredText(event, 'type'),
    time: timeOf(event),
    resource,
    datacontenttype: optionalText(event, 'datacontenttype'),
    account: optionalText(event, 'account'),
    zone: optionalText(event, 'zone'),
    severity: severityOf(event),
    category: categoryOf(event),
    outcome,
    others,
  }
}

function requiredText(event: Attributes, name: string): string {
  const text = optionalText(event, name)
  if (text === null) throw badInput(name, 'is missing: it must be a text that is not empty')
  return text
}

function optionalText(event: Attributes, name: string): string | null {
  const value = event[name] ?? null
  if (value === null) return null
  if (typeof value !== 'string') throw badInput(name, `must be a text, not ${nameOfType(value)}`)
  if (value === '') throw badInput(name, 'is empty: leave it out, or give it a text')
  return value
}

// The characters of RFC 3986; a percent sign only before two hexadecimal digits.
const uriReference = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/

function sourceOf(event: Attributes): string {
  const source = requiredText(event, 'source')
  if (!uriReference.test(source)) {
    throw badInput('source', 'must be a URI reference such as /dc1/hypervisor, with other characters encoded')
  }
  return source
}

function timeOf(event: Attributes): Timestamp | null {
  const text = optionalText(event, 'time')
  if (text === null) return null
  const time = parseRfc3339(text)
  if (time === null) {
    throw badInput('time', `is "${text}": it must be an RFC 3339 time such as 2026-05-14T09:31:07Z`)
  }
  return time
}

function severityOf(event: Attributes): Severity | null {
  const word = optionalText(event, 'severity')
  if (word === null) return null
  const severity = severityWords.get(word.toLowerCase())
  if (severity === undefined) {
    throw badInput('severity', `is "${word}": it must be one of ${[...severityWords.keys()].join(', ')}`)
  }
  return severity
}

function categoryOf(event: Attributes): Category | null {
  const word = optionalText(event, 'category')
  if (word === null) return null
  const category = categories.find((name) => name === word.toUpperCase())
  if (category === undefined) {
    throw badInput('category', `is "${word}": it must be one of ${categories.join(', ')}`)
  }
  return category
}

/** The word is common: what is none of ours is kept as a foreign extension. */
function outcomeOf({ outcome }: Attributes): Outcome | null {
  return outcomes.find((name) => typeof outcome === 'string' && name === outcome.toUpperCase()) ?? null
}

function othersOf(event: Attributes): { [name: string]: Json } {
  const others: { [name: string]: Json } = {}
  for (const name in event) {
    const value = event[name] ?? null
    if (placed.has(name) || value === null) continue
    if (!/^[a-z0-9]+$/.test(name)) {
      throw badInput(name, 'is no attribute name: use lower-case letters and digits only')
    }
    if (typeof value === 'object' || (typeof value === 'number' && !Number.isInteger(value))) {
      throw badInput(name, `must be a text, a whole number or a boolean, not ${nameOfType(value)}`)
    }
    others[name] = value
  }
  return others
}
