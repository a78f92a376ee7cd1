// The event types that are known to come, for discovery; others are taken all the same. The data holds
// CloudStack's types under its own names of what each is about, nothing under the empty name.

import { correctKind, kindOf, kindOfType } from '../event/cloudstack-kinds.ts'
import { observed } from './catalog-events.ts'
import typesByName from './event-types.json' with { type: 'json' }

export type EventType = {
  readonly type: string
  /** The kind of the event's resource, as a rule; null where the type does not settle it. */
  readonly kind: string | null
  readonly description: string | null
}

const ownTypes: readonly EventType[] = [
  {
    type: 'STATE.CHANGED',
    kind: null,
    description: 'The cloud reports that the state of a virtual machine, volume, network or snapshot moved.',
  },
  { type: observed, kind: null, description: 'A resource as the inventory lists it; no transition.' },
]

/** Every known type once, in alphabetical order. */
export const eventTypes: readonly EventType[] = [...ownTypes, ...cloudStackTypes()].sort((one, other) =>
  one.type < other.type ? -1 : 1,
)

function cloudStackTypes(): EventType[] {
  return Object.entries(typesByName).flatMap(([name, types]) =>
    types.map((type) => ({ type, kind: kindOfRow(type, name), description: null })),
  )
}

function kindOfRow(type: string, name: string): string | null {
  const kind = kindOf(name) ?? kindOfType(type)
  return kind && correctKind(type, kind)
}
