// What a text message says: a line for each event that it tells, and how many more there are. It always
// fits: names are cut before what happened, and the time stays.
//
//   vm-web-1: Running -> Stopped 14:03Z
//   vm-web-2: Running -> Stopped 14:03Z
//   and 37 more

import type { Event } from '../event/event.ts'
import { nameOf, whatOf } from './event-words.ts'
import { encodeGsm7, spellInGsm7 } from './gsm7.ts'
import { endOf, gsm7Room, ucs2MostRoom } from './sms-parts.ts'

/** Events with a line of their own; more would leave none of them room to be understood. */
export const listedEvents = 3

const shortestName = 12

type Line = { readonly name: string; readonly what: string; readonly time: string }

/**
 * A text in GSM-7 of at most 160 septets; where it has characters that GSM-7 cannot spell, of at most
 * 199 UTF-16 units, which are three messages.
 * @param nowMs an event of another day has its date
 */
export function writeSms(events: readonly Event[], nowMs: number): string {
  const lines = events.slice(0, listedEvents).map((event) => lineOf(event, nowMs))
  const rest = events.length - lines.length
  const spelt = lines.map(spellLine)
  const inGsm7 = spelt.filter((line) => line !== null)
  return inGsm7.length === lines.length
    ? join(inGsm7, rest, { total: gsm7Room, sizeOf: septets })
    : join(lines, rest, { total: ucs2MostRoom, sizeOf: (text) => text.length })
}

/** A text that asks the holder of a number to confirm it; fits one message of GSM-7. */
export function writeChallenge(code: string): string {
  return `Heliograph: your code is ${code}. Whoever asked for notifications to this number needs it. Was it not you? Then ignore this.`
}

type Room = { readonly total: number; sizeOf(text: string): number }

function join(lines: readonly Line[], rest: number, { total, sizeOf }: Room): string {
  const ending = rest > 0 ? [`and ${rest} more`] : []
  const breaks = lines.length + ending.length - 1
  let left = total - breaks - sizeOf(ending.join(''))
  const written: string[] = []
  // The shortest first: what they leave is the others'.
  const byLength = [...lines.entries()].sort(([, a], [, b]) => sizeOf(show(a)) - sizeOf(show(b)))
  for (const [turn, [index, line]] of byLength.entries()) {
    const text = fit(line, { total: Math.floor(left / (lines.length - turn)), sizeOf })
    written[index] = text
    left -= sizeOf(text)
  }
  return [...written, ...ending].join('\n')
}

function show({ name, what, time }: Line): string {
  return `${name === '' ? '' : `${name}: `}${what} ${time}`
}

function fit(line: Line, { total, sizeOf }: Room): string {
  const over = sizeOf(show(line)) - total
  if (over <= 0) return show(line)
  const size = sizeOf(line.name)
  const name = clip(line.name, { total: Math.max(size - over, Math.min(size, shortestName)), sizeOf })
  const others = sizeOf(show({ ...line, name, what: '' }))
  return show({ ...line, name, what: clip(line.what, { total: total - others, sizeOf }) })
}

/** The beginning of a text with two dots, where it is too long. */
function clip(text: string, { total, sizeOf }: Room): string {
  if (sizeOf(text) <= total) return text
  let kept = text.slice(0, endOf(text, Math.max(0, total - 2)))
  while (kept !== '' && sizeOf(kept) > total - 2) kept = kept.slice(0, endOf(kept, kept.length - 1))
  return `${kept.trimEnd()}..`
}

function lineOf(event: Event, nowMs: number): Line {
  const [day = '', clock = ''] = event.time.split('T')
  const isToday = new Date(nowMs).toISOString().startsWith(day)
  const time = `${isToday ? '' : `${day.slice(5)} `}${clock.slice(0, 5)}Z`
  return { name: nameOf(event), what: whatOf(event), time }
}

function spellLine({ name, what, time }: Line): Line | null {
  const [speltName, speltWhat] = [spellInGsm7(name), spellInGsm7(what)]
  return speltName === null || speltWhat === null ? null : { name: speltName, what: speltWhat, time }
}

function septets(text: string): number {
  return encodeGsm7(text)?.length ?? text.length
}
