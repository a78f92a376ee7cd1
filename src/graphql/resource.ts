// Resources: the interface that every kind implements, and the type of the kinds that have none.

import { catalogueKind } from '../resource/catalog.ts'
import { mainState, type Resource } from '../resource/resource.ts'
import { builder, EventInterface, NodeInterface, ResourceInterface } from './builder.ts'
import { connectionOf } from './connection.ts'
import { EventConnectionObject } from './event.ts'
import { readHistory, readTransitionEvent } from './history.ts'
import { readVersion } from './version.ts'

/** The GraphQL type of the resources of a kind. */
export function resourceTypeName({ kind }: Resource): string {
  return catalogueKind(kind) ? kind : 'GenericResource'
}

type Moved = Resource & { readonly lastTransition: NonNullable<Resource['lastTransition']> }

// Its parent is the resource: `event` needs more of it than the transition.
const ResourceTransitionObject = builder.objectRef<Moved>('ResourceTransition').implement({
  description: 'The last move of a resource from one state to the next.',
  fields: (t) => ({
    field: t.string({
      description: 'Which state moved: `state`, or for hosts also resourcestate, hastate, powerstate.',
      resolve: ({ lastTransition }) => lastTransition.field,
    }),
    from: t.string({
      nullable: true,
      description: 'The state before, where it is known.',
      resolve: ({ lastTransition }) => lastTransition.from,
    }),
    to: t.string({ description: 'The state after.', resolve: ({ lastTransition }) => lastTransition.to }),
    trigger: t.string({
      nullable: true,
      description: 'What the state machine was told, such as StartRequested, where it is known.',
      resolve: ({ lastTransition }) => lastTransition.trigger,
    }),
    at: t.field({
      type: 'DateTime',
      description: 'When it moved.',
      resolve: ({ lastTransition }) => lastTransition.at,
    }),
    event: t.field({
      type: EventInterface,
      nullable: true,
      description: 'The event that told of it; null where it is not visible, or no longer held.',
      extensions: { readsStore: true },
      resolve: (resource, _args, context) => readTransitionEvent(context, resource),
    }),
  }),
})

ResourceInterface.implement({
  description: 'A thing that has state, as the log tells it.',
  interfaces: [NodeInterface],
  resolveType: resourceTypeName,
  fields: (t) => ({
    uid: t.exposeID('uid', { description: "The cloud's own id." }),
    kind: t.exposeString('kind', { description: 'What it is, such as VirtualMachine.' }),
    name: t.exposeString('name', { nullable: true, description: 'Its name, where it is known.' }),
    state: t.string({
      nullable: true,
      description: 'Its main state, in the words of the cloud, where it is known.',
      resolve: mainState,
    }),
    owner: t.exposeString('owner', {
      nullable: true,
      description:
        'The id of the account it belongs to, where it is known; null: visible to administrators only.',
    }),
    zone: t.exposeString('zone', {
      nullable: true,
      description: 'The id of the zone it is in, where it is known.',
    }),
    version: t.field({
      type: 'Cursor',
      description:
        'The place in the log of the event that last changed it; once that is no longer held, the oldest place that is.',
      resolve: (resource, _args, context) => readVersion(context, resource),
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; null while it exists. Its last state stays for the retention time.',
    }),
    lastTransition: t.field({
      type: ResourceTransitionObject,
      nullable: true,
      description: 'How it came to its state, where that is known.',
      resolve: (resource) => (hasTransition(resource) ? resource : null),
    }),
    history: t.field({
      type: EventConnectionObject,
      description: 'The events about it that are still held, newest first.',
      args: {
        first: t.arg.int({ description: 'How many at most: 1…500; default 50.' }),
        after: t.arg({
          type: 'Cursor',
          description: 'Only events older than this one: the `endCursor` of the page before.',
        }),
      },
      resolve: (resource, args, context) => readHistory(context, resource, args),
    }),
    attributes: t.expose('attributes', {
      type: 'JSON',
      description: "What else is known of it, under the cloud's own names.",
    }),
  }),
})

function hasTransition(resource: Resource): resource is Moved {
  return resource.lastTransition !== null
}

builder.objectRef<Resource>('GenericResource').implement({
  description: 'A resource of a kind that has no type of its own here: see `kind` and `attributes`.',
  interfaces: [NodeInterface, ResourceInterface],
})

export const ResourceConnectionObject = connectionOf('Resource', ResourceInterface, 'resources')
