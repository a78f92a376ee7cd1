// Plans what a group of appends will write: which drafts are duplicates, which place each other one
// gets, and what becomes of its resource. Decides only; the engine writes it or throws it away whole.
// Later drafts see what earlier ones of the batch did.

import type { Draft } from '../event/draft.ts'
import { markOf, type Timestamp } from '../event/event.ts'
import { type Admitted, admit } from '../event-log/admit.ts'
import type { Receipt } from '../event-log/event-log.ts'
import { type Resource, resourceKey } from '../resource/resource.ts'
import { judge, type Logged } from './retention.ts'
import type { Retention } from './store.ts'

/** What the store holds, before the batch. */
export type Known = {
  readonly head: number
  /** When the last entry was received; 0 in an empty log. */
  readonly receivedAtMs: number
  /** The resource stored under a resource key. */
  resource(key: string): Resource | null
  /** The newest entry logged under a dedupe key, however old. */
  earlier(dedupeKey: string): Logged | null
}

/** An entry with its place. `key` is that of its resource, null where it has none. */
export type Planned = Logged & {
  readonly admitted: Admitted
  readonly key: string | null
  readonly dedupeKey: string
}

/** What becomes of a resource: as it was before the batch, and after the entry at `version`. */
export type PlannedResource = {
  readonly before: Resource | null
  readonly after: Resource
  readonly version: number
}

/** The answer to one draft: a receipt without the epoch. */
export type Placement = { readonly kind: Receipt['kind']; readonly offset: number; readonly mark: number }

export type Batch = {
  readonly entries: readonly Planned[]
  /** By resource key. */
  readonly resources: ReadonlyMap<string, PlannedResource>
  /** Plans the drafts of one append; throws what the fold throws, and is then unusable. */
  add(drafts: readonly Draft[], nowMs: number): Placement[]
}

/** An empty batch on top of what is known. */
export function createBatch(known: Known, retention: Retention): Batch {
  const entries: Planned[] = []
  const resources = new Map<string, PlannedResource>()
  const logged = new Map<string, Logged>()
  let received = { ms: Number.NaN, timestamp: '' }

  /** Drafts of one batch were received at few different times: half a microsecond less for each. */
  function timestampOf(ms: number): Timestamp {
    if (received.ms !== ms) received = { ms, timestamp: new Date(ms).toISOString() }
    return received.timestamp
  }

  function place(draft: Draft, nowMs: number): Placement {
    const head = known.head + entries.length
    const dedupeKey = `${draft.event.source}\n${draft.event.eventId}`
    const earlier = logged.get(dedupeKey) ?? known.earlier(dedupeKey)
    const verdict = judge(earlier, draft, { head, nowMs }, retention)
    if (verdict === 'DUPLICATE' && earlier)
      return { kind: 'DUPLICATE', offset: earlier.offset, mark: earlier.mark }

    const key = draft.event.resource && resourceKey(draft.event.resource)
    const current = key === null ? null : (resources.get(key)?.after ?? known.resource(key))
    const renamed = verdict === 'REPEAT' ? rename(draft, nowMs) : draft
    const admitted = admit(renamed, current, timestampOf(nowMs))
    const place = { offset: head + 1, mark: markOf(admitted.event), receivedAtMs: nowMs }
    const after = admitted.change?.after
    if (key !== null && after) {
      const before = resources.has(key) ? (resources.get(key)?.before ?? null) : current
      resources.set(key, { before, after, version: place.offset })
    }
    entries.push({ ...place, admitted, key, dedupeKey })
    logged.set(dedupeKey, place)
    return { kind: 'LOGGED', offset: place.offset, mark: place.mark }
  }

  return {
    entries,
    resources,
    add(drafts, nowMs) {
      const receivedAtMs = Math.max(nowMs, entries.at(-1)?.receivedAtMs ?? known.receivedAtMs)
      return drafts.map((draft) => place(draft, receivedAtMs))
    },
  }
}

/** Source and eventId name one event of the log, so the same words told again get an eventId of their own. */
function rename(draft: Draft, nowMs: number): Draft {
  return { ...draft, event: { ...draft.event, eventId: `${draft.event.eventId}~${nowMs}` } }
}
