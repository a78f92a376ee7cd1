// What the two transports' clients have in common: many subscribers, seen as one.

import type { Tally } from './tally.ts'

/** What one subscriber asks for. */
export type Operation = { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> }

export type Subscribers = Pick<Tally, 'count' | 'until'> & {
  /** Operations in all. */
  readonly size: number
  /** A reader stops taking bytes from its socket, or goes on. */
  pause(client: number): void
  resume(client: number): void
  close(): Promise<void>
}

export type SubscribersOptions = {
  /** The operations of each client, each on a connection of its own. */
  readonly clients: readonly (readonly Operation[])[]
  /** Hears of the bytes of each result, or of several that came together. */
  readonly heard?: (bytes: Buffer) => void
}

/** Opens subscribers at `<url>/graphql`; resolves when all are let in, which is before all have begun. */
export type OpenSubscribers = (url: string, options: SubscribersOptions) => Promise<Subscribers>

/** So many connections are made at once. */
const openedAtOnce = 100

export async function openInWaves<T, R>(items: readonly T[], open: (item: T) => Promise<R>): Promise<R[]> {
  const opened: R[] = []
  for (let i = 0; i < items.length; i += openedAtOnce) {
    opened.push(...(await Promise.all(items.slice(i, i + openedAtOnce).map(open))))
  }
  return opened
}
