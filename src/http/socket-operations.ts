// The operations of one WebSocket: each counts, for the socket and for its principal, until it is really
// over, whatever the client said of it meanwhile; when the socket closes they all are.

import type { Allowances, Release } from '../auth/allowance.ts'
import type { Principal } from '../auth/principal.ts'
import { HeliographError } from '../errors.ts'

export type SocketOperations = {
  count(): number
  /** Only while the socket is open. @throws HeliographError TOO_MANY_OPERATIONS */
  start(principal: Principal): Release
  endAll(): void
}

/** @param limit operations this socket may have, whatever its principal may */
export function createSocketOperations(
  limit: number,
  allowances: Pick<Allowances, 'startOperation'>,
): SocketOperations {
  const running = new Set<Release>()
  return {
    count: () => running.size,
    start(principal) {
      if (running.size >= limit) throw tooMany(limit)
      const release = allowances.startOperation(principal)
      const end = () => {
        running.delete(end)
        release()
      }
      running.add(end)
      return end
    },
    endAll() {
      for (const end of [...running]) end()
    },
  }
}

function tooMany(limit: number): HeliographError {
  return new HeliographError(
    'TOO_MANY_OPERATIONS',
    `this socket has ${limit} operations, which is the most: complete one, or open another socket`,
  )
}
