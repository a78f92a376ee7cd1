// As many CloudStack messages as wanted, no two alike: the recorded ones over and over, every time about
// resources and accounts of their own, a while later.

import { readSamples } from '../test/support/samples.ts'

/** A message as it goes to the bus. */
export type BusMessage = { readonly routingKey: string; readonly body: string }

const uuid = /[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/g
const busTime = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= \+0000)/g
const roundMs = 60_000

/** Each is an event of its own; reports before a transition, which are none, are left out. */
export function makeMix(count: number): BusMessage[] {
  const lines = readSamples()
    .filter(({ body }) => body.status !== 'preStateTransitionEvent')
    .map((message) => JSON.stringify(message))
  const messages = new Map<string, BusMessage>()
  for (let round = 0; messages.size < count; round++) {
    for (const line of lines) {
      if (messages.size === count) break
      const { routingKey, body } = JSON.parse(inRound(line, round))
      const text = JSON.stringify(body)
      messages.set(text, { routingKey: routingKey ?? '', body: text })
    }
  }
  return [...messages.values()]
}

function inRound(line: string, round: number): string {
  return line
    .replace(uuid, (digits) => ((Number.parseInt(digits, 16) + round) >>> 0).toString(16).padStart(8, '0'))
    .replace(busTime, (time) => {
      const later = new Date(Date.parse(`${time.replace(' ', 'T')}Z`) + round * roundMs)
      return later.toISOString().slice(0, 19).replace('T', ' ')
    })
}
