// graphql-yoga as its documentation shows it: its own pub/sub and `filter`, over graphql-ws for WebSockets
// and by itself for SSE.

import type { ExecutionArgs } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { createPubSub, createSchema, createYoga, filter, pipe } from 'graphql-yoga'
import { WebSocketServer } from 'ws'
import { matches, type PeerArguments, type PeerEvent, peerSchema } from './peer-event.ts'
import { createPeerServer, listen } from './peer-server.ts'

const pubSub = createPubSub<{ events: [event: PeerEvent] }>()
const schema = createSchema({
  typeDefs: peerSchema,
  resolvers: {
    Query: { head: () => '' },
    Subscription: {
      events: {
        subscribe: (_root: unknown, args: PeerArguments) =>
          pipe(
            pubSub.subscribe('events'),
            filter((event) => matches(args, event)),
          ),
        resolve: (event: PeerEvent) => event,
      },
    },
  },
})
const yoga = createYoga({ schema, graphiql: false, logging: false })
const server = createPeerServer((event) => pubSub.publish('events', event), yoga)
const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false })

/** What yoga and its plugins make of an operation. */
type Enveloped = ReturnType<typeof yoga.getEnveloped>
type Operation = ExecutionArgs & { readonly rootValue: Pick<Enveloped, 'execute' | 'subscribe'> }

useServer(
  {
    execute: (args) => (args as Operation).rootValue.execute(args),
    subscribe: (args) => (args as Operation).rootValue.subscribe(args),
    async onSubscribe(_context, _id, { operationName, query, variables }) {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({})
      const args = {
        schema,
        operationName,
        document: parse(query),
        variableValues: variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      }
      const errors = validate(args.schema, args.document)
      return errors.length > 0 ? errors : args
    },
  },
  sockets,
)
await listen(server)
