// The queries of webhooks.

import { compileFilter } from '../event/filter.ts'
import { sees } from '../event/visibility.ts'
import { readMatching } from '../event-log/matching.ts'
import { formatPageCursor, parsePageCursor } from '../resource/page-cursor.ts'
import type { Caller } from '../webhook/registry.ts'
import type { Webhook, WebhookId } from '../webhook/webhook.ts'
import { builder } from './builder.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { type EventFilterInput, EventFilterInputObject, readEventFilter } from './filter.ts'
import { headFirst } from './head-read.ts'
import { checkPageSize } from './page-size.ts'
import type { PageArguments } from './resource-page.ts'
import { type Preview, WebhookConnectionObject, WebhookObject, WebhookPreviewObject } from './webhook.ts'

/** Who asks, as webhooks know callers. */
export function callerOf({ principal, visibility }: Context): Caller {
  const accounts = visibility.kind === 'ALL' ? null : [...visibility.accounts].sort()
  return { name: principal.name, accounts }
}

builder.queryFields((t) => ({
  webhook: t.field({
    type: WebhookObject,
    nullable: true,
    description: 'A webhook; null where there is none, or the caller may not see all its accounts.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_root, { id }, context, info) => {
      await headFirst(context, info)
      return context.webhooks.get(callerOf(context), id)
    },
  }),
  webhooks: t.field({
    type: WebhookConnectionObject,
    description:
      'The webhooks that the caller may manage, in the order of their ids. A page looks at 5,000 webhooks at most, then returns what it has with `hasNextPage`.',
    args: {
      first: t.arg.int({ description: 'How many at most: 1…500; default 50.' }),
      after: t.arg.string({ description: 'Goes on behind this place: the `endCursor` of the page before.' }),
    },
    resolve: async (_root, args, context, info) => {
      await headFirst(context, info)
      return readWebhooks(context, args)
    },
  }),
  previewWebhook: t.field({
    type: WebhookPreviewObject,
    description:
      'Which of the latest events a webhook with this filter would have told, had it been there: those that match, and that the caller may see. It looks at the newest 50,000 events at most.',
    args: {
      filter: t.arg({ type: EventFilterInputObject, description: 'Which are wanted; default all.' }),
      last: t.arg.int({ description: 'How many at most: 1…500; default 50.' }),
    },
    resolve: async (_root, args, context, info) => {
      await headFirst(context, info)
      return preview(context, args)
    },
  }),
}))

async function readWebhooks(context: Context, args: PageArguments): Promise<Connection<Webhook>> {
  const first = checkPageSize('first', args.first)
  const after = args.after ?? null
  const place = after === null ? null : (parsePageCursor(after) as WebhookId)
  const page = await context.webhooks.page(callerOf(context), first, place)
  const edges = page.webhooks.map((node) => ({ cursor: formatPageCursor(node.id), node }))
  return {
    edges,
    pageInfo: {
      startCursor: edges.at(0)?.cursor ?? after,
      endCursor: page.end === null ? after : formatPageCursor(page.end),
      hasNextPage: () => page.hasNext,
      hasPreviousPage: () => after !== null,
    },
  }
}

type PreviewArguments = {
  readonly filter?: EventFilterInput | null | undefined
  readonly last?: number | null | undefined
}

async function preview(context: Context, args: PreviewArguments): Promise<Preview> {
  const filter = readEventFilter(args.filter)
  const matches = compileFilter(filter)
  const page = { kind: 'BACKWARD', last: checkPageSize('last', args.last), before: null } as const
  const found = await readMatching(
    context.log,
    ({ event }) => sees(context.visibility, event) && matches(event),
    page,
  )
  return {
    events: found.entries,
    warnings: await context.webhooks.advise(callerOf(context), filter, 'filter'),
  }
}
