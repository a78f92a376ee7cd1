// One posted item to what it means, by the kind of door it came through. Bounds what any item may cost
// before it is looked at: its size and its nesting.

import { HeliographError } from '../errors.ts'
import { decodeCloudEvent } from '../event/cloudevents.ts'
import { decodeCloudStack } from '../event/cloudstack.ts'
import type { Decoded } from '../event/draft.ts'
import type { Timestamp } from '../event/event.ts'
import { badInput, isObject, nameOfType } from '../event/input.ts'

/** What the items of a request are: CloudEvents in structured form, or CloudStack messages with `body`. */
export type ContentKind = 'CLOUDEVENT' | 'CLOUDSTACK'

export type DecodeLimits = {
  /** The bytes of an item's JSON. */
  readonly eventBytes: number
}

/** Both what an item is logged as and why it is not; items are judged one by one. */
export type DecodedItem = Decoded | HeliographError

const maxDepth = 64

/**
 * @param arrivedAt stands in for the time where the item has none
 * @throws HeliographError BAD_INPUT with the field within the item, TOO_LARGE over `limits.eventBytes`
 */
export function decodeItem(
  kind: ContentKind,
  item: unknown,
  arrivedAt: Timestamp,
  limits: DecodeLimits | null = null,
): Decoded {
  const most = mostJsonBytes(item, maxDepth)
  if (limits && most > limits.eventBytes) refuseLarge(jsonBytes(item), limits)
  return kind === 'CLOUDEVENT' ? decodeCloudEvent(item, arrivedAt) : decodeMessage(item, arrivedAt)
}

/** The items of one request in their order; one bad item never costs the others. */
export function decodeItems(
  kind: ContentKind,
  items: readonly unknown[],
  arrivedAt: Timestamp,
  limits: DecodeLimits,
): DecodedItem[] {
  return items.map((item) => orError(() => decodeItem(kind, item, arrivedAt, limits)))
}

/** One line of NDJSON; a line that is no JSON is an error like any other. */
export function decodeLine(
  kind: ContentKind,
  line: string,
  arrivedAt: Timestamp,
  limits: DecodeLimits,
): DecodedItem {
  return orError(() => {
    refuseLarge(Buffer.byteLength(line), limits)
    return decodeItem(kind, parseJson(line), arrivedAt)
  })
}

/** A message of CloudStack's bus, its body as it came. */
export function decodeText(
  routingKey: string,
  body: Buffer,
  arrivedAt: Timestamp,
  limits: DecodeLimits,
): DecodedItem {
  return orError(() => {
    refuseLarge(body.length, limits)
    return decodeItem('CLOUDSTACK', { routingKey, body: parseJson(body.toString()) }, arrivedAt)
  })
}

function orError(decode: () => Decoded): DecodedItem {
  try {
    return decode()
  } catch (error) {
    if (error instanceof HeliographError) return error
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HeliographError('BAD_INPUT', `not JSON: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}

function decodeMessage(item: unknown, arrivedAt: Timestamp): Decoded {
  if (!isObject(item)) {
    throw new HeliographError(
      'BAD_INPUT',
      `must be an object { "routingKey": "…", "body": { … } }, not ${nameOfType(item)}`,
    )
  }
  const { routingKey = null, body } = item
  if (routingKey !== null && typeof routingKey !== 'string') {
    throw badInput('routingKey', `must be a text, not ${nameOfType(routingKey)}`)
  }
  if (!isObject(body))
    throw badInput('body', `must be an object, the message's own JSON, not ${nameOfType(body)}`)
  return decodeCloudStack({ routingKey, body }, arrivedAt)
}

/**
 * What the JSON of a value can take at most: far from the limit nobody need write it to count it. Everything
 * behind this reads nested values by recursion, so what nests too deep is refused on the way.
 */
function mostJsonBytes(value: unknown, levels: number): number {
  // A character takes six bytes as an escape.
  if (typeof value === 'string') return 6 * value.length + 3
  if (typeof value !== 'object' || value === null) return 32
  if (levels === 0) throw new HeliographError('BAD_INPUT', `nests deeper than ${maxDepth} levels`)
  // Its brackets, and the comma behind it.
  let bytes = 3
  if (Array.isArray(value)) for (const item of value) bytes += mostJsonBytes(item, levels - 1)
  else {
    const members = value as { readonly [name: string]: unknown }
    for (const name in members) bytes += 6 * name.length + 4 + mostJsonBytes(members[name], levels - 1)
  }
  return bytes
}

function jsonBytes(item: unknown): number {
  return Buffer.byteLength(JSON.stringify(item) ?? '')
}

function refuseLarge(bytes: number, { eventBytes }: DecodeLimits): void {
  if (bytes <= eventBytes) return
  throw new HeliographError(
    'TOO_LARGE',
    `the event has ${bytes} bytes of JSON and may have ${eventBytes}: leave out what nobody needs`,
  )
}
