// The webhooks in Redis, shared by all gateways: each call is one script or one command.

import type { Attempt, EndpointId, Progress, Webhook } from '../../webhook/webhook.ts'
import {
  type Claim,
  keptAttempts,
  type Lease,
  type SeenOwner,
  shards,
  type Update,
  type Webhooks,
} from '../../webhook/webhooks.ts'
import { endpointTaken, webhookExists, webhookGone, webhookMoved } from '../webhook-refusals.ts'
import { countAllowance, noteOwner } from './allowance-scripts.ts'
import type { Call } from './connection.ts'
import { allowanceKey, attemptsKey, keys } from './keys.ts'
import { claimShards, releaseShards, saveProgress } from './lease-scripts.ts'
import { transact } from './transaction.ts'
import { createWebhook, deleteWebhook, listWebhooks, replaceWebhook, setProgress } from './webhook-scripts.ts'

type Records = Pick<Webhooks, 'create' | 'get' | 'list' | 'count' | 'replace' | 'delete' | 'revision'>
type Endpoints = Pick<Webhooks, 'progress' | 'setProgress' | 'save' | 'attempts'>

const attemptsPrefix = attemptsKey('')
const recordKeys = [keys.webhooks, keys.webhookIds, keys.owned, keys.endpoints, keys.revision]
const leaseKeys = [keys.leases, keys.holders]

export function createRedisWebhooks(call: Call): Webhooks {
  return {
    ...createRecords(call),
    ...createEndpoints(call),
    async claim(holder, ttlMs) {
      return claimOf(await call((redis) => claimShards(redis, leaseKeys, [holder, ttlMs, shards])))
    },
    async release(holder, leases) {
      if (leases?.length === 0) return
      const given = leases?.flatMap(({ shard, generation }) => [shard, generation]) ?? []
      await call((redis) => releaseShards(redis, leaseKeys, [holder, ...given]))
    },
    async sawOwner(name, { seenAt, accounts }) {
      await call((redis) => noteOwner(redis, [keys.owners], [name, seenAt, JSON.stringify(accounts)]))
    },
    async seenOwner(name) {
      const text = await call((redis) => redis.hget(keys.owners, name))
      return text === null ? null : readOwner(text)
    },
    async allow(key, limit, windowMs) {
      return (await call((redis) => countAllowance(redis, [allowanceKey(key)], [limit, windowMs]))) === 1
    },
  }
}

function createRecords(call: Call): Records {
  return {
    async create(webhook, progress) {
      const args = [webhook.id, webhook.owner.name, JSON.stringify(webhook), ...pairsOf(webhook, progress)]
      const reply = await call((redis) => createWebhook(redis, recordKeys, args))
      if (reply === 'EXISTS') throw webhookExists(webhook.id)
      if (reply !== 'OK') throw endpointTaken(reply as EndpointId)
    },
    async get(id) {
      const json = await call((redis) => redis.hget(keys.webhooks, id))
      return json === null ? null : (JSON.parse(json) as Webhook)
    },
    async list(after, limit) {
      const args = [after === null ? '-' : `(${after}`, Math.max(0, limit)]
      const page = await call((redis) => listWebhooks(redis, recordKeys, args))
      return (page as string[]).map((json) => JSON.parse(json) as Webhook)
    },
    async count(ownerName) {
      const replies = await call((redis) =>
        transact(redis, (commands) => commands.hget(keys.owned, ownerName).hlen(keys.webhooks)),
      )
      const [owned = 0, all = 0] = replies.map(Number)
      return { owned, all }
    },
    async replace(webhook, added) {
      const { id, owner, version, endpoints } = webhook
      const ids = endpoints.map((endpoint) => endpoint.id)
      const record = [id, owner.name, JSON.stringify(webhook), version]
      const args = [...record, attemptsPrefix, ids.length, ...ids, ...pairsOf(webhook, added)]
      const reply = await call((redis) => replaceWebhook(redis, recordKeys, args))
      if (reply === 'GONE') throw webhookGone(id)
      if (reply === 'MOVED') throw webhookMoved(id)
      if (reply !== 'OK') throw endpointTaken(reply as EndpointId)
    },
    async delete(id) {
      return (await call((redis) => deleteWebhook(redis, recordKeys, [id, attemptsPrefix]))) === 1
    },
    revision: async () => Number(await call((redis) => redis.get(keys.revision))),
  }
}

function createEndpoints(call: Call): Endpoints {
  return {
    async progress(endpoints) {
      if (endpoints.length === 0) return []
      const texts = await call((redis) => redis.hmget(keys.endpoints, ...endpoints))
      return texts.map((text) => (text === null ? null : (JSON.parse(afterSpace(text)) as Progress)))
    },
    async setProgress(endpoint, progress) {
      const args = [endpoint, progress.version, textOf(progress)]
      return (await call((redis) => setProgress(redis, recordKeys, args))) === 1
    },
    async save(holder, updates) {
      if (updates.length === 0) return []
      const args = [holder, attemptsPrefix, keptAttempts, ...updates.flatMap(argumentsOf)]
      const replies = await call((redis) => saveProgress(redis, [keys.leases, keys.endpoints], args))
      return (replies as number[]).map((reply) => reply === 1)
    },
    async attempts(endpoint, limit) {
      const most = Math.min(limit, keptAttempts)
      if (most < 1) return []
      const texts = await call((redis) => redis.lrange(attemptsKey(endpoint), 0, most - 1))
      return texts.map((json) => JSON.parse(json) as Attempt)
    },
  }
}

/** Each of the webhook's endpoints that has progress here, and what is kept of it. */
function pairsOf({ endpoints }: Webhook, progress: ReadonlyMap<EndpointId, Progress>): string[] {
  return endpoints.flatMap(({ id }) => {
    const one = progress.get(id)
    return one === undefined ? [] : [id, textOf(one)]
  })
}

function argumentsOf({ lease, endpoint, progress, attempts }: Update): (string | number)[] {
  const kept = attempts.slice(-keptAttempts).map((attempt) => JSON.stringify(attempt))
  const { version } = progress
  return [lease.shard, lease.generation, endpoint, version, textOf(progress), kept.length, ...kept]
}

// The version stands before the JSON: scripts need no more of it.
function textOf(progress: Progress): string {
  return `${progress.version} ${JSON.stringify(progress)}`
}

function readOwner(text: string): SeenOwner {
  return { seenAt: text.slice(0, text.indexOf(' ')), accounts: JSON.parse(afterSpace(text)) }
}

function afterSpace(text: string): string {
  return text.slice(text.indexOf(' ') + 1)
}

function claimOf(reply: unknown): Claim {
  const [surplus = 0, ...numbers] = reply as number[]
  const leases: Lease[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    leases.push({ shard: Number(numbers[i]), generation: Number(numbers[i + 1]) })
  }
  return { leases, surplus }
}
