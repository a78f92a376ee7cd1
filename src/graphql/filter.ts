// The filter language as GraphQL inputs, and how an input becomes a filter: absent and null mean
// anything, ids may be the cloud's own or global, and the size is bounded.

import type { InputObjectRef } from '@pothos/core'
import { HeliographError } from '../errors.ts'
import type { Category, Json, Outcome, ResourceRef, Severity } from '../event/event.ts'
import { checkFilter, type EventFilter } from '../event/filter.ts'
import { checkResourceFilter, type ResourceFilter } from '../resource/resource-filter.ts'
import { builder, type SchemaTypes } from './builder.ts'
import { CategoryEnum, OutcomeEnum, SeverityEnum } from './enums.ts'
import { readRef } from './node-id.ts'

/** How much one filter may hold. */
export const filterLimits = { depth: 5, alternatives: 100, values: 1_000 } as const

type List<Value> = readonly Value[] | null | undefined
type RefInput = { readonly kind: string; readonly id: string }

export type EventFilterInput = {
  types?: List<string>
  categories?: List<Category>
  resources?: List<RefInput>
  related?: List<RefInput>
  kinds?: List<string>
  accounts?: List<string>
  zones?: List<string>
  fromStates?: List<string>
  toStates?: List<string>
  statuses?: List<string>
  outcomes?: List<Outcome>
  minSeverity?: Severity | null | undefined
  or?: List<EventFilterInput>
  not?: EventFilterInput | null | undefined
}

export type ResourceFilterInput = {
  kinds?: List<string>
  ids?: List<string>
  states?: List<string>
  accounts?: List<string>
  zones?: List<string>
  names?: List<string>
  includeDeleted?: boolean | null | undefined
}

const ResourceRefInputObject = builder.inputType('ResourceRefInput', {
  description: 'Names a resource.',
  fields: (t) => ({
    kind: t.string({ required: true, description: 'Its kind, such as VirtualMachine.' }),
    id: t.id({ required: true, description: "The cloud's own id, or the global one." }),
  }),
})

export const EventFilterInputObject: InputObjectRef<SchemaTypes, EventFilterInput> = builder
  .inputRef<EventFilterInput>('EventFilter')
  .implement({
    description:
      'Which events are wanted: any of a list, and all of the fields. What is left out means anything; an empty list is refused.',
    fields: (t) => ({
      types: t.stringList({
        description: 'Types such as VM.START, or VM.* for all that start with VM. and more.',
      }),
      categories: t.field({ type: [CategoryEnum], description: 'Categories.' }),
      resources: t.field({ type: [ResourceRefInputObject], description: 'What it happened to.' }),
      related: t.field({
        type: [ResourceRefInputObject],
        description:
          'What the event names, or what its resource is known to belong to: a VM starts in this network.',
      }),
      kinds: t.stringList({ description: 'Kinds of what it happened to, such as VirtualMachine.' }),
      accounts: t.stringList({ description: 'Ids of the accounts it belongs to.' }),
      zones: t.stringList({ description: 'Ids of zones.' }),
      fromStates: t.stringList({ description: 'States that were left.' }),
      toStates: t.stringList({ description: 'States that were entered.' }),
      statuses: t.stringList({ description: "The source's own words for the progress, such as Completed." }),
      outcomes: t.field({ type: [OutcomeEnum], description: 'How it ended.' }),
      minSeverity: t.field({
        type: SeverityEnum,
        description: 'This severity or a graver one; an event without a severity never matches.',
      }),
      or: t.field({
        type: [EventFilterInputObject],
        description: 'At least one of these must match as well.',
      }),
      not: t.field({ type: EventFilterInputObject, description: 'This must not match.' }),
    }),
  })

export const ResourceFilterInputObject: InputObjectRef<SchemaTypes, ResourceFilterInput> = builder
  .inputRef<ResourceFilterInput>('ResourceFilter')
  .implement({
    description:
      'Which resources are wanted: any of a list, and all of the fields. What is left out means anything; an empty list is refused.',
    fields: (t) => ({
      kinds: t.stringList({ description: 'Kinds, such as VirtualMachine.' }),
      ids: t.idList({ description: "Ids: the cloud's own, or global ones." }),
      states: t.stringList({
        description: 'Any of its states: the main one, or the resourcestate of a host.',
      }),
      accounts: t.stringList({ description: 'Ids of the accounts they belong to.' }),
      zones: t.stringList({ description: 'Ids of the zones they are in.' }),
      names: t.stringList({ description: 'Names, whole and as they are written.' }),
      includeDeleted: t.boolean({
        description: 'Deleted ones as well, for as long as they are kept; default false.',
      }),
    }),
  })

/**
 * @param field of the filter, as the caller spells it
 * @throws HeliographError BAD_INPUT with the field that is wrong: `filter.or[1].types`
 */
export function readEventFilter(input: EventFilterInput | null | undefined, field = 'filter'): EventFilter {
  const budget = { alternatives: filterLimits.alternatives }
  const filter = eventFilterOf(input ?? {}, field, 1, budget)
  checkFilter(filter, field)
  return filter
}

/** A filter as JSON that can be given again as the input it came from. */
export function formatEventFilter({ resources, related, or, not, ...plain }: EventFilter): {
  [name: string]: Json
} {
  const refs = (list: readonly ResourceRef[]) => list.map(({ kind, uid }) => ({ kind, id: uid }))
  return {
    ...(plain as { [name: string]: Json }),
    ...(resources && { resources: refs(resources) }),
    ...(related && { related: refs(related) }),
    ...(or && { or: or.map(formatEventFilter) }),
    ...(not && { not: formatEventFilter(not) }),
  }
}

/** @throws HeliographError BAD_INPUT with the field that is wrong: `filter.kinds` */
export function readResourceFilter(input: ResourceFilterInput | null | undefined): ResourceFilter {
  const filter: ResourceFilter = withoutNulls(input ?? {})
  checkLists(filter, 'filter')
  checkResourceFilter(filter)
  return filter
}

function eventFilterOf(
  input: EventFilterInput,
  field: string,
  depth: number,
  budget: { alternatives: number },
): EventFilter {
  if (depth > filterLimits.depth) {
    throw new HeliographError(
      'BAD_INPUT',
      `${field} nests too deep: at most ${filterLimits.depth} filters in each other`,
      { field },
    )
  }
  checkLists(input, field)
  const { or, not, resources, related, ...plain } = input
  budget.alternatives -= or?.length ?? 0
  if (budget.alternatives < 0) {
    throw new HeliographError(
      'BAD_INPUT',
      `${field}.or is too long: a filter takes at most ${filterLimits.alternatives} alternatives in all`,
      {
        field: `${field}.or`,
      },
    )
  }
  return {
    ...withoutNulls(plain),
    ...(resources && {
      resources: resources.map(({ kind, id }, i) => readRef(kind, id, `${field}.resources[${i}].id`)),
    }),
    ...(related && {
      related: related.map(({ kind, id }, i) => readRef(kind, id, `${field}.related[${i}].id`)),
    }),
    ...(or && { or: or.map((one, i) => eventFilterOf(one, `${field}.or[${i}]`, depth + 1, budget)) }),
    ...(not && { not: eventFilterOf(not, `${field}.not`, depth + 1, budget) }),
  }
}

function checkLists(input: object, field: string): void {
  for (const [name, value] of Object.entries(input)) {
    if (!Array.isArray(value) || value.length <= filterLimits.values) continue
    const path = `${field}.${name}`
    const message = `${path} holds ${value.length} values: at most ${filterLimits.values} are taken`
    throw new HeliographError('BAD_INPUT', message, { field: path })
  }
}

type WithoutNulls<Input> = { [Name in keyof Input]?: Exclude<Input[Name], null | undefined> }

function withoutNulls<Input extends object>(input: Input): WithoutNulls<Input> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value != null)) as WithoutNulls<Input>
}
