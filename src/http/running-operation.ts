// One operation of a WebSocket, from its `subscribe` message on: what graphql-ws is given to run, and what
// is given back when it is over.

import type { DocumentNode, ExecutionArgs } from 'graphql'
import type { Release } from '../auth/allowance.ts'
import type { Prepared } from '../graphql/operation.ts'
import { schema } from '../graphql/schema.ts'
import type { ClientSocket } from './client-socket.ts'
import type { Running } from './parked-iterator.ts'

export class RunningOperation implements ExecutionArgs, Running {
  readonly schema = schema
  readonly document: DocumentNode
  readonly operationName: string | null
  // Named because graphql-ws adds what is missing, and an object that grows takes 40 bytes more.
  readonly rootValue = undefined
  readonly contextValue = undefined
  /** The client's own. */
  readonly id: string
  readonly client: ClientSocket
  #prepared: Prepared | null
  readonly #release: Release
  #subscriber: Running | null = null
  #open = true

  constructor(id: string, client: ClientSocket, prepared: Prepared, release: Release) {
    this.document = prepared.document
    this.operationName = prepared.operationName
    this.id = id
    this.client = client
    this.#prepared = prepared
    this.#release = release
  }

  /** What is to be run, once: a subscription that goes on for days keeps neither it nor its variables. */
  takePrepared(): Prepared {
    const prepared = this.#prepared
    if (prepared === null) throw new Error('the operation runs already')
    this.#prepared = null
    return prepared
  }

  /** Its subscriber at the hub, which is closed with it: at once where it is over already. */
  follow(subscriber: Running): void {
    if (this.#open) this.#subscriber = subscriber
    else subscriber.close()
  }

  /** It is over; again does nothing. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.client.endOperation(this.#release)
    this.#subscriber?.close()
  }
}
