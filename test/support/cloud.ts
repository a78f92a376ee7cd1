// What a cloud would say, made for tests: CloudEvents with a state, and CloudStack's own messages.

import { readFile } from 'node:fs/promises'

export type CloudEvent = { readonly id: string; readonly [attribute: string]: unknown }

/** A VM reports a state; `id` makes it unique, and is its eventId. */
export function vmState(
  id: string,
  uid: string,
  state: string,
  extra: Record<string, unknown> = {},
): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: 'test',
    type: 'VM.STATE',
    subject: `VirtualMachine/${uid}`,
    data: { state },
    ...extra,
  }
}

/** Something happened to nothing in particular. */
export function note(id: string, type = 'TEST.NOTE', extra: Record<string, unknown> = {}): CloudEvent {
  return { specversion: '1.0', id, source: 'test', type, ...extra }
}

export const cloudEventBatch = 'application/cloudevents-batch+json'

/** The recorded CloudStack messages, each with its routing key. */
export async function cloudStackSamples(): Promise<{ routingKey: string; body: Record<string, unknown> }[]> {
  const text = await readFile(new URL('../samples/cloudstack.jsonl', import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
