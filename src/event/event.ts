// An event as Heliograph keeps it: immutable, normalised, whatever door and dialect it came through.
// The zod schema is the one definition; `schema/event.schema.json` is printed from it.

import { crc32 } from 'node:zlib'
import { z } from 'zod'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** An instant as `2026-05-14T09:31:07.000Z`: UTC with milliseconds, so that text order is time order. */
export type Timestamp = string

export const categories = ['ACTION', 'ALERT', 'USAGE', 'STATE', 'JOB', 'OTHER'] as const
export type Category = (typeof categories)[number]

/** Mildest first: a filter's `minSeverity` compares by this order. */
export const severities = ['INFO', 'WARN', 'ERROR'] as const
export type Severity = (typeof severities)[number]

export const outcomes = ['SUCCESS', 'FAILURE', 'CANCELLED'] as const
export type Outcome = (typeof outcomes)[number]

const timestamp = z.iso.datetime({ precision: 3 }).describe('UTC with milliseconds')
const json: z.ZodType<Json> = z.json() as z.ZodType<Json>

const resourceRefSchema = z
  .strictObject({
    kind: z.string().min(1).describe("The catalogue's name of the kind, e.g. VirtualMachine"),
    uid: z.string().min(1).describe("The cloud's own id"),
  })
  .describe('Names a resource')

const transitionSchema = z
  .strictObject({
    field: z
      .string()
      .describe('Which state moved: `state`, or for hosts also resourcestate, hastate, powerstate'),
    from: z.string().nullable(),
    to: z.string(),
    trigger: z.string().nullable().describe('What the state machine was told, if known'),
  })
  .describe('A move from one state to the next')

export const eventSchema = z
  .strictObject({
    source: z.string().min(1).describe('Who reported it; unique together with eventId'),
    eventId: z.string().min(1).describe("The source's own id of the event"),
    type: z.string().min(1).describe('What happened, e.g. VM.START'),
    category: z.enum(categories),
    time: timestamp.describe('When it happened, by the clock of the source; UTC with milliseconds'),
    receivedAt: timestamp.describe('When it was logged; never runs backwards within a log'),
    resource: resourceRefSchema.nullable().describe('What it happened to'),
    related: z
      .array(resourceRefSchema)
      .describe('What else it names, and what is known to belong to its resource'),
    owner: z
      .string()
      .nullable()
      .describe('The account it belongs to, as known when it was logged; never changes'),
    actor: z
      .strictObject({ account: z.string().nullable(), user: z.string().nullable() })
      .nullable()
      .describe('The account and user who acted'),
    zone: z.string().nullable().describe('The id of the zone'),
    severity: z.enum(severities).nullable(),
    status: z
      .string()
      .nullable()
      .describe("The source's own word for the progress, e.g. Scheduled or SUCCEEDED"),
    outcome: z.enum(outcomes).nullable().describe('Null while it runs, and where the source does not tell'),
    description: z.string().nullable(),
    transition: transitionSchema.nullable(),
    data: z.record(z.string(), json).nullable().describe('What the source sent, without secrets'),
  })
  .describe('An event of the cloud')

export type ResourceRef = z.infer<typeof resourceRefSchema>
export type Transition = z.infer<typeof transitionSchema>
export type Event = z.infer<typeof eventSchema>
export type Actor = NonNullable<Event['actor']>

/** `VirtualMachine/3b1c…`: the global id of a resource, and the CloudEvents subject. */
export function resourceId(ref: ResourceRef): string {
  return `${ref.kind}/${ref.uid}`
}

/** Reads `VirtualMachine/3b1c…`; null where there is no kind or no uid. */
export function parseResourceId(text: string): ResourceRef | null {
  const slash = text.indexOf('/')
  if (slash < 1 || slash === text.length - 1) return null
  return { kind: text.slice(0, slash), uid: text.slice(slash + 1) }
}

type Told = Readonly<Pick<Event, 'source' | 'eventId'>>

let lastMarked: Told | null = null
let lastMark = 0

/** Four bytes that tell two events apart by accident, not by malice: half of what a cursor checks. */
export function markOf(event: Told): number {
  // An entry's mark is wanted several times in a row (its place, its id, its cursor), at 0.25 µs each.
  if (event !== lastMarked) {
    lastMark = crc32(`${event.source}\n${event.eventId}`)
    lastMarked = event
  }
  return lastMark
}
