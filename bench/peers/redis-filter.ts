// graphql-ws with graphql-redis-subscriptions, events chosen by `withFilter`, over a real Redis at REDIS_URL.

import { RedisPubSub } from 'graphql-redis-subscriptions'
import { withFilter } from 'graphql-subscriptions'
import { useServer } from 'graphql-ws/use/ws'
import { createSchema } from 'graphql-yoga'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'
import { matches, type PeerArguments, type PeerEvent, peerSchema } from './peer-event.ts'
import { createPeerServer, listen } from './peer-server.ts'

const url = process.env.REDIS_URL ?? ''
// Clients of its own would be an older ioredis, whose first subscription may be lost; to the newer one's
// types it is blind.
const clients = { publisher: new Redis(url), subscriber: new Redis(url) }
const pubSub = new RedisPubSub(clients as unknown as ConstructorParameters<typeof RedisPubSub>[0])
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
