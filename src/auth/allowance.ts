// What each principal may have of this gateway at once, and how fast it may post, so that nobody takes it
// from the others. Principals are told apart by name. What is held counts until it is released, once; of
// who holds nothing and owes nothing nothing is remembered.

import { setTimeout as delay } from 'node:timers/promises'
import { HeliographError } from '../errors.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Settings } from '../settings.ts'
import type { Principal } from './principal.ts'
import { createRate, type Rate } from './rate.ts'

/** Gives back what was held; called again does nothing. */
export type Release = () => void

/** A connection, counted for whoever is behind it. */
export type CountedConnection = {
  /**
   * Counts it for a principal from now on, and no longer for who was behind it before.
   * @throws HeliographError TOO_MANY_CONNECTIONS; it then counts as before
   */
  enter(principal: Principal): void
  /** Counts it no longer; called again does nothing. */
  close(): void
}

export type Allowances = {
  /**
   * @param principal null for a caller whose token is still to come
   * @throws HeliographError TOO_MANY_CONNECTIONS, or OVERLOADED where too many are still to show a token
   */
  openConnection(principal: Principal | null): CountedConnection
  /** @throws HeliographError TOO_MANY_OPERATIONS */
  startOperation(principal: Principal): Release
  /** Counts an operation while it runs. @throws HeliographError TOO_MANY_OPERATIONS before it has begun */
  whileOperating<Result>(principal: Principal, run: () => Promise<Result>): Promise<Result>
  /**
   * Charges events that were posted, 0 to ask only. One batch may be more than is left: the next then waits.
   * @throws HeliographError RATE_LIMITED where the principal still owes for earlier ones
   */
  chargeEvents(principal: Principal, count: number): void
  /** Charges events as soon as nothing is owed. @throws the reason of `giveUp` */
  chargeEventsInTime(principal: Principal, count: number, giveUp: AbortSignal): Promise<void>
  /** How many principals hold or owe something. */
  size(): number
}

export type AllowanceLimits = Pick<
  Settings,
  | 'principalConnections'
  | 'principalOperations'
  | 'principalEventsPerSecond'
  | 'batchEvents'
  | 'waitingSockets'
>

type Account = { connections: number; operations: number; readonly rate: Rate }
type Counted = 'connections' | 'operations'

/** Seconds after which a place may be free again. */
const retryAfterSeconds = 5
/** A timer takes no longer time; who owes for longer looks again. */
const longestWaitMs = 60_000
const fewestToSweep = 64

/** @param now a clock in milliseconds that never runs backwards */
export function createAllowances(
  limits: AllowanceLimits,
  metrics: Pick<Metrics, 'refused'>,
  now: () => number = () => performance.now(),
): Allowances {
  const most = { connections: limits.principalConnections, operations: limits.principalOperations }
  const perSecond = limits.principalEventsPerSecond
  const accounts = createAccounts(() =>
    // A batch as large as any may be leaves nobody in debt for longer than it takes at the rate.
    createRate(perSecond, Math.max(perSecond, limits.batchEvents), now),
  )
  let waiting = 0

  /** One function and one scope for each: what is held is held ten thousand times. */
  const hold = (name: string, counted: Counted): Release => {
    const account = accounts.of(name)
    let held = true
    if (account[counted] >= most[counted]) {
      metrics.refused(counted)
      throw tooMany(counted, most[counted])
    }
    account[counted] += 1
    return () => {
      if (!held) return
      held = false
      account[counted] -= 1
      accounts.forget(name)
    }
  }

  const wait = (): Release => {
    if (waiting >= limits.waitingSockets) {
      metrics.refused('waiting_sockets')
      throw tooManyWaiting(waiting)
    }
    waiting += 1
    return once(() => {
      waiting -= 1
    })
  }

  const place = (principal: Principal | null) => (principal ? hold(principal.name, 'connections') : wait())

  const startOperation = (principal: Principal) => hold(principal.name, 'operations')

  return {
    openConnection: (principal) => new HeldConnection(principal, place),
    startOperation,
    async whileOperating(principal, run) {
      const release = startOperation(principal)
      try {
        return await run()
      } finally {
        release()
      }
    },
    chargeEvents({ name }, count) {
      const { rate } = accounts.of(name)
      const owedMs = rate.owedMs()
      if (owedMs > 0) {
        metrics.refused('events')
        throw tooFast(owedMs, perSecond)
      }
      rate.take(count)
      accounts.forget(name)
    },
    async chargeEventsInTime({ name }, count, giveUp) {
      for (;;) {
        giveUp.throwIfAborted()
        // Looked at and taken in one step: of many that waited for the same moment one goes first.
        const { rate } = accounts.of(name)
        const owedMs = count === 0 ? 0 : rate.owedMs()
        if (owedMs === 0) return rate.take(count)
        await delay(Math.min(owedMs, longestWaitMs), undefined, { signal: giveUp }).catch(() => {})
      }
    },
    size: accounts.size,
  }
}

/** A class and not closures: there are ten thousand of these, 200 bytes smaller each. */
class HeldConnection implements CountedConnection {
  readonly #hold: (principal: Principal | null) => Release
  #release: Release
  #name: string | null
  #open = true

  constructor(principal: Principal | null, hold: (principal: Principal | null) => Release) {
    this.#hold = hold
    this.#release = hold(principal)
    this.#name = principal?.name ?? null
  }

  enter(next: Principal): void {
    if (!this.#open || next.name === this.#name) return
    const releaseBefore = this.#release
    this.#release = this.#hold(next)
    this.#name = next.name
    releaseBefore()
  }

  close(): void {
    this.#open = false
    this.#release()
  }
}

/** Accounts by name; those that hold and owe nothing are taken out as they are met. */
function createAccounts(createBucket: () => Rate) {
  const accounts = new Map<string, Account>()
  let sweepAt = fewestToSweep
  const forget = (name: string) => {
    const account = accounts.get(name)
    if (account && account.connections + account.operations === 0 && account.rate.isFull())
      accounts.delete(name)
  }
  /** A debt is paid by time alone, which nobody is told of. */
  const sweep = () => {
    for (const name of accounts.keys()) forget(name)
    sweepAt = Math.max(fewestToSweep, 2 * accounts.size)
  }
  return {
    forget,
    of(name: string): Account {
      if (accounts.size >= sweepAt) sweep()
      const account = accounts.get(name) ?? { connections: 0, operations: 0, rate: createBucket() }
      accounts.set(name, account)
      return account
    },
    size() {
      sweep()
      return accounts.size
    },
  }
}

function once(act: () => void): Release {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}

function tooMany(counted: Counted, limit: number): HeliographError {
  const code = counted === 'connections' ? 'TOO_MANY_CONNECTIONS' : 'TOO_MANY_OPERATIONS'
  return new HeliographError(
    code,
    `you have ${limit} ${counted} on this gateway, which is the most: end one, or come back later`,
    { retryAfterSeconds },
  )
}

function tooManyWaiting(limit: number): HeliographError {
  return new HeliographError(
    'OVERLOADED',
    `${limit} WebSockets are still to show a token: come back in a moment, or show it with the upgrade`,
    { retryAfterSeconds },
  )
}

function tooFast(owedMs: number, perSecond: number): HeliographError {
  return new HeliographError(
    'RATE_LIMITED',
    `you may post ${perSecond} events a second, and posted more: send it again after the time in Retry-After`,
    { retryAfterSeconds: Math.ceil(owedMs / 1000) },
  )
}
