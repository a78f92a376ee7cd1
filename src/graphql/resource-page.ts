// Pages of resources, forwards, in the order of the state.

import { formatPageCursor } from '../resource/page-cursor.ts'
import { type Resource, resourceKey } from '../resource/resource.ts'
import type { ResourceQuery } from '../resource/resources.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { checkPageSize } from './page-size.ts'

export type PageArguments = {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
}

/**
 * One page of what the query finds and the caller may see.
 * @throws HeliographError BAD_INPUT for `first`, BAD_CURSOR for `after`
 */
export async function readResources(
  { resources, visibility }: Context,
  query: Omit<ResourceQuery, 'visibility'>,
  args: PageArguments,
): Promise<Connection<Resource>> {
  const first = checkPageSize('first', args.first)
  const after = args.after ?? null
  const page = await resources.list({ ...query, visibility }, { first, after })
  const edges = page.resources.map((node) => ({ cursor: formatPageCursor(resourceKey(node)), node }))
  return {
    edges,
    pageInfo: {
      startCursor: edges.at(0)?.cursor ?? after,
      endCursor: page.endCursor ?? after,
      hasNextPage: () => page.hasNextPage,
      hasPreviousPage: () => after !== null,
    },
  }
}
