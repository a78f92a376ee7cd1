// Times as the sources write them, read strictly into UTC with milliseconds: a day or hour that does not
// exist is refused, not carried over into the next.

import type { Timestamp } from './event.ts'

const busTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)([0-5]\d)$/
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d):([0-5]\d))$/

/** CloudStack's `2026-05-14 09:31:07 +0000`; null for any other form. */
export function parseBusTime(text: string): Timestamp | null {
  const [, day, clock, hours = '', minutes = ''] = busTime.exec(text) ?? []
  return day === undefined || clock === undefined ? null : toUtc(day, clock, 0, hours, minutes)
}

/** RFC 3339, `2026-05-14T09:31:07.25+02:00`; digits beyond milliseconds are cut; null for any other form. */
export function parseRfc3339(text: string): Timestamp | null {
  if (isTimestamp(text)) return text
  const [, day, clock, fraction = '', hours = '+00', minutes = '00'] = rfc3339.exec(text) ?? []
  if (day === undefined || clock === undefined) return null
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  // A leap second counts as the second before it.
  return toUtc(day, clock.replace(/:60$/, ':59'), ms, hours, minutes)
}

/** As most senders write it already: the long way takes three times as long, a third of decoding an event. */
function isTimestamp(text: string): boolean {
  if (text.length !== 24) return false
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text
}

function toUtc(day: string, clock: string, ms: number, hours: string, minutes: string): Timestamp | null {
  const written = `${day}T${clock}.000Z`
  const local = Date.parse(written)
  // Date.parse takes 31 April for 1 May, and 24:00:00 for the next day.
  if (Number.isNaN(local) || new Date(local).toISOString() !== written) return null
  const offsetHours = Number(hours)
  if (Math.abs(offsetHours) > 23) return null
  const offsetMinutes = Math.abs(offsetHours) * 60 + Number(minutes)
  const utc = local + ms - (hours.startsWith('-') ? -offsetMinutes : offsetMinutes) * 60_000
  const time = new Date(utc).toISOString()
  // Years beyond four digits would not sort as text.
  return time.length === 24 ? time : null
}
