// Who asks, and what they may see.

import type { Principal } from '../auth/principal.ts'
import { builder } from './builder.ts'
import { RoleEnum } from './enums.ts'

export const ViewerObject = builder.objectRef<Principal>('Viewer').implement({
  description: 'The caller.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'A lasting name for the caller, such as that of its token.',
    }),
    role: t.expose('role', { type: RoleEnum, description: 'What the caller may do.' }),
    accounts: t.stringList({
      description: 'Ids of the accounts a TENANT sees; empty for the other roles.',
      resolve: ({ accounts }) => accounts,
    }),
  }),
})
