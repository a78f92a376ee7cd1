import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/resource/fold.ts'
import type { Resource } from '../../src/resource/resource.ts'
import {
  claimed,
  completed,
  foldAll,
  jobDone,
  minute,
  stateChanged,
  type Told,
  told,
  usage,
  vm,
} from './arrived.ts'

type Transition = { from: string | null; event: string; to: string }
type Machine = { kind: string; field: string; initial?: string; transitions?: Transition[] }
const machines: Machine[] = JSON.parse(
  readFileSync(new URL('../samples/states.json', import.meta.url), 'utf8'),
)
const published = machines.filter(
  ({ kind, field }) =>
    field === 'state' && ['VirtualMachine', 'Volume', 'Network', 'Snapshot'].includes(kind),
)

/** A walk along a real state machine, in whole seconds; none comes to the same state twice in one. */
const walk = fc
  .record({
    machine: fc.constantFrom(...published),
    choices: fc.array(fc.nat(1000), { minLength: 2, maxLength: 30 }),
    pauses: fc.array(fc.nat(2), { minLength: 30, maxLength: 30 }),
  })
  .map(({ machine, choices, pauses }) => {
    const steps: Told[] = []
    const seen = new Set<string>()
    let state = machine.initial ?? ''
    let second = 0
    for (const [i, choice] of choices.entries()) {
      const next = machine.transitions?.filter(({ from }) => from === state) ?? []
      const taken = next[choice % next.length]
      if (!taken) break
      second += pauses[i] ?? 0
      if (seen.has(`${second} ${taken.to}`)) second += 1
      seen.add(`${second} ${state}`).add(`${second} ${taken.to}`)
      const at = new Date(Date.UTC(2026, 4, 14, 9, 0, second)).toISOString()
      steps.push(stateChanged(at, { kind: machine.kind, uid: 'u-1' }, state, taken.to))
      state = taken.to
    }
    return steps
  })

function outcomeOf(steps: readonly Told[]): Pick<Resource, 'states' | 'deletedAt' | 'lastTransition'> {
  const { states, deletedAt, lastTransition } = foldAll(steps)
  return { states, deletedAt, lastTransition }
}

/** As the log does: equal reports are logged once. */
function withoutRepeats(steps: readonly Told[]): Told[] {
  return [...new Set(steps)]
}

test('every transition of every machine is accepted from where it begins', () => {
  const fields = new Map([['oobmPowerState', 'powerstate']])
  for (const { kind, field, transitions = [] } of machines) {
    for (const { from, event, to } of transitions) {
      const own = { field: fields.get(field) ?? field, from, to, trigger: event }
      const state = { from, to }
      const { next, transition } = foldFrom(
        kind,
        own.field,
        from,
        told(minute(1), { transition: own }, { state }),
      )
      expect(transition, `${kind} ${event}`).toEqual(own)
      expect(next?.states[own.field]?.value, `${kind} ${event}`).toBe(to)
    }
  }
})

function foldFrom(kind: string, field: string, from: string | null, { event, report }: Told) {
  const resource = { kind, uid: 'u-1' }
  const known = foldAll([told(minute(9), { resource })])
  const current = from === null ? known : { ...known, states: { [field]: { value: from, at: minute(9) } } }
  const folded = fold(current, { ...event, resource }, report)
  return { ...folded, next: folded.next ?? current }
}

describe('a walk along a real state machine', () => {
  test('ends in the state of its last step', () => {
    fc.assert(
      fc.property(walk, (steps) => {
        expect(outcomeOf(steps).states.state?.value).toBe(steps.at(-1)?.report.state?.to)
      }),
    )
  })

  test('ends the same when its steps are repeated, among the next ones and all over again', () => {
    const scenario = walk.chain((steps) =>
      fc.tuple(
        fc.constant(steps),
        fc.array(fc.tuple(fc.nat(steps.length - 1), fc.nat(3)), { maxLength: 40 }),
      ),
    )
    fc.assert(
      fc.property(scenario, ([steps, repeats]) => {
        const repeated = steps.flatMap((step, i) => [
          step,
          ...repeats.filter(([of, after]) => of + after === i).flatMap(([of]) => steps[of] ?? []),
        ])
        expect(outcomeOf(withoutRepeats([...repeated, ...steps]))).toEqual(outcomeOf(steps))
      }),
    )
  })

  test('ends in the same state when neighbours change places, unless one takes the other back', () => {
    fc.assert(
      fc.property(walk, fc.array(fc.nat(28), { maxLength: 10 }), (steps, places) => {
        const shuffled = [...steps]
        let free = 0
        for (const place of [...new Set(places)].sort((one, other) => one - other)) {
          const [one, other] = [steps[place], steps[place + 1]]
          if (!one || !other || place < free || one.report.state?.from === other.report.state?.to) continue
          shuffled.splice(place, 2, other, one)
          free = place + 2
        }
        const [first] = shuffled
        fc.pre(first !== undefined && first === steps[0])
        expect(outcomeOf(shuffled).states.state?.value).toBe(outcomeOf(steps).states.state?.value)
      }),
    )
  })

  test('never lets the time of a state run backwards', () => {
    fc.assert(
      fc.property(walk, fc.array(fc.nat(29)), (steps, order) => {
        let current: Resource | null = null
        for (const i of order) {
          const step = steps[i]
          if (!step) continue
          const next: Resource | null = fold(current, step.event, step.report).next
          const [before, after] = [current?.states.state?.at ?? '', next?.states.state?.at ?? '9']
          expect(after >= before).toBe(true)
          current = next ?? current
        }
      }),
    )
  })
})

describe('whatever comes', () => {
  const state = fc.constantFrom('Starting', 'Running', 'Stopping', 'Stopped', 'Destroyed', 'Expunging')
  const account = fc.constantFrom('a', 'b', 'c')
  const at = fc.nat(59).map(minute)
  const anything: fc.Arbitrary<Told> = fc.oneof(
    fc.tuple(at, state, state).map(([time, from, to]) => stateChanged(time, vm, from, to)),
    fc
      .tuple(at, fc.constantFrom('VM.UPDATE', 'VM.EXPUNGE', 'VM.REBOOT'))
      .map(([time, type]) => completed(time, type, vm)),
    fc
      .tuple(at, fc.constantFrom('VM.START', 'VM.DESTROY'), account)
      .map(([time, type, who]) => usage(time, type, vm, who)),
    fc
      .tuple(account, fc.constantFrom('OWNER', 'PRESUMED', 'ACTOR'))
      .map(([who, as]) => claimed(told(minute(1), {}), { account: who, as })),
    fc.nat(64).map((memory) => jobDone('VM.UPDATE', vm, { memory })),
  )
  const history = fc.array(anything, { minLength: 1, maxLength: 30 })

  test('the fold gives the same each time and leaves what it was given alone', () => {
    fc.assert(
      fc.property(history, (all) => {
        const first = structuredClone(foldAll(all))
        expect(foldAll(all.map(deepFreeze))).toEqual(first)
      }),
    )
  })

  test('a report older than the last move moves no state, unless it begins where the state is', () => {
    fc.assert(
      fc.property(history, state, state, fc.nat(58), (all, from, to, when) => {
        const current = foldAll([...all, stateChanged(minute(59), vm, 'Nowhere', 'Shutdown')])
        const { event, report } = stateChanged(minute(when), vm, from, to)
        const next = fold(current, event, report).next ?? current
        expect(next.states).toEqual(current.states)
      }),
    )
  })

  test('a tombstone stays until a later transition', () => {
    fc.assert(
      fc.property(history, (all) => {
        const tombstone = foldAll([completed(minute(30), 'VM.EXPUNGE', vm)])
        const quiet = all.filter(({ report }) => report.state === null || (report.at ?? '') <= minute(30))
        expect(foldAll(quiet, tombstone).deletedAt).toBe(minute(30))
        const back = stateChanged(minute(60), vm, 'Nowhere', 'Stopped')
        expect(foldAll([...quiet, back], tombstone).deletedAt).toBeNull()
      }),
    )
  })

  test('a named owner of the living stays', () => {
    fc.assert(
      fc.property(history, (all) => {
        const owned = foldAll([claimed(told(minute(1), {}), { account: 'owner', as: 'OWNER' })])
        const living = all.filter(({ event }) => event.type !== 'VM.EXPUNGE')
        expect(foldAll(living, owned)).toMatchObject({ owner: 'owner', ownerIs: 'NAMED' })
      }),
    )
  })
})

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
