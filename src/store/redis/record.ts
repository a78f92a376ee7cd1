// How entries and resources look in Redis, and how they are read. No offset is inside stored JSON: the
// place of an entry is its stream id, and the version of a resource stands beside it.

import type { Event } from '../../event/event.ts'
import type { Cursor, Epoch } from '../../event/position.ts'
import type { Change, Entry } from '../../event-log/entry.ts'
import { StoredEntry, type StoredFormat } from '../../event-log/stored-entry.ts'
import type { Resource, ResourceFacts } from '../../resource/resource.ts'
import type { Logged } from '../retention.ts'

/** An item of a stream as the client gives it: its id, and fields and values in turn. */
export type StreamItem = readonly [id: string, fields: readonly string[]]

/** An item of the log, its JSON not parsed yet; `before` and `after` are null where nothing changed. */
export type EntryRecord = {
  readonly offset: number
  readonly mark: number
  readonly event: string
  readonly before: string | null
  readonly after: string | null
  readonly receivedAtMs: number | null
}

export function readRecord([id, fields]: StreamItem): EntryRecord {
  const field = (name: string) => {
    // A handful of them: looking through beats a Map for each item.
    for (let i = 0; i + 1 < fields.length; i += 2) if (fields[i] === name) return fields[i + 1] ?? null
    return null
  }
  const received = field('r')
  return {
    offset: Number.parseInt(id, 10),
    mark: Number(field('m')),
    event: field('e') ?? '',
    before: field('b'),
    after: field('a'),
    receivedAtMs: received === null ? null : Number(received),
  }
}

/** The entry of a record, parsed when it is looked at. */
export function entryOf(epoch: Epoch, record: EntryRecord): Entry {
  return new StoredEntry({ epoch, offset: record.offset, mark: record.mark }, record, format)
}

/**
 * An entry that this gateway appended itself. Kept as objects, the newest entries cost the collector and
 * whoever weighs them 9 µs each; parsing those that are looked into costs less.
 */
export function ownEntryOf(position: Cursor, texts: EntryTexts, receivedAtMs: number | null): Entry {
  const { event, before, after } = texts
  const stored = { event, before: before || null, after: after || null, receivedAtMs }
  return new StoredEntry<Texts>(position, stored, ownFormat)
}

export function isOwn(entry: Entry): boolean {
  return entry instanceof StoredEntry && entry.isOf(ownFormat)
}

type Texts = Pick<EntryRecord, 'event' | 'before' | 'after' | 'receivedAtMs'>

const format: StoredFormat<Texts> = {
  json: ({ event, before, after }) => (after === null ? event : `${event}${before ?? ''}${after}`),
  event: ({ event, receivedAtMs }) => withTime(JSON.parse(event) as Event, isoTime(receivedAtMs)),
  change: ({ before, after }, { offset }) =>
    after === null ? null : changeOf(before && JSON.parse(before), JSON.parse(after) as Resource, offset),
}
/** The same as another object: by that they are told apart. */
const ownFormat: StoredFormat<Texts> = { ...format }

/** What is stored of an entry, freshly parsed. */
export type EntryParts = {
  readonly event: Event
  readonly before: ResourceFacts | null
  readonly after: Resource | null
}

/** The same as text, with the mark of the event; `before` and `after` are '' where the entry changed nothing. */
export type EntryTexts = {
  readonly mark: number
  readonly event: string
  readonly before: string
  readonly after: string
}

/** Puts an entry together; `receivedAt` replaces what the event says where not null. */
export function assembleEntry(
  epoch: Epoch,
  offset: number,
  { event, before, after }: EntryParts,
  receivedAt: string | null,
): Entry {
  return {
    position: { epoch, offset },
    event: withTime(event, receivedAt),
    change: after && changeOf(before, after, offset),
  }
}

function withTime(event: Event, receivedAt: string | null): Event {
  return receivedAt === null ? event : { ...event, receivedAt }
}

function changeOf(before: ResourceFacts | null, after: Resource, version: number): Change {
  return { ref: { kind: after.kind, uid: after.uid }, before, after: { ...after, version } }
}

export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** The version of a resource: the entry that last changed it, by offset and mark; '' where there is none. */
export function formatVersion(offset: number, mark: number): string {
  return `${offset}-${mark}`
}

/** A stored resource as callers get it. */
export function resourceOf(
  json: string | null | undefined,
  version: string | null | undefined,
): Resource | null {
  if (typeof json !== 'string' || typeof version !== 'string') return null
  return { ...(JSON.parse(json) as Resource), version: Number.parseInt(version, 10) }
}

/** Reads `<offset>|<received ms>|<mark>`. */
export function readLogged(text: string | null | undefined): Logged | null {
  if (typeof text !== 'string') return null
  const [offset, receivedAtMs, mark] = text.split('|').map(Number)
  return { offset: offset ?? 0, receivedAtMs: receivedAtMs ?? 0, mark: mark ?? 0 }
}
