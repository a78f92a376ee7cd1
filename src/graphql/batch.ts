// Joins the single reads of one turn into one call of the store, so that a page of volumes asks for its
// instances at once. Nothing is remembered between turns: every read is as fresh as its call.

import type { ResourceRef } from '../event/event.ts'
import { sees } from '../event/visibility.ts'
import type { Entry } from '../event-log/entry.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Resource } from '../resource/resource.ts'
import type { Resources } from '../resource/resources.ts'
import type { Context } from './context.ts'

type Read<Key, Value> = (keys: readonly Key[]) => Promise<readonly (Value | null)[]>
type Waiting<Key, Value> = {
  readonly key: Key
  readonly resolve: (value: Value | null) => void
  readonly reject: (error: unknown) => void
}

/** One key at a time to the caller, many at once to `read`, which answers in their order. */
export function batched<Key, Value>(read: Read<Key, Value>): (key: Key) => Promise<Value | null> {
  let waiting: Waiting<Key, Value>[] = []

  async function flush(): Promise<void> {
    const batch = waiting
    waiting = []
    try {
      const values = await read(batch.map(({ key }) => key))
      for (const [i, { resolve }] of batch.entries()) resolve(values[i] ?? null)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject })
      if (waiting.length === 1) queueMicrotask(flush)
    })
}

const resourceReaders = new WeakMap<Resources, (ref: ResourceRef) => Promise<Resource | null>>()
const entryReaders = new WeakMap<EventLog, (offset: number) => Promise<Entry | null>>()

/** A resource that may be seen, tombstones too; a foreign one is null like a missing one. */
export async function readResource(
  { resources, visibility }: Context,
  ref: ResourceRef,
): Promise<Resource | null> {
  const read = readerOf(resourceReaders, resources, (refs) => resources.get(refs))
  const resource = await read(ref)
  return resource && sees(visibility, resource) ? resource : null
}

/** The entry at an offset, seen or not: null where it is not held. What is shown of it is for the caller. */
export function readEntry({ log }: Context, offset: number): Promise<Entry | null> {
  return readerOf(entryReaders, log, (offsets) => log.at(offsets))(offset)
}

function readerOf<Seam extends object, Key, Value>(
  readers: WeakMap<Seam, (key: Key) => Promise<Value | null>>,
  seam: Seam,
  read: Read<Key, Value>,
): (key: Key) => Promise<Value | null> {
  const known = readers.get(seam)
  if (known) return known
  const reader = batched(read)
  readers.set(seam, reader)
  return reader
}
