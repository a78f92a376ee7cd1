// What a fold is based on, read from Redis. The append script notices where it has changed since.

import type { Redis } from 'ioredis'
import type { Draft } from '../../event/draft.ts'
import { type Resource, resourceKey } from '../../resource/resource.ts'
import type { Logged } from '../retention.ts'
import type { Basis } from './append-batch.ts'
import { digestOf, keys } from './keys.ts'
import type { KnownResource } from './known-resources.ts'
import { expectMeta, metaFields } from './meta.ts'
import { readLogged } from './record.ts'
import { sendTogether } from './transaction.ts'

/** The resource keys of drafts, each once. */
export function keysOf(drafts: readonly Draft[]): string[] {
  return [...new Set(drafts.flatMap(({ event }) => (event.resource ? [resourceKey(event.resource)] : [])))]
}

/** Everything that a fold of these drafts asks for. */
export async function readBasis(redis: Redis, drafts: readonly Draft[]): Promise<Basis> {
  const dedupeKeys = [...new Set(drafts.map(({ event }) => `${event.source}\n${event.eventId}`))]
  const resources = await readResources(redis, keysOf(drafts))
  // The head comes last, so that no record read before is beyond it.
  const [found, facts] = await sendTogether(redis, (pipeline) =>
    pipeline.hmget(keys.dedupe, ...dedupeKeys.map(digestOf)).hmget(keys.meta, ...metaFields),
  )
  const { head, receivedAtMs } = expectMeta(facts)
  const records = new Map<string, string>()
  const earlier = new Map<string, Logged | null>()
  dedupeKeys.forEach((key, i) => {
    const record = (found as (string | null)[])[i] ?? null
    if (record !== null) records.set(key, record)
    earlier.set(key, readLogged(record))
  })
  return {
    epoch: head.epoch,
    head: head.offset,
    receivedAtMs,
    resources,
    records,
    earlier: (key) => earlier.get(key) ?? null,
  }
}

/** The resources under these keys, by key. */
export async function readResources(
  redis: Redis,
  names: readonly string[],
): Promise<Map<string, KnownResource>> {
  if (names.length === 0) return new Map()
  // The versions come first: where a change slips in between, the script finds a newer one.
  const [versions, jsons] = await sendTogether(redis, (pipeline) =>
    pipeline.hmget(keys.versions, ...names).hmget(keys.state, ...names),
  )
  return new Map(
    names.map((key, i) => {
      const json = (jsons as (string | null)[])[i]
      const resource = typeof json === 'string' ? (JSON.parse(json) as Resource) : null
      return [key, { version: (versions as (string | null)[])[i] ?? '', resource }]
    }),
  )
}
