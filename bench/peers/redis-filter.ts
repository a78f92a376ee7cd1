// graphql-ws with graphql-redis-subscriptions, events chosen by `withFilter`, over a real Redis at REDIS_URL.

import { RedisPubSub } from 'graphql-redis-subscriptions'
import { withFilter } from 'graphql-subscriptions'
import { useServer } from 'graphql-ws/use/ws'
import { createSchema } from 'graphql-yoga'
import { WebSocketServer } from 'ws'
import { matches, type PeerArguments, type PeerEvent, peerSchema } from './peer-event.ts'
import { createPeerServer, listen } from './peer-server.ts'

const pubSub = new RedisPubSub({ connection: process.env.REDIS_URL ?? '' })
const schema = createSchema({
  typeDefs: peerSchema,
  resolvers: {
    Query: { head: () => '' },
    Subscription: {
      events: {
        subscribe: withFilter(
          () => pubSub.asyncIterator('events'),
          (event?: PeerEvent, args?: PeerArguments) => event !== undefined && matches(args ?? {}, event),
        ),
        resolve: (event: PeerEvent) => event,
      },
    },
  },
})
const server = createPeerServer((event) => pubSub.publish('events', event))
useServer({ schema }, new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false }))
await listen(server)
