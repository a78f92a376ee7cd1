// The events and operations of the workloads.

import type { Operation } from './subscribers.ts'

export type EventOptions = {
  readonly type?: string
  /** Of the virtual machine it is about. */
  readonly uid?: string
  readonly description?: string
}

let made = 0

/** A CloudEvent that no other of this process is like: a virtual machine of an account has moved. */
export function makeEvent({ type = 'VM.START', uid, description }: EventOptions = {}): object {
  const number = ++made
  return {
    specversion: '1.0',
    id: `bench-${number}`,
    source: 'bench',
    type,
    subject: `VirtualMachine/${uid ?? `vm-${number % 5_000}`}`,
    time: new Date().toISOString(),
    account: 'acme',
    zone: 'zone-1',
    data: {
      state: number % 2 === 0 ? 'Running' : 'Stopped',
      description: description ?? 'The virtual machine has moved to the state that it was asked for.',
    },
  }
}

export function makeEvents(count: number, options?: EventOptions): object[] {
  return Array.from({ length: count }, () => makeEvent(options))
}

const selection = 'eventId source type time zone description'

/** Six scalars of every event of a type. */
export const everyStart: Operation = {
  query: `subscription { events(filter: { types: ["VM.START"] }) { ${selection} } }`,
}

/** The same of one virtual machine. */
export function startsOf(uid: string): Operation {
  return {
    query: `subscription ($id: ID!) { events(filter: { resources: [{ kind: "VirtualMachine", id: $id }] }) { ${selection} } }`,
    variables: { id: uid },
  }
}

/** The same as a document of its own. */
export function everyStartInWords(word: string): Operation {
  return { query: everyStart.query.replace('zone', `${word}: zone`) }
}
