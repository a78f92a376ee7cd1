// What is odd about a filter without being wrong: types that nobody knows. They are taken all the same, as
// versions of clouds differ, but whoever wrote them is told what they may have meant.

import type { EventFilter } from '../event/filter.ts'
import { nearestOf } from '../event/near.ts'
import { sees, type Visibility } from '../event/visibility.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { eventTypes } from '../resource/event-types.ts'
import { endpointTypes } from './endpoint-news.ts'

/** Something that works, and is perhaps not what was meant. */
export type Warning = {
  /** As the caller spells it: `input.filter.types[0]`. */
  readonly field: string
  readonly message: string
  /** What may have been meant instead, the nearest first. */
  readonly suggestions: readonly string[]
}

type Pattern = { readonly type: string; readonly field: string }

const knownTypes = [...eventTypes.map(({ type }) => type), ...endpointTypes]
/** Entries of the log that are looked at for types that no list knows. */
const lookedAt = 1_000
const mostSuggestions = 3

/** For whom it is: what the caller may not see, it is not told of either. */
export type AdviceParts = {
  readonly log: Pick<EventLog, 'readBackwards'>
  readonly visibility: Visibility
}

/** @param field of the filter, as the caller spells it */
export async function adviseOn(
  filter: EventFilter,
  field: string,
  { log, visibility }: AdviceParts,
): Promise<Warning[]> {
  const strange = patternsOf(filter, field).filter(({ type }) => !isKnown(type, knownTypes))
  if (strange.length === 0) return []
  const entries = await log.readBackwards(null, lookedAt)
  const seen = entries.filter(({ event }) => sees(visibility, event)).map(({ event }) => event.type)
  const known = new Set([...knownTypes, ...seen])
  return strange.filter(({ type }) => !isKnown(type, known)).map((pattern) => warningOf(pattern, known))
}

function patternsOf({ types = [], or = [], not }: EventFilter, field: string): Pattern[] {
  return [
    ...types.map((type, i) => ({ type, field: `${field}.types[${i}]` })),
    ...or.flatMap((one, i) => patternsOf(one, `${field}.or[${i}]`)),
    ...(not === undefined ? [] : patternsOf(not, `${field}.not`)),
  ]
}

function isKnown(pattern: string, known: Iterable<string>): boolean {
  if (!pattern.endsWith('.*')) return [...known].includes(pattern)
  return [...known].some((type) => type.startsWith(pattern.slice(0, -1)))
}

function warningOf({ type, field }: Pattern, known: Iterable<string>): Warning {
  const words = type.endsWith('.*') ? [...known].flatMap(prefixesOf) : known
  const suggestions = nearestOf(type, words, mostSuggestions)
  const message = `no event of type ${type} is known yet: it is taken, and matches when one comes`
  return { field, message, suggestions }
}

/** `VM.*` and `VM.VOLUME.*` of VM.VOLUME.ATTACH. */
function prefixesOf(type: string): string[] {
  const parts = type.split('.')
  return parts.slice(1).map((_, i) => `${parts.slice(0, i + 1).join('.')}.*`)
}
