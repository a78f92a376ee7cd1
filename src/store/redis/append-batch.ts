// Plans one run of the append script: folds drafts on what is known, and lays out the script's arguments.

import type { Draft } from '../../event/draft.ts'
import type { Epoch } from '../../event/position.ts'
import type { Receipt } from '../../event-log/event-log.ts'
import { type Batch, createBatch, type Known, type Placement, type Planned } from '../batch.ts'
import type { Retention } from '../store.ts'
import { entriesMessage } from './announcements.ts'
import { createIndexChanges } from './index-members.ts'
import { digestOf, historyKey, indexes, indexKey, keys } from './keys.ts'
import type { KnownResource } from './known-resources.ts'
import { type EntryTexts, formatVersion } from './record.ts'

// Redis cuts a follower that lags by 32 MB: an announcement stays far below that.
const batchBytes = 4 * 1024 * 1024

const { meta, log, state, versions, tombstones, dedupe, order } = keys
const fixedKeys = [meta, log, state, versions, tombstones, dedupe, order, ...indexes.map(indexKey)]

/** What is known before the fold; the script compares it with what is stored. */
export type Basis = Pick<Known, 'head' | 'receivedAtMs' | 'earlier'> & {
  readonly epoch: Epoch
  /** By resource key. */
  readonly resources: ReadonlyMap<string, KnownResource>
  /** Dedupe records by dedupe key, where there are any. */
  readonly records: ReadonlyMap<string, string>
}

type Args = readonly (string | number)[]

export type Plan = {
  /** Whether nothing is to be logged. */
  readonly isEmpty: boolean
  readonly keys: readonly string[]
  readonly args: Args
  /** What is stored of each entry. */
  readonly texts: readonly EntryTexts[]
  /** The same as a message to other gateways. */
  entriesMessage(): Buffer
  /** Receipts for as many drafts as it covers, from the first; given where the batch was logged. */
  receipts(firstOffset: number): Receipt[]
  /** The resources after the batch was logged there, by key. */
  changed(firstOffset: number): [string, KnownResource][]
}

/** Plans for as many of the drafts as fit in one batch. */
export function planAppend(basis: Basis, drafts: readonly Draft[], retention: Retention): Plan {
  const resource = (key: string) => basis.resources.get(key)?.resource ?? null
  const batch = createBatch({ ...basis, resource }, retention)
  const nowMs = Date.now()
  const placements: Placement[] = []
  const texts: EntryTexts[] = []
  for (let bytes = 0, i = 0; i < drafts.length && bytes < batchBytes; i++) {
    placements.push(...batch.add(drafts.slice(i, i + 1), nowMs))
    const entry = batch.entries[texts.length]
    if (!entry) continue
    const text = textsOf(entry)
    texts.push(text)
    bytes += text.event.length + text.before.length + text.after.length
  }
  const named = [...new Set(batch.entries.flatMap(({ key }) => (key === null ? [] : [key])))]
  return {
    isEmpty: texts.length === 0,
    keys: [...fixedKeys, ...named.map(historyKey)],
    args: layOut(basis, batch, texts, named),
    entriesMessage: () => entriesMessage(texts),
    texts,
    receipts: (firstOffset) => placements.map((placement) => receiptOf(placement, basis, firstOffset)),
    changed: (firstOffset) =>
      [...batch.resources].map(([key, { after, version }]) => {
        const mark = batch.entries[version - basis.head - 1]?.mark ?? 0
        return [
          key,
          { version: formatVersion(version - basis.head - 1 + firstOffset, mark), resource: after },
        ]
      }),
  }
}

function textsOf({ mark, admitted: { event, change } }: Planned): EntryTexts {
  if (change === null) return { mark, event: JSON.stringify(event), before: '', after: '' }
  const { before, after } = change
  return {
    mark,
    event: JSON.stringify(event),
    before: JSON.stringify(before),
    after: JSON.stringify(after.version === 0 ? after : { ...after, version: 0 }),
  }
}

function layOut(basis: Basis, batch: Batch, texts: readonly EntryTexts[], named: readonly string[]): Args {
  const changes = createIndexChanges()
  const numbers = new Map(named.map((key, i) => [key, i + 1]))
  const resourceArgs = named.flatMap((key): Args => {
    const planned = batch.resources.get(key)
    const version = basis.resources.get(key)?.version ?? ''
    if (!planned) return [key, version, 0, '']
    changes.add(key, planned.before, planned.after)
    const fate = fateOf(planned.before?.deletedAt ?? null, planned.after.deletedAt)
    return [key, version, planned.version - basis.head, fate]
  })
  const entryArgs = batch.entries.flatMap(({ dedupeKey, mark, key }, i): Args => {
    const { event, before, after } = texts[i] ?? { event: '', before: '', after: '' }
    return [digestOf(dedupeKey), mark, key === null ? 0 : (numbers.get(key) ?? 0), event, before, after]
  })
  const recordArgs = batch.entries.flatMap(({ dedupeKey }, i): Args => {
    const record = basis.records.get(dedupeKey)
    return record === undefined ? [] : [i + 1, record]
  })
  const commands = changes.commands()
  const changeArgs = commands.flatMap(({ command, index, args }): Args => {
    return [command, fixedKeys.indexOf(indexKey(index)) + 1, args.length, ...args]
  })
  const receivedAtMs = batch.entries[0]?.receivedAtMs ?? 0
  const counts = [named.length, texts.length, recordArgs.length / 2, commands.length]
  return [basis.epoch, receivedAtMs, ...counts, ...resourceArgs, ...entryArgs, ...recordArgs, ...changeArgs]
}

function fateOf(deletedBefore: string | null, deletedAfter: string | null): 'DEAD' | 'REVIVED' | '' {
  if (deletedAfter !== null) return 'DEAD'
  return deletedBefore === null ? '' : 'REVIVED'
}

// Planned places stand on the head as it was known; others may have appended before the script ran.
function receiptOf({ kind, offset, mark }: Placement, { epoch, head }: Basis, firstOffset: number): Receipt {
  const moved = offset > head ? firstOffset - (head + 1) : 0
  return { kind, cursor: { epoch, offset: offset + moved, mark } }
}
