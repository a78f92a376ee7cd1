// The whole schema, in the order of the files that add to it.

import { builder } from './builder.ts'
import './scalars.ts'
import './query.ts'
import './webhook-query.ts'
import './mutation.ts'
import './webhook-mutation.ts'
import './subscription.ts'

/** Executable; `schema/schema.graphql` is printed from it. */
export const schema = builder.toSchema({ sortSchema: false })
