// Resource keys from one or several ranges of the indexes, merged into one sequence in the order of
// keys, each once: what a page of resources is read from.

import type { Redis } from 'ioredis'
import type { Call } from './connection.ts'
import { memberOf } from './index-members.ts'
import { type Index, indexKey } from './keys.ts'
import { sendTogether } from './transaction.ts'

/** The part of an index that files one value; for `all` the value is not used. */
export type Source = { readonly index: Index; readonly value: string }

type Range = Source & { after: string | null; ended: boolean; keys: string[] }

/** Yields keys after `after` (null: from the first), in portions of a size near `portion`. */
export async function* streamKeys(
  call: Call,
  sources: readonly Source[],
  after: string | null,
  portion: number,
): AsyncGenerator<string[]> {
  const ranges: Range[] = sources.map((source) => ({ ...source, after, ended: false, keys: [] }))
  const size = Math.max(20, Math.ceil(portion / Math.max(1, sources.length)))
  for (;;) {
    const dry = ranges.filter((range) => !range.ended && range.keys.length === 0)
    if (dry.length > 0) await call((redis) => refill(redis, dry, size))
    if (ranges.every((range) => range.keys.length === 0)) return
    yield takeMerged(ranges)
  }
}

async function refill(redis: Redis, ranges: readonly Range[], size: number): Promise<void> {
  const replies = await sendTogether(redis, (pipeline) => {
    for (const range of ranges)
      pipeline.zrangebylex(indexKey(range.index), ...limitsOf(range), 'LIMIT', 0, size)
    return pipeline
  })
  ranges.forEach((range, i) => {
    const members = replies[i] as string[]
    const skip = range.index === 'all' ? 0 : range.value.length + 1
    range.keys = members.map((member) => member.slice(skip))
    range.after = range.keys.at(-1) ?? range.after
    range.ended = members.length < size
  })
}

function limitsOf({ index, value, after }: Range): [string, string] {
  if (index === 'all') return [after === null ? '-' : `(${after}`, '+']
  return [after === null ? `[${memberOf(value, '')}` : `(${memberOf(value, after)}`, `(${value}\u0001`]
}

/** Takes every key that no range can still come before. */
function takeMerged(ranges: readonly Range[]): string[] {
  const [only] = ranges
  if (ranges.length === 1 && only) return only.keys.splice(0)
  const ends = ranges.flatMap((range) => (range.ended ? [] : [range.keys.at(-1) ?? '']))
  const end = ends.sort(compareKeys)[0]
  const taken = ranges.flatMap((range) => {
    const beyond = end === undefined ? -1 : range.keys.findIndex((key) => compareKeys(key, end) > 0)
    return range.keys.splice(0, beyond === -1 ? range.keys.length : beyond)
  })
  return [...new Set(taken)].sort(compareKeys)
}

const surrogates = /[\ud800-\udfff]/

// Redis orders by bytes; text of this language does too, but for characters that take two units.
function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  if (surrogates.test(a) || surrogates.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}
