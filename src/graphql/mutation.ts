// The mutations.

import { builder } from './builder.ts'
import { StreamTicketObject } from './stream-ticket.ts'

builder.mutationType({
  description: 'What a caller may have done.',
  fields: (t) => ({
    createStreamTicket: t.field({
      type: StreamTicketObject,
      description:
        'Makes a ticket for whoever asks. TOO_MANY_TICKETS where a thousand of the same token, or of the same subject of JWTs, wait for their first use.',
      resolve: (_root, _args, { createTicket }) => createTicket(),
    }),
  }),
})
