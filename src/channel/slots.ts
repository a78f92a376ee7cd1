// The room of one origin: so many attempts at once, of which suspects take at most half. Who finds no
// room waits; the longest first among those who may go.

import type { Deadline } from './deadline.ts'

export type Slots = {
  /** Resolves to what gives the slot back; null where `deadline` was over first. */
  take(isSuspect: boolean, deadline: Deadline): Promise<Release | null>
  /** Whether nobody has or awaits one. */
  isIdle(): boolean
}

type Release = () => void
type Waiting = { readonly order: number; readonly go: () => void }

/** @param most of at least 1; suspects get half of it, at least one */
export function createSlots(most: number): Slots {
  const mostSuspects = Math.max(1, Math.floor(most / 2))
  const waiting = { healthy: new Set<Waiting>(), suspects: new Set<Waiting>() }
  let taken = 0
  let takenBySuspects = 0
  let orders = 0

  const isFree = (isSuspect: boolean) => taken < most && (!isSuspect || takenBySuspects < mostSuspects)

  function occupy(isSuspect: boolean): Release {
    taken++
    if (isSuspect) takenBySuspects++
    return () => {
      taken--
      if (isSuspect) takenBySuspects--
      next()?.go()
    }
  }

  /** A slot given back makes room for one: of both queues the head that came first and may go. */
  function next(): Waiting | undefined {
    const [healthy] = isFree(false) ? waiting.healthy : []
    const [suspect] = isFree(true) ? waiting.suspects : []
    if (healthy === undefined || suspect === undefined) return healthy ?? suspect
    return healthy.order < suspect.order ? healthy : suspect
  }

  return {
    isIdle: () => taken + waiting.healthy.size + waiting.suspects.size === 0,
    async take(isSuspect, deadline) {
      const queue = isSuspect ? waiting.suspects : waiting.healthy
      if (queue.size === 0 && isFree(isSuspect)) return occupy(isSuspect)
      return new Promise((resolve) => {
        const one = { order: orders++, go: () => settle(occupy(isSuspect)) }
        const settle = (release: Release | null) => {
          queue.delete(one)
          resolve(release)
        }
        queue.add(one)
        deadline.onOver(() => settle(null))
      })
    },
  }
}
