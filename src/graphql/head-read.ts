// Query.head is read before anything else in its request: whoever subscribes after it misses nothing
// that the rest of the answer does not show. The first root field to be resolved starts the read, and
// every other root field that reads the store waits for it.

import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import type { Cursor } from '../event/position.ts'
import type { Context } from './context.ts'

// By the coerced variables: GraphQL makes one such object per execution, used variables or none.
const heads = new WeakMap<object, Promise<Cursor>>()

/** The head of this execution: read once, whoever asks first. */
export function readHead({ log }: Context, info: GraphQLResolveInfo): Promise<Cursor> {
  const known = heads.get(info.variableValues)
  if (known) return known
  const head = log.head()
  heads.set(info.variableValues, head)
  return head
}

/** Resolves once the head has been read, where the operation selects it at all. */
export async function headFirst(context: Context, info: GraphQLResolveInfo): Promise<void> {
  if (selectsHead(info, info.operation.selectionSet)) await readHead(context, info)
}

/** Ignores @skip and @include: a head that is read for nothing does no harm. */
function selectsHead(info: GraphQLResolveInfo, set: SelectionSetNode): boolean {
  return set.selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === 'head'
    if (selection.kind === Kind.INLINE_FRAGMENT) return selectsHead(info, selection.selectionSet)
    const fragment = info.fragments[selection.name.value]
    return fragment !== undefined && selectsHead(info, fragment.selectionSet)
  })
}
