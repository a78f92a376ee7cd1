// The operations of one WebSocket: each counts, for the socket and for its principal, until it is really
// over, whatever the client said of it meanwhile; when the socket closes they all are.

import type { Allowances, Release } from '../auth/allowance.ts'
import type { Principal } from '../auth/principal.ts'
import { HeliographError } from '../errors.ts'

export class SocketOperations {
  readonly #limit: number
  readonly #allowances: Pick<Allowances, 'startOperation'>
  readonly #running = new Set<Release>()

  /** @param limit operations this socket may have, whatever its principal may */
  constructor(limit: number, allowances: Pick<Allowances, 'startOperation'>) {
    this.#limit = limit
    this.#allowances = allowances
  }

  get count(): number {
    return this.#running.size
  }

  /** Only while the socket is open. @returns what `end` takes @throws HeliographError TOO_MANY_OPERATIONS */
  start(principal: Principal): Release {
    if (this.#running.size >= this.#limit) throw tooMany(this.#limit)
    const release = this.#allowances.startOperation(principal)
    this.#running.add(release)
    return release
  }

  end(release: Release): void {
    this.#running.delete(release)
    release()
  }

  endAll(): void {
    for (const release of this.#running) this.end(release)
  }
}

function tooMany(limit: number): HeliographError {
  return new HeliographError(
    'TOO_MANY_OPERATIONS',
    `this socket has ${limit} operations, which is the most: complete one, or open another socket`,
  )
}
