// Events: the interface, a type per category, and what their fields read. Everything but
// `ResourceRef.current` comes from the entry itself, so that a subscription renders without the store.

import type { Event, Json, ResourceRef, Transition } from '../event/event.ts'
import { formatCursor } from '../event/position.ts'
import { cursorOf, type Entry } from '../event-log/entry.ts'
import { readResource } from './batch.ts'
import { builder, EventInterface, NodeInterface, ResourceInterface } from './builder.ts'
import { connectionOf } from './connection.ts'
import { CategoryEnum, OutcomeEnum, SeverityEnum } from './enums.ts'

const typeNames = {
  ACTION: 'ActionEvent',
  ALERT: 'AlertEvent',
  USAGE: 'UsageEvent',
  STATE: 'StateEvent',
  JOB: 'JobEvent',
  OTHER: 'OtherEvent',
} as const satisfies Record<Event['category'], string>

/** The GraphQL type of an event. */
export function eventTypeName({ event }: Entry): string {
  return typeNames[event.category]
}

const ResourceRefObject = builder.objectRef<ResourceRef>('ResourceRef').implement({
  description: 'Names a resource, known or not.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'Its kind, such as VirtualMachine.' }),
    uid: t.exposeID('uid', { description: "The cloud's own id of it." }),
    current: t.field({
      type: ResourceInterface,
      nullable: true,
      description: 'The resource as it is now; null where it is not known, or not visible.',
      extensions: { readsStore: true },
      resolve: (ref, _args, context) => readResource(context, ref),
    }),
  }),
})

const ActorObject = builder.objectRef<NonNullable<Event['actor']>>('Actor').implement({
  description: 'Who acted.',
  fields: (t) => ({
    account: t.exposeString('account', { nullable: true, description: 'The id of the account that acted.' }),
    user: t.exposeString('user', { nullable: true, description: 'The id of the user who acted.' }),
  }),
})

const TransitionObject = builder.objectRef<Transition>('Transition').implement({
  description: 'A move from one state to the next.',
  fields: (t) => ({
    field: t.exposeString('field', {
      description: 'Which state moved: `state`, or for hosts also resourcestate, hastate, powerstate.',
    }),
    from: t.exposeString('from', { nullable: true, description: 'The state before, where it is known.' }),
    to: t.exposeString('to', { description: 'The state after.' }),
    trigger: t.exposeString('trigger', {
      nullable: true,
      description: 'What the state machine was told, such as StartRequested, where it is known.',
    }),
  }),
})

EventInterface.implement({
  description: 'Something that happened. It never changes.',
  interfaces: [NodeInterface],
  resolveType: eventTypeName,
  fields: (t) => ({
    eventId: t.string({
      description: "The source's own id; unique together with `source`.",
      resolve: ({ event }) => event.eventId,
    }),
    source: t.string({ description: 'Who reported it.', resolve: ({ event }) => event.source }),
    cursor: t.field({
      type: 'Cursor',
      description: 'Its place in the log: give it as `after` to go on behind it.',
      resolve: (entry) => formatCursor(cursorOf(entry)),
    }),
    type: t.string({
      description: 'What happened, such as VM.START; `eventTypes` lists what is known.',
      resolve: ({ event }) => event.type,
    }),
    category: t.field({
      type: CategoryEnum,
      description: 'What kind of report it is.',
      resolve: ({ event }) => event.category,
    }),
    time: t.field({
      type: 'DateTime',
      description: 'When it happened, by the clock of the source.',
      resolve: ({ event }) => event.time,
    }),
    receivedAt: t.field({
      type: 'DateTime',
      description: 'When it was logged; never runs backwards within a log.',
      resolve: ({ event }) => event.receivedAt,
    }),
    resource: t.field({
      type: ResourceRefObject,
      nullable: true,
      description: 'What it happened to, where it tells.',
      resolve: ({ event }) => event.resource,
    }),
    related: t.field({
      type: [ResourceRefObject],
      description: 'What else it names, and what its resource was known to belong to when it was logged.',
      extensions: { holdsMany: true },
      resolve: ({ event }) => event.related,
    }),
    owner: t.string({
      nullable: true,
      description:
        'The id of the account it belongs to, as known when it was logged; null: to administrators.',
      resolve: ({ event }) => event.owner,
    }),
    actor: t.field({
      type: ActorObject,
      nullable: true,
      description: 'Who acted, where it tells.',
      resolve: ({ event }) => event.actor,
    }),
    zone: t.string({
      nullable: true,
      description: 'The id of the zone it happened in, where it is known.',
      resolve: ({ event }) => event.zone,
    }),
    severity: t.field({
      type: SeverityEnum,
      nullable: true,
      description: 'How grave it is, where it tells.',
      resolve: ({ event }) => event.severity,
    }),
    status: t.string({
      nullable: true,
      description: "The source's own word for the progress, such as Scheduled, Completed or SUCCEEDED.",
      resolve: ({ event }) => event.status,
    }),
    outcome: t.field({
      type: OutcomeEnum,
      nullable: true,
      description: 'How it ended; null while it runs, and where the source does not tell.',
      resolve: ({ event }) => event.outcome,
    }),
    description: t.string({
      nullable: true,
      description: "The source's own words.",
      resolve: ({ event }) => event.description,
    }),
    transition: t.field({
      type: TransitionObject,
      nullable: true,
      description: 'The move it tells of. Hosts, addresses and others move by ACTION events too.',
      resolve: ({ event }) => event.transition,
    }),
    data: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the source sent, without secrets.',
      resolve: ({ event }) => event.data,
    }),
  }),
})

for (const [category, description] of [
  ['ACTION', 'Somebody did something to the cloud.'],
  ['ALERT', 'The cloud asks for attention.'],
  ['USAGE', 'Something began or ceased to be charged for.'],
  ['STATE', 'A state machine moved: see `transition`.'],
  ['OTHER', 'An event of any other kind, such as one from a CloudEvents sender.'],
] as const) {
  builder
    .objectRef<Entry>(typeNames[category])
    .implement({ description, interfaces: [NodeInterface, EventInterface] })
}

builder.objectRef<Entry>(typeNames.JOB).implement({
  description: 'An asynchronous job of the API was submitted, moved on or ended: see `status`.',
  interfaces: [NodeInterface, EventInterface],
  fields: (t) => ({
    jobId: t.id({
      nullable: true,
      description: 'The id of the job.',
      resolve: ({ event }) => textIn(event.data?.jobId),
    }),
    command: t.string({
      nullable: true,
      description: 'The API command it runs, as the cloud names it.',
      resolve: ({ event }) => textIn(event.data?.command),
    }),
  }),
})

export const EventConnectionObject = connectionOf('Event', EventInterface, 'events')

function textIn(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
