// What the peers know of events: as much of the gateway's schema and of CloudEvents as the workloads use,
// so that one operation and one posted event mean the same to all of them.

/** The rows of Heliograph's `Event` that are compared. */
export type PeerEvent = {
  readonly eventId: string
  readonly source: string
  readonly type: string
  readonly time: string
  readonly zone: string | null
  readonly description: string | null
  /** `<kind>/<uid>`; filters read it, no selection does. */
  readonly subject: string
}

export const peerSchema = /* GraphQL */ `
  type Event {
    eventId: String!
    source: String!
    type: String!
    time: String!
    zone: String
    description: String
  }
  input ResourceRefInput {
    kind: String!
    id: ID!
  }
  input EventFilter {
    types: [String!]
    resources: [ResourceRefInput!]
  }
  type Query {
    head: String!
  }
  type Subscription {
    events(filter: EventFilter): Event!
  }
`

export type PeerFilter = {
  readonly types?: readonly string[] | null
  readonly resources?: readonly { readonly kind: string; readonly id: string }[] | null
}

/** What a subscriber of a peer asks, as its `subscribe` resolver gets it. */
export type PeerArguments = { readonly filter?: PeerFilter | null }

type CloudEvent = {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly time: string
  readonly subject: string
  readonly zone?: string
  readonly data?: { readonly description?: string }
}

/** The events of a posted body: one CloudEvent, or an array of them. */
export function eventsOf(body: unknown): PeerEvent[] {
  return [body as CloudEvent | CloudEvent[]]
    .flat()
    .map(({ id, source, type, time, subject, zone, data }) => ({
      eventId: id,
      source,
      type,
      time,
      zone: zone ?? null,
      description: data?.description ?? null,
      subject,
    }))
}

export function matches({ filter }: PeerArguments, event: PeerEvent): boolean {
  if (filter?.types && !filter.types.includes(event.type)) return false
  return filter?.resources?.some(({ kind, id }) => event.subject === `${kind}/${id}`) ?? true
}
