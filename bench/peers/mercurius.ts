// mercurius on fastify as its documentation shows it: its own pub/sub in memory and its `withFilter`.

import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import mercurius, { type MercuriusContext } from 'mercurius'
import { eventsOf, matches, type PeerArguments, type PeerEvent, peerSchema } from './peer-event.ts'
import { announce } from './peer-server.ts'

type Published = { readonly events: PeerEvent }

const app = fastify()
await app.register(mercurius, {
  schema: peerSchema,
  subscription: true,
  resolvers: {
    Query: { head: () => '' },
    Subscription: {
      events: {
        subscribe: mercurius.withFilter<Published, unknown, MercuriusContext, PeerArguments>(
          (_root, _args, { pubsub }) => pubsub.subscribe('events'),
          ({ events }, args) => matches(args, events),
        ),
      },
    },
  },
})
app.addContentTypeParser(
  /^application\/cloudevents/,
  { parseAs: 'string' },
  app.getDefaultJsonParser('ignore', 'ignore'),
)
app.post('/events', async (request, reply) => {
  for (const events of eventsOf(request.body))
    app.graphql.pubsub.publish({ topic: 'events', payload: { events } })
  return reply.code(202).send()
})
await app.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
announce((app.server.address() as AddressInfo).port)
