// Reads the log. A cursor and what comes after it are read in one moment, so that nothing trimmed or
// appended in between can pass unnoticed.

import { HeliographError } from '../../errors.ts'
import { type Cursor, cursorExpired } from '../../event/position.ts'
import type { Entry } from '../../event-log/entry.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import type { Call } from './connection.ts'
import { keys } from './keys.ts'
import { expectMeta, type Meta, metaFields, readMeta } from './meta.ts'
import { type EntryRecord, entryOf, readRecord, type StreamItem } from './record.ts'
import { transact } from './transaction.ts'

export type LogReader = Omit<EventLog, 'append' | 'follow' | 'knownSince'>

export function createLogReader(call: Call): LogReader {
  async function meta(): Promise<Meta> {
    return expectMeta(await call((redis) => redis.hmget(keys.meta, ...metaFields)))
  }

  return {
    read: (after, limit) => readAfter(call, after, limit),
    readBackwards: (before, limit) => (before ? readBefore(call, before, limit) : readNewest(call, limit)),
    at: (offsets) => readAt(call, offsets),
    head: async () => (await meta()).head,
    tail: async () => (await meta()).tail,
  }
}

async function readAfter(call: Call, after: Cursor, limit: number): Promise<Entry[]> {
  // The entry of the cursor comes along: its mark tells whether the log is the one the cursor came from.
  const [facts, items] = await call((redis) =>
    transact(redis, (transaction) =>
      transaction
        .hmget(keys.meta, ...metaFields)
        .xrange(keys.log, streamId(after.offset), '+', 'COUNT', limit + 1),
    ),
  )
  const records = (items as StreamItem[]).map(readRecord)
  const held = records[0]?.offset === after.offset ? records.shift() : undefined
  checkContinuable(after, readMeta(facts), held)
  checkDense(records, after.offset)
  return records.slice(0, limit).map((record) => entryOf(after.epoch, record))
}

async function readBefore(call: Call, before: Cursor, limit: number): Promise<Entry[]> {
  const [facts, items] = await call((redis) =>
    transact(redis, (transaction) =>
      transaction
        .hmget(keys.meta, ...metaFields)
        .xrevrange(keys.log, streamId(before.offset), '-', 'COUNT', limit + 1),
    ),
  )
  const records = (items as StreamItem[]).map(readRecord)
  const held = records[0]?.offset === before.offset ? records.shift() : undefined
  checkContinuable(before, readMeta(facts), held)
  return records.slice(0, limit).map((record) => entryOf(before.epoch, record))
}

async function readNewest(call: Call, limit: number): Promise<Entry[]> {
  const [facts, items] = await call((redis) =>
    transact(redis, (transaction) =>
      transaction.hmget(keys.meta, ...metaFields).xrevrange(keys.log, '+', '-', 'COUNT', limit),
    ),
  )
  const { epoch } = expectMeta(facts).head
  return (items as StreamItem[]).map((item) => entryOf(epoch, readRecord(item)))
}

async function readAt(call: Call, offsets: readonly number[]): Promise<(Entry | null)[]> {
  const ids = offsets.map((offset) => (Number.isSafeInteger(offset) && offset > 0 ? streamId(offset) : null))
  const [facts, ...replies] = await call((redis) =>
    transact(redis, (transaction) => {
      transaction.hmget(keys.meta, ...metaFields)
      for (const id of ids) if (id !== null) transaction.xrange(keys.log, id, id)
      return transaction
    }),
  )
  const { epoch } = expectMeta(facts).head
  return ids.map((id) => {
    const [item] = id === null ? [] : (replies.shift() as StreamItem[])
    return item ? entryOf(epoch, readRecord(item)) : null
  })
}

function streamId(offset: number): string {
  return `${offset}-0`
}

/** @throws HeliographError CURSOR_EXPIRED where going on from the cursor could leave something out. */
function checkContinuable(cursor: Cursor, meta: Meta | null, held: EntryRecord | undefined): void {
  if (meta === null || meta.head.epoch !== cursor.epoch) throw cursorExpired('the log began anew since')
  if (cursor.offset > meta.head.offset) throw cursorExpired('the log does not reach that far')
  const isTail = cursor.offset === meta.tail.offset
  if (!held && !isTail) throw cursorExpired('the log no longer holds what it points at')
  if ((held?.mark ?? meta.tail.mark) !== cursor.mark) throw cursorExpired('another event stands at its place')
}

function checkDense(records: readonly EntryRecord[], after: number): void {
  const hole = records.findIndex(({ offset }, i) => offset !== after + i + 1)
  if (hole === -1) return
  throw new HeliographError(
    'INTERNAL',
    `the log has a hole: entry ${after + hole + 1} is missing from ${keys.log}`,
  )
}
