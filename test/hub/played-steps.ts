// What may happen between clients, gateways and a log, in any order.

import fc from 'fast-check'
import type { Limits } from './open-hub.ts'

/** How many sockets play along; each may hold any number of operations. */
export const socketCount = 4
/** What they subscribe to: LATE is for results that come some turns later. */
export const feeds = ['ALL', 'SOME', 'SOME LATE', 'STATE', 'STATE LATE'] as const

const socket = fc.nat({ max: socketCount - 1 })

const happening = fc.record({
  about: fc.constantFrom('A', 'B', 'Volume/v1', 'Volume/v2', 'Volume/v3'),
  state: fc.constantFrom('Ready', 'Busy', 'Gone'),
})
/** An event of this type, or a volume that is in this state. */
export type Happening = { readonly about: string; readonly state: string }

const append = fc.record({
  kind: fc.constant('APPEND' as const),
  all: fc.array(happening, { minLength: 1, maxLength: 25 }),
})

const subscribe = fc.record({
  kind: fc.constant('SUBSCRIBE' as const),
  socket,
  feed: fc.constantFrom(...feeds),
  /** Which of the cursors known so far, as a fraction; null: none. */
  from: fc.option(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
})

const pace = fc.record({
  kind: fc.constant('PACE' as const),
  socket,
  pace: fc.constantFrom('TAKES', 'LATE', 'STOPS'),
})

/** The line breaks, and the client comes back to one of the gateways with the last cursors it got. */
const reconnect = fc.record({
  kind: fc.constant('RECONNECT' as const),
  socket,
  gateway: fc.nat({ max: 1 }),
})

const bookmark = fc.record({ kind: fc.constant('BOOKMARK' as const), socket })

const turns = fc.record({ kind: fc.constant('TURNS' as const), turns: fc.integer({ min: 1, max: 5 }) })

/** Waits for the appends under way. */
const settle = fc.constant({ kind: 'SETTLE' as const })

export const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: append },
    { weight: 5, arbitrary: subscribe },
    { weight: 3, arbitrary: pace },
    { weight: 2, arbitrary: reconnect },
    { weight: 2, arbitrary: bookmark },
    { weight: 3, arbitrary: turns },
    { weight: 2, arbitrary: settle },
  ),
  { minLength: 3, maxLength: 30 },
)

export type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

export const limits: fc.Arbitrary<Limits> = fc.record({
  bufferBytes: fc.integer({ min: 250, max: 2000 }),
  ringEntries: fc.integer({ min: 1, max: 16 }),
  pageEntries: fc.integer({ min: 1, max: 20 }),
})
