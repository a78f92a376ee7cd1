// An endpoint of a webhook: what its owner set, and how it fares. Never its secrets, nor the values of its
// headers.

import { type Cursor, formatCursor } from '../event/position.ts'
import type { Attempt, Endpoint, EndpointId, Gap, Progress } from '../webhook/webhook.ts'
import { keptAttempts } from '../webhook/webhooks.ts'
import { batched } from './batch.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import {
  AttemptOutcomeEnum,
  DeliveryEnum,
  EndpointReasonEnum,
  EndpointStateEnum,
  GapReasonEnum,
} from './enums.ts'
import { readHead } from './head-read.ts'
import { checkPageSize } from './page-size.ts'

const readers = new WeakMap<Context['webhooks'], (id: EndpointId) => Promise<Progress | null>>()

/** What is kept of how an endpoint fares; null where it was taken away meanwhile. */
function readProgress({ webhooks }: Context, { id }: Endpoint): Promise<Progress | null> {
  const known = readers.get(webhooks)
  if (known) return known(id)
  const reader = batched<EndpointId, Progress>((ids) => webhooks.progress(ids))
  readers.set(webhooks, reader)
  return reader(id)
}

const GapObject = builder.objectRef<Gap>('Gap').implement({
  description: 'Events that were not attempted, and why.',
  fields: (t) => ({
    reason: t.expose('reason', { type: GapReasonEnum, description: 'Why.' }),
    from: t.field({
      type: 'Cursor',
      description: 'The place before the first of them.',
      resolve: ({ from }) => formatCursor(from),
    }),
    to: t.field({
      type: 'Cursor',
      description: 'The place of the last of them.',
      resolve: ({ to }) => formatCursor(to),
    }),
    entries: t.expose('entries', {
      type: 'Long',
      description:
        'How many events of the log that is; not all of them would have matched. 0 where that is not known, as the log began anew.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was noticed.' }),
  }),
})

export const AttemptObject = builder.objectRef<Attempt>('Attempt').implement({
  description: 'One try to notify an endpoint.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it began.' }),
    webhookId: t.exposeString('webhookId', {
      description: 'The webhook-id it was sent with: the same for every try to tell of the same event.',
    }),
    events: t.field({
      type: ['Cursor'],
      description: 'The cursors of the events it was about: one, or those of a digest.',
      extensions: { holdsMany: true },
      resolve: ({ events }) => events,
    }),
    outcome: t.expose('outcome', { type: AttemptOutcomeEnum, description: 'What came of it.' }),
    status: t.exposeInt('status', {
      nullable: true,
      description:
        "The status in the channel's own terms, such as HTTP 503 or SMTP 451; null where none came.",
    }),
    detail: t.exposeString('detail', {
      nullable: true,
      description: 'Why it failed, or how the answer begins: at most 500 characters, secrets masked.',
    }),
    latencyMs: t.exposeInt('latencyMs', { description: 'How long it took, in milliseconds.' }),
  }),
})

export const EndpointObject = builder.objectRef<Endpoint>('Endpoint').implement({
  description: 'One URI that a webhook notifies, and how it fares.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Its id. What happens to it is told by events of the resource Endpoint with this id.',
    }),
    uri: t.exposeString('uri', { description: 'Where it is notified, in its one spelling.' }),
    channel: t.string({
      nullable: true,
      description:
        'What carries notifications there: http, email, sms or amqp; null where the gateway has no such channel any more.',
      resolve: (endpoint, _args, { webhooks }) => webhooks.channelName(endpoint),
    }),
    delivery: t.expose('delivery', {
      type: DeliveryEnum,
      description: 'What follows from a notification that was not taken.',
    }),
    concurrency: t.exposeInt('concurrency', {
      description: 'Attempts under way at once; above 1 the order holds for each resource only.',
    }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', {
      description: 'How long an attempt may take, in seconds.',
    }),
    digestSeconds: t.exposeInt('digestSeconds', {
      description: 'How long a mail gathers events, in seconds; other channels take no notice.',
    }),
    handshake: t.exposeBoolean('handshake', {
      description: 'Whether it was asked for permission by the handshake of CloudEvents.',
    }),
    headerNames: t.stringList({
      nullable: true,
      description:
        'The names of its custom headers; their values are not shown. Null where no key opens them.',
      resolve: (endpoint, _args, { webhooks }) => webhooks.headerNames(endpoint),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
  }),
})

builder.objectFields(EndpointObject, (t) => ({
  state: t.field({
    type: EndpointStateEnum,
    nullable: true,
    description: 'Whether it is notified; null where it was taken away meanwhile.',
    resolve: async (endpoint, _args, context) => (await readProgress(context, endpoint))?.state.kind ?? null,
  }),
  reason: t.field({
    type: EndpointReasonEnum,
    nullable: true,
    description: 'Why it is DISABLED or PAUSED; null otherwise.',
    resolve: async (endpoint, _args, context) => {
      const state = (await readProgress(context, endpoint))?.state
      return state?.kind === 'DISABLED' || state?.kind === 'PAUSED' ? state.reason : null
    },
  }),
  stateSince: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Since when it is DISABLED or PAUSED; null otherwise.',
    resolve: async (endpoint, _args, context) => {
      const state = (await readProgress(context, endpoint))?.state
      return state?.kind === 'DISABLED' || state?.kind === 'PAUSED' ? state.at : null
    },
  }),
  cursor: t.field({
    type: 'Cursor',
    nullable: true,
    description: 'Everything in the log up to here is done with.',
    resolve: async (endpoint, _args, context) => {
      const progress = await readProgress(context, endpoint)
      return progress && formatCursor(progress.cursor)
    },
  }),
  lag: t.field({
    type: 'Long',
    nullable: true,
    description:
      'How many events of the log come after its cursor, most of which need not concern it; 0 where it keeps up.',
    resolve: async (endpoint, _args, context, info) => {
      const [progress, head] = await Promise.all([readProgress(context, endpoint), readHead(context, info)])
      return progress && lagOf(progress.cursor, head)
    },
  }),
  failures: t.int({
    nullable: true,
    description: 'Attempts that failed in a row; any success clears it.',
    resolve: async (endpoint, _args, context) =>
      (await readProgress(context, endpoint))?.failures.count ?? null,
  }),
  failingSince: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When the first of the failures in a row was; null where there are none.',
    resolve: async (endpoint, _args, context) =>
      (await readProgress(context, endpoint))?.failures.since ?? null,
  }),
  retryAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When it may be tried next after a failure; null: at once.',
    resolve: async (endpoint, _args, context) => (await readProgress(context, endpoint))?.retryAt ?? null,
  }),
  delivered: t.field({
    type: 'Long',
    nullable: true,
    description: 'Events it has taken.',
    resolve: async (endpoint, _args, context) => (await readProgress(context, endpoint))?.delivered ?? null,
  }),
  givenUp: t.field({
    type: 'Long',
    nullable: true,
    description: 'Events it was told of and did not take.',
    resolve: async (endpoint, _args, context) => (await readProgress(context, endpoint))?.givenUp ?? null,
  }),
  gaps: t.field({
    type: [GapObject],
    description: 'What was not attempted, oldest first: the last 20.',
    extensions: { holdsMany: true },
    resolve: async (endpoint, _args, context) => (await readProgress(context, endpoint))?.gaps ?? [],
  }),
  attempts: t.field({
    type: [AttemptObject],
    description: `The newest attempts, newest first: the last ${keptAttempts} are kept.`,
    args: { first: t.arg.int({ description: 'How many at most: 1…500; default 50.' }) },
    resolve: ({ id }, { first }, { webhooks }) =>
      webhooks.attempts(id, Math.min(keptAttempts, checkPageSize('first', first))),
  }),
}))

function lagOf(cursor: Cursor, head: Cursor): number {
  return cursor.epoch === head.epoch ? Math.max(0, head.offset - cursor.offset) : head.offset
}
