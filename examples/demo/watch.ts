// A subscriber as anybody would write one, with a typed document: it shows how VMs change, and goes on
// after its last event when the connection was lost.

import { createClient } from 'graphql-ws'
import {
  ResourceChangesDocument,
  type ResourceChangesSubscription,
  type ResourceChangesSubscriptionVariables,
} from '../../src/client/generated/graphql.ts'

export type Watching = {
  /** How many results arrived. */
  seen(): number
  close(): Promise<void>
}

/** One line in this time: the terminal is for people. */
const showEveryMs = 700

/** @param show takes a line for the terminal */
export function watch(endpoint: string, show: (line: string) => void): Watching {
  const client = createClient({
    url: endpoint.replace(/^http/, 'ws'),
    retryAttempts: Number.POSITIVE_INFINITY,
  })
  // One object: the client sends it again when it reconnects.
  const variables: ResourceChangesSubscriptionVariables = { filter: { kinds: ['VirtualMachine'] } }
  let seen = 0
  let shownAt = 0
  const take = (change: ResourceChangesSubscription['resources']) => {
    seen += 1
    if (change.cursor !== null) variables.after = change.cursor
    const line = describe(change)
    if (line === null || performance.now() - shownAt < showEveryMs) return
    shownAt = performance.now()
    show(line)
  }
  client.subscribe<ResourceChangesSubscription>(
    { query: ResourceChangesDocument.toString(), variables },
    {
      next: ({ data, errors }) => (data ? take(data.resources) : show(`refused: ${errors?.[0]?.message}`)),
      error: (error) => show(`the subscription ended: ${JSON.stringify(error)}`),
      complete: () => {},
    },
  )
  return { seen: () => seen, close: async () => client.dispose() }
}

/** Null for what was there before: the state that is sent first. */
function describe({ type, resource, event }: ResourceChangesSubscription['resources']): string | null {
  const time = new Date().toISOString().slice(11, 19)
  if (type === 'SYNCED') return `${time}  all there is has been sent; from here on, what changes:`
  if (resource === null || event === null) return null
  const { name, state, lastTransition: move } = resource
  const moved =
    event.type === 'STATE.CHANGED' && move ? `${move.from} → ${move.to}  (${move.trigger})` : state
  return `${time}  ${(name ?? '').padEnd(10)} ${event.type.padEnd(14)} ${type === 'DELETED' ? 'gone' : moved}`
}
