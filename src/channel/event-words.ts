// An event in a person's words: what it is about, and what happened. On one line each.

import type { Event } from '../event/event.ts'

/** What people call the resource, as far as the event tells; empty where it has none. */
export function nameOf({ resource, data }: Event): string {
  const told = [data?.displayname, data?.displayName, data?.name].find((name) => typeof name === 'string')
  if (typeof told === 'string' && told.trim() !== '') return clean(told)
  return resource === null ? '' : clean(`${resource.kind} ${resource.uid}`)
}

/** `Running -> Stopped`, what an alert says, or the type with its outcome. */
export function whatOf(event: Event): string {
  const { type, transition, category, severity, description, outcome, status } = event
  if (transition !== null)
    return clean(`${transition.from === null ? '' : `${transition.from} `}-> ${transition.to}`)
  const isAlert = category === 'ALERT' || severity === 'WARN' || severity === 'ERROR'
  if (isAlert && description !== null && description.trim() !== '') return clean(description)
  const end = outcome?.toLowerCase() ?? status
  return clean(end === null ? type : `${type} ${end}`)
}

/** On one line, without what turns the direction of writing or cannot be seen. */
export function clean(text: string): string {
  const seen = text.toWellFormed().normalize('NFC')
  return (
    seen
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
      .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
      .trim()
  )
}
