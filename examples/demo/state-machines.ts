// CloudStack's own state machines, as its 4.22 sources have them: `[from, trigger, to]` per kind.

import machines from './state-machines.json' with { type: 'json' }

/** The kinds whose state CloudStack publishes. */
export type StateKind = keyof typeof machines

/**
 * Where a trigger leads from a state.
 * @throws Error where the machine has no such transition: the simulation must not invent one
 */
export function nextState(kind: StateKind, from: string, trigger: string): string {
  const transition = machines[kind].find(([state, event]) => state === from && event === trigger)
  if (transition?.[2] === undefined) throw new Error(`${kind} has no transition from ${from} by ${trigger}`)
  return transition[2]
}
