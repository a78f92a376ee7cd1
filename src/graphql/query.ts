// The queries. Every root field that reads the store does so after the head, where that is asked for.

import type { GraphQLResolveInfo } from 'graphql'
import { HeliographError } from '../errors.ts'
import { formatCursor } from '../event/position.ts'
import { eventTypes } from '../resource/event-types.ts'
import { readResource } from './batch.ts'
import { builder, NodeInterface, ResourceInterface } from './builder.ts'
import type { Context } from './context.ts'
import { EventConnectionObject } from './event.ts'
import { readEvents } from './event-page.ts'
import { EventTypeObject } from './event-type.ts'
import {
  EventFilterInputObject,
  type ResourceFilterInput,
  ResourceFilterInputObject,
  readResourceFilter,
} from './filter.ts'
import { headFirst, readHead } from './head-read.ts'
import { type KindTypes, kindTypes, pageArguments, thingsOf } from './kind.ts'
import { readNode } from './node.ts'
import { readRef } from './node-id.ts'
import { ResourceConnectionObject } from './resource.ts'
import { readResources } from './resource-page.ts'
import { ViewerObject } from './viewer.ts'

type Resolve<Args, Value> = (
  root: unknown,
  args: Args,
  context: Context,
  info: GraphQLResolveInfo,
) => Promise<Value>

/** A root field that reads the store: after the head. */
function reads<Args, Value>(read: (context: Context, args: Args) => Promise<Value>): Resolve<Args, Value> {
  return async (_root, args, context, info) => {
    await headFirst(context, info)
    return read(context, args)
  }
}

const lookupId = "The cloud's own id, or the global one."

builder.queryType({
  description: 'What is, and what was.',
  fields: (t) => ({
    node: t.field({
      type: NodeInterface,
      nullable: true,
      description: 'The event or resource with a global id; null where there is none, or it is not visible.',
      args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
      resolve: reads((context, { id }) => readNode(context, id)),
    }),
    head: t.field({
      type: 'Cursor',
      description:
        'Where the log stands. Read before anything else in the request: subscribing after it misses nothing that the rest of the answer does not show.',
      resolve: async (_root, _args, context, info) => formatCursor(await readHead(context, info)),
    }),
    resource: t.field({
      type: ResourceInterface,
      nullable: true,
      description:
        'One resource of any kind, also after its deletion; null where it is not known, or not visible.',
      args: {
        kind: t.arg.string({ required: true, description: 'Its kind, such as VirtualMachine.' }),
        id: t.arg.id({ required: true, description: lookupId }),
      },
      resolve: reads((context, { kind, id }) => readResource(context, readRef(kind, id))),
    }),
    resources: t.field({
      type: ResourceConnectionObject,
      description: 'Resources of all kinds.',
      args: {
        filter: t.arg({
          type: ResourceFilterInputObject,
          description: 'Which are wanted; default all that exist.',
        }),
        ...pageArguments(t),
      },
      resolve: reads((context, { filter, ...page }) =>
        readResources(context, { filter: readResourceFilter(filter) }, page),
      ),
    }),
  }),
})

for (const types of kindTypes.values()) addPair(types)

builder.queryFields((t) => ({
  events: t.field({
    type: EventConnectionObject,
    description:
      'The events that are held, oldest first. A page looks at 50,000 events at most, then returns what it has with `hasNextPage` and an `endCursor` where it stopped.',
    args: {
      filter: t.arg({ type: EventFilterInputObject, description: 'Which are wanted; default all.' }),
      first: t.arg.int({
        description: 'How many at most from the start, or from `after` on: 1…500; default 50.',
      }),
      after: t.arg({ type: 'Cursor', description: 'Goes on behind this place.' }),
      last: t.arg.int({ description: 'How many at most from the end, or back from `before`: 1…500.' }),
      before: t.arg({ type: 'Cursor', description: 'Goes back from this place.' }),
    },
    resolve: reads(readEvents),
  }),
  eventTypes: t.field({
    type: [EventTypeObject],
    description: 'The types of events that are known to come, in alphabetical order.',
    extensions: { holdsMany: true },
    resolve: () => eventTypes,
  }),
  viewer: t.field({
    type: ViewerObject,
    description: 'The caller.',
    resolve: (_root, _args, { principal }) => principal,
  }),
}))

/** The two fields of a kind: `virtualMachine` and `virtualMachines`. */
function addPair({ kind, object, connection }: KindTypes): void {
  const things = thingsOf(kind)
  builder.queryFields((t) => ({
    [kind.kind.charAt(0).toLowerCase() + kind.kind.slice(1)]: t.field({
      type: object,
      nullable: true,
      description: `One of the ${things}, also after its deletion; null where it is not known, or not visible.`,
      args: { id: t.arg.id({ required: true, description: lookupId }) },
      resolve: reads(async (context, { id }) => {
        const resource = await readResource(context, readRef(kind.kind, id))
        return resource?.kind === kind.kind ? resource : null
      }),
    }),
    [kind.plural]: t.field({
      type: connection,
      description: `The ${things}.`,
      args: {
        filter: t.arg({
          type: ResourceFilterInputObject,
          description: 'Which are wanted; default all that exist.',
        }),
        ...pageArguments(t),
      },
      resolve: reads((context, { filter, ...page }) =>
        readResources(context, { filter: ofKind(kind.kind, filter) }, page),
      ),
    }),
  }))
}

function ofKind(kind: string, input: ResourceFilterInput | null | undefined) {
  const filter = readResourceFilter(input)
  if (filter.kinds && !filter.kinds.includes(kind)) {
    const message = `filter.kinds leaves out ${kind}, so nothing can match here: leave it out, or use resources`
    throw new HeliographError('BAD_INPUT', message, { field: 'filter.kinds' })
  }
  return { ...filter, kinds: [kind] }
}
