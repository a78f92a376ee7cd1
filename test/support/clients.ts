// Clients as strangers would write them: queries by fetch, subscriptions by graphql-ws, each recording
// what arrived so that a test can wait for it.

import { once } from 'node:events'
import { createClient as createSseClient } from 'graphql-sse'
import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'

export type Row = Record<string, unknown>
type Variables = Record<string, unknown>

/** The data of a query or mutation; throws the first error with its code in front. */
export async function query<T = Row>(
  endpoint: string,
  text: string,
  variables: Variables = {},
  token?: string,
): Promise<T> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: text, variables }),
  })
  const { data, errors } = (await response.json()) as { data: T; errors?: GraphQLErrorLike[] }
  const [first] = errors ?? []
  if (first) throw new Error(`${first.extensions?.code}: ${first.message}`)
  return data
}

type GraphQLErrorLike = { message: string; extensions?: { code?: string } }

/** What one subscription received, in order, and a way to wait for more. */
export type Recording<T> = {
  readonly received: readonly T[]
  /** The errors that ended it; null while it runs. */
  readonly errors: () => readonly GraphQLErrorLike[] | null
  /** Resolves once `enough` holds for what was received; rejects if the subscription ends before. */
  until(enough: (received: readonly T[]) => boolean): Promise<readonly T[]>
  /** Resolves to the errors (or nothing) that ended it. */
  ended(): Promise<readonly GraphQLErrorLike[]>
  close(): void
}

export type LiveClient = {
  /** Starts a subscription and records the values of its root field. */
  subscribe<T = Row>(text: string, variables?: Variables): Recording<T>
  /** The client's own socket, for tests that stop reading or cut it. */
  readonly socket: () => WebSocket | null
  close(): Promise<void>
}

/** A graphql-ws client that does not retry: what ends a subscription is shown, not hidden. */
export function connect(socketEndpoint: string, token?: string): LiveClient {
  let socket: WebSocket | null = null
  const client = createClient({
    url: socketEndpoint,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token !== undefined && { connectionParams: { Authorization: `Bearer ${token}` } }),
    on: {
      opened(opened) {
        socket = opened as WebSocket
      },
    },
  })
  return {
    socket: () => socket,
    subscribe: (text, variables = {}) => record(client, text, variables),
    async close() {
      // What a paused socket has not read may be the greeting that the client's goodbye waits for.
      socket?.resume()
      const closing = socket && socket.readyState !== WebSocket.CLOSED ? once(socket, 'close') : null
      await client.dispose()
      socket?.terminate()
      await closing
    },
  }
}

export type StreamClient = Pick<LiveClient, 'subscribe'> & { close(): void }

/** The same by the graphql-sse client: a stream for each subscription. */
export function connectStreams(endpoint: string): StreamClient {
  const client = createSseClient({ url: endpoint, retryAttempts: 0 })
  return {
    subscribe: (text, variables = {}) => record(client as Pick<Client, 'subscribe'>, text, variables),
    close: client.dispose,
  }
}

function record<T>(client: Pick<Client, 'subscribe'>, text: string, variables: Variables): Recording<T> {
  const received: T[] = []
  const waiting = new Set<() => void>()
  let end: readonly GraphQLErrorLike[] | null = null
  const wake = () => {
    for (const check of waiting) check()
  }
  const finish = (errors: readonly GraphQLErrorLike[]) => {
    end ??= errors
    wake()
  }
  const close = client.subscribe<Row>(
    { query: text, variables },
    {
      next({ data, errors }) {
        if (errors) return finish(errors)
        for (const value of Object.values(data ?? {})) received.push(value as T)
        wake()
      },
      error: (error) => finish(Array.isArray(error) ? error : [{ message: describe(error) }]),
      complete: () => finish([]),
    },
  )
  const wait = <R>(settle: () => { value: R } | { error: Error } | null) =>
    new Promise<R>((resolve, reject) => {
      const check = () => {
        const settled = settle()
        if (!settled) return
        waiting.delete(check)
        if ('error' in settled) reject(settled.error)
        else resolve(settled.value)
      }
      waiting.add(check)
      check()
    })
  return {
    received,
    errors: () => end,
    close,
    ended: () => wait(() => end && { value: end }),
    until: (enough) =>
      wait(() => {
        if (enough(received)) return { value: received }
        return end && { error: new Error(`ended after ${received.length}: ${JSON.stringify(end)}`) }
      }),
  }
}

function describe(error: unknown): string {
  if (error instanceof Error) return error.message
  if (typeof error === 'object' && error !== null && 'code' in error)
    return `closed with ${String(error.code)}`
  return String(error)
}
