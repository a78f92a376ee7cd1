// The subscriptions. They are never subscribed to here: the hub decides who is told what and executes
// them upon one notice at a time, so a field only reads the notice it is given.

import { HeliographError } from '../errors.ts'
import { formatCursor } from '../event/position.ts'
import { sees } from '../event/visibility.ts'
import { cursorOf, type Entry } from '../event-log/entry.ts'
import type { Notice } from '../hub/feed.ts'
import { builder, EventInterface, ResourceInterface } from './builder.ts'
import { ChangeTypeEnum } from './enums.ts'
import { EventFilterInputObject, ResourceFilterInputObject } from './filter.ts'

type ChangeNotice = Exclude<Notice, { kind: 'EVENT' }>

const ResourceChangeObject = builder.objectRef<ChangeNotice>('ResourceChange').implement({
  description: 'What became of a resource, or that the state has been sent.',
  fields: (t) => ({
    type: t.field({
      type: ChangeTypeEnum,
      description: 'What it means to the subscriber.',
      resolve: (notice) => (notice.kind === 'CHANGE' ? notice.type : notice.kind),
    }),
    resource: t.field({
      type: ResourceInterface,
      nullable: true,
      description: 'The resource as the event left it; its last state with DELETED; null with SYNCED.',
      resolve: (notice) => (notice.kind === 'CHANGE' ? notice.resource : null),
    }),
    event: t.field({
      type: EventInterface,
      nullable: true,
      description:
        'The event that changed it; null while the state is sent, with SYNCED, and where it is not visible.',
      resolve: (notice, _args, { visibility }) =>
        notice.kind === 'CHANGE' && notice.entry && sees(visibility, notice.entry.event)
          ? notice.entry
          : null,
    }),
    cursor: t.field({
      type: 'Cursor',
      nullable: true,
      description: 'Resumes behind this change; null while the state is sent.',
      resolve: (notice) => {
        if (notice.kind === 'SYNCED') return formatCursor(notice.cursor)
        return notice.entry && formatCursor(cursorOf(notice.entry))
      },
    }),
  }),
})

const afterDescription =
  'Resumes behind this place, missing nothing; CURSOR_EXPIRED where the log no longer holds what follows it.'
const changesAfter = `${afterDescription} Left out: the current state first, then SYNCED, then changes.`

builder.subscriptionType({
  description: 'What happens from now on, or from a cursor on. One field per operation.',
  fields: (t) => ({
    events: t.field({
      type: EventInterface,
      description: 'Every event that matches, in the order of the log.',
      args: {
        filter: t.arg({ type: EventFilterInputObject, description: 'Which are wanted; default all.' }),
        after: t.arg({ type: 'Cursor', description: `${afterDescription} Left out: from now on.` }),
      },
      subscribe: refuse,
      resolve: entryOf,
    }),
    resource: t.field({
      type: ResourceChangeObject,
      description:
        'One resource: its state, then every change. One that is missing or not visible is silent until it appears.',
      args: {
        kind: t.arg.string({ required: true, description: 'Its kind, such as VirtualMachine.' }),
        id: t.arg.id({ required: true, description: "The cloud's own id, or the global one." }),
        after: t.arg({ type: 'Cursor', description: changesAfter }),
      },
      subscribe: refuse,
      resolve: changeOf,
    }),
    resources: t.field({
      type: ResourceChangeObject,
      description:
        'All resources that match: their state, then every change. Entering the filter is ADDED, leaving it DELETED.',
      args: {
        filter: t.arg({
          type: ResourceFilterInputObject,
          description: 'Which are wanted; default all that exist.',
        }),
        after: t.arg({ type: 'Cursor', description: changesAfter }),
      },
      subscribe: refuse,
      resolve: changeOf,
    }),
  }),
})

function entryOf(notice: Notice): Entry {
  if (notice.kind !== 'EVENT') return refuse()
  return notice.entry
}

function changeOf(notice: Notice): ChangeNotice {
  if (notice.kind === 'EVENT') return refuse()
  return notice
}

function refuse(): never {
  throw new HeliographError('BAD_INPUT', 'a subscription needs a transport that streams: WebSocket or SSE')
}
