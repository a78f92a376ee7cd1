// What a browser's EventSource shows instead of a token.

import type { StreamTicket } from '../auth/tickets.ts'
import { builder } from './builder.ts'

export const StreamTicketObject = builder.objectRef<StreamTicket>('StreamTicket').implement({
  description:
    "Lets a browser's EventSource in, which can send no header: add it to the address as `ticket`. It is good for one operation over server-sent events, by GET, and nothing else.",
  fields: (t) => ({
    ticket: t.exposeString('ticket', {
      description: 'The ticket, shown this once. Keep it like a token: out of logs and links.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        'When it must have been used for the first time, a minute from now. From then on it is bound to that query, operationName and variables, and good for their reconnects on any gateway until the token ends with which it was made.',
      resolve: ({ expiresAtMs }) => new Date(expiresAtMs).toISOString(),
    }),
  }),
})
