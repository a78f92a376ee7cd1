// What principals hold and owe, whatever they do in whatever order.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AllowanceLimits,
  type CountedConnection,
  createAllowances,
  type Release,
} from '../../src/auth/allowance.ts'
import type { Principal } from '../../src/auth/principal.ts'
import type { Limit } from '../../src/observe/metrics.ts'

const limits: AllowanceLimits = {
  principalConnections: 2,
  principalOperations: 3,
  principalEventsPerSecond: 10,
  batchEvents: 100,
  waitingSockets: 2,
}

const tenant = (name: string): Principal => ({ role: 'TENANT', name, accounts: [] })
const acme = tenant('acme')
const globex = tenant('globex')

function open() {
  let nowMs = 0
  const pass = (ms: number) => {
    nowMs += ms
  }
  const refused: Limit[] = []
  const allowances = createAllowances(limits, { refused: (limit) => refused.push(limit) }, () => nowMs)
  return { allowances, refused, pass }
}

/** The code of what is thrown; null where nothing is. */
function refusal(act: () => unknown): unknown {
  try {
    act()
    return null
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

describe('connections', () => {
  it('are counted for each principal by itself, the administrator of this machine included', () => {
    const { allowances, refused } = open()
    for (const who of [acme, globex, { role: 'ADMIN', name: 'loopback', accounts: [] } as const]) {
      const connections = [allowances.openConnection(who), allowances.openConnection(who)]
      expect(() => allowances.openConnection(who)).toThrow(
        expect.objectContaining({ code: 'TOO_MANY_CONNECTIONS', status: 429, retryAfterSeconds: 5 }),
      )
      connections[0]?.close()
      allowances.openConnection(who)
    }
    expect(refused).toEqual(['connections', 'connections', 'connections'])
  })

  it('count once for who enters again, and move to who enters instead', () => {
    const { allowances } = open()
    const connection = allowances.openConnection(acme)
    connection.enter(acme)
    connection.enter(tenant('acme'))
    allowances.openConnection(acme)
    expect(refusal(() => allowances.openConnection(acme))).toBe('TOO_MANY_CONNECTIONS')
    connection.enter(globex)
    allowances.openConnection(acme)
    allowances.openConnection(globex)
    expect(refusal(() => allowances.openConnection(globex))).toBe('TOO_MANY_CONNECTIONS')
  })

  it('count as before where the one who enters has too many, and can be closed', () => {
    const { allowances } = open()
    const held = [allowances.openConnection(globex), allowances.openConnection(globex)]
    const moving = allowances.openConnection(acme)
    expect(refusal(() => moving.enter(globex))).toBe('TOO_MANY_CONNECTIONS')
    for (const connection of [moving, ...held]) connection.close()
    expect(allowances.size()).toBe(0)
  })

  it('without a token yet are bounded together, and free a place when a token comes', () => {
    const { allowances, refused } = open()
    const first = allowances.openConnection(null)
    const second = allowances.openConnection(null)
    expect(refusal(() => allowances.openConnection(null))).toBe('OVERLOADED')
    expect(refused).toEqual(['waiting_sockets'])
    first.enter(acme)
    const third = allowances.openConnection(null)
    second.close()
    second.enter(acme)
    third.close()
    first.close()
    expect(allowances.size()).toBe(0)
  })
})

describe('operations', () => {
  it('count while they run, and no longer when they fail', async () => {
    const { allowances } = open()
    const release = allowances.startOperation(acme)
    allowances.startOperation(acme)
    const failed = allowances.whileOperating(acme, async () => {
      expect(refusal(() => allowances.startOperation(acme))).toBe('TOO_MANY_OPERATIONS')
      throw new Error('the store is away')
    })
    await expect(failed).rejects.toThrow('the store is away')
    const last = allowances.startOperation(acme)
    await expect(allowances.whileOperating(acme, async () => 1)).rejects.toMatchObject({ status: 429 })
    release()
    release()
    expect(await allowances.whileOperating(acme, async () => 1)).toBe(1)
    allowances.startOperation(acme)
    last()
    allowances.startOperation(acme)
    expect(refusal(() => allowances.startOperation(acme))).toBe('TOO_MANY_OPERATIONS')
  })
})

describe('posted events', () => {
  it('are taken whole in one batch of any size, and the next is told when to come back', () => {
    const { allowances, refused, pass } = open()
    allowances.chargeEvents(acme, 100)
    allowances.chargeEvents(acme, 25)
    expect(() => allowances.chargeEvents(acme, 0)).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', status: 429, retryAfterSeconds: 3 }),
    )
    allowances.chargeEvents(globex, 100)
    pass(2_500)
    allowances.chargeEvents(acme, 0)
    expect(refused).toEqual(['events'])
  })

  it('of a stream wait until nothing is owed, each for its turn', async () => {
    const allowances = createAllowances(
      { ...limits, principalEventsPerSecond: 1_000, batchEvents: 1 },
      { refused: () => {} },
    )
    const { signal } = new AbortController()
    const startedMs = performance.now()
    allowances.chargeEvents(acme, 1_100)
    await Promise.all([1, 2, 3].map(() => allowances.chargeEventsInTime(acme, 100, signal)))
    // 1,000 are free, and what the last of the four took is not paid for yet.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(299)
  })

  it('of a stream are given up with the reason, and an empty part waits for nothing', async () => {
    const { allowances } = open()
    allowances.chargeEvents(acme, 1_000_000)
    const stop = new AbortController()
    await allowances.chargeEventsInTime(acme, 0, stop.signal)
    const waiting = allowances.chargeEventsInTime(acme, 1, stop.signal)
    stop.abort(new Error('the gateway stops'))
    await expect(waiting).rejects.toThrow('the gateway stops')
  })
})

describe('a principal', () => {
  it('that holds and owes nothing is forgotten, however many there were', () => {
    const { allowances, pass } = open()
    for (let n = 0; n < 1_000; n++) {
      allowances.startOperation(tenant(`reader-${n}`))()
      allowances.chargeEvents(tenant(`sender-${n}`), 120)
      expect(refusal(() => allowances.chargeEvents(tenant(`sender-${n}`), 1))).toBe('RATE_LIMITED')
    }
    expect(allowances.size()).toBe(1_000)
    pass(12_000)
    expect(allowances.size()).toBe(0)
  })

  it('holds nothing once everything was released, after whatever happened, and is let in again', () => {
    const names = fc.constantFrom('acme', 'globex', 'initech')
    const step = fc.oneof(
      fc.record({ kind: fc.constant('open' as const), name: fc.option(names) }),
      fc.record({ kind: fc.constant('enter' as const), name: names, which: fc.nat(7) }),
      fc.record({ kind: fc.constant('close' as const), which: fc.nat(7) }),
      fc.record({ kind: fc.constant('start' as const), name: names }),
      fc.record({ kind: fc.constant('release' as const), which: fc.nat(7) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { allowances } = open()
        const connections: CountedConnection[] = []
        const releases: Release[] = []
        for (const one of steps) {
          refusal(() => {
            if (one.kind === 'open')
              connections.push(allowances.openConnection(one.name === null ? null : tenant(one.name)))
            if (one.kind === 'enter') connections[one.which]?.enter(tenant(one.name))
            if (one.kind === 'close') connections[one.which]?.close()
            if (one.kind === 'start') releases.push(allowances.startOperation(tenant(one.name)))
            if (one.kind === 'release') releases[one.which]?.()
          })
        }
        for (const connection of connections) connection.close()
        for (const release of releases) release()
        expect(allowances.size()).toBe(0)
        for (const name of ['acme', 'globex', 'initech']) {
          for (let n = 0; n < limits.principalConnections; n++) allowances.openConnection(tenant(name))
          for (let n = 0; n < limits.principalOperations; n++) allowances.startOperation(tenant(name))
          expect(refusal(() => allowances.openConnection(tenant(name)))).toBe('TOO_MANY_CONNECTIONS')
          expect(refusal(() => allowances.startOperation(tenant(name)))).toBe('TOO_MANY_OPERATIONS')
        }
        for (let n = 0; n < limits.waitingSockets; n++) allowances.openConnection(null)
        expect(refusal(() => allowances.openConnection(null))).toBe('OVERLOADED')
      }),
    )
  })
})
