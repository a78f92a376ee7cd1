// What the gateway's thread and the two workers say to each other. One worker writes, one reads: a long
// read delays no commit. Entries and resources travel as the JSON text they are stored as.

import type { Binding, TicketStore } from '../../auth/tickets.ts'
import type { ResourceRef } from '../../event/event.ts'
import type { Cursor, Epoch } from '../../event/position.ts'
import type { PageRequest, ResourceQuery } from '../../resource/resources.ts'
import type { EndpointId, WebhookId } from '../../webhook/webhook.ts'
import type { Webhooks } from '../../webhook/webhooks.ts'
import type { Retention } from '../store.ts'
import type { Failure } from './failure.ts'

/** What a worker is started with. */
export type WorkerSettings = {
  readonly role: 'WRITER' | 'READER'
  readonly directory: string
  readonly retention: Retention
}

/** An entry as stored: `json` is { event, change }. With its mark: a cursor costs no look at the event. */
export type EntryRow = readonly [offset: number, mark: number, json: string]

/** A resource as stored; `version` stands beside its JSON, never in it. */
export type ResourceRow = readonly [version: number, json: string]

/** A receipt as sent: whether it is a duplicate (0 or 1), its offset and its mark. */
export type PlacementRow = readonly [duplicate: 0 | 1, offset: number, mark: number]

/** The number of an append, from 1, and up to which one the caller had heard the answers when it asked. */
export type Turn = { readonly number: number; readonly heard: number }

/** A place in the log without its epoch. */
export type Place = { readonly offset: number; readonly mark: number }

export type ListedPage = {
  readonly rows: readonly ResourceRow[]
  readonly endCursor: string | null
  readonly hasNextPage: boolean
}

/** A webhook as stored, and which endpoints it has. */
export type WebhookRow = {
  readonly id: WebhookId
  readonly owner: string
  readonly version: number
  readonly json: string
  readonly endpoints: readonly EndpointId[]
}

/** What an endpoint has come to, as stored. */
export type ProgressRow = readonly [endpoint: EndpointId, version: number, json: string]

/** An update as stored; `attempts` is JSON text, oldest first. */
export type UpdateRow = readonly [
  shard: number,
  generation: number,
  progress: ProgressRow,
  attempts: readonly string[],
]

/** What is known of an owner; `accounts` is JSON text. */
export type OwnerRow = readonly [seenAt: string, accounts: string]

/** What the writer is asked; `drafts` is what `formatDrafts` made. */
export type WriterCalls = {
  append(drafts: string, nowMs: number, turn: Turn): Promise<PlacementRow[]>
  trim(nowMs: number): Promise<number>
  putTicket(...args: Parameters<TicketStore['put']>): Promise<boolean>
  bindTicket(...args: Parameters<TicketStore['bind']>): Promise<Binding>
  createWebhook(webhook: WebhookRow, progress: readonly ProgressRow[]): Promise<void>
  replaceWebhook(webhook: WebhookRow, added: readonly ProgressRow[]): Promise<void>
  deleteWebhook(id: WebhookId): Promise<boolean>
  setProgress(progress: ProgressRow): Promise<boolean>
  save(holder: string, updates: readonly UpdateRow[]): Promise<boolean[]>
  claim: Webhooks['claim']
  release: Webhooks['release']
  sawOwner(name: string, owner: OwnerRow): Promise<void>
  allow: Webhooks['allow']
  /** Commits something small, to see whether commits succeed again. */
  probe(): void
  close(): Promise<void>
}

/** What the reader is asked. Cursors that cannot be continued throw CURSOR_EXPIRED. */
export type ReaderCalls = {
  epoch(): Epoch
  head(): Place
  tail(): Place
  /** In milliseconds. */
  knownSince(nowMs: number): number
  read(after: Cursor, limit: number): EntryRow[]
  readBackwards(before: Cursor | null, limit: number): EntryRow[]
  at(offsets: readonly number[]): (EntryRow | null)[]
  get(refs: readonly ResourceRef[]): (ResourceRow | null)[]
  list(query: ResourceQuery, page: PageRequest): Promise<ListedPage>
  history(ref: ResourceRef, before: number | null, limit: number): number[]
  webhook(id: WebhookId): string | null
  webhooks(after: WebhookId | null, limit: number): string[]
  countWebhooks(ownerName: string): { readonly owned: number; readonly all: number }
  revision(): number
  progress(endpoints: readonly EndpointId[]): (string | null)[]
  attempts(endpoint: EndpointId, limit: number): string[]
  seenOwner(name: string): OwnerRow | null
  close(): void
}

/** To a worker; the first is `open`. */
export type Request = { readonly id: number; readonly name: string; readonly args: readonly unknown[] }

/** From a worker. COMMITTED tells what is new in the log. */
export type Report =
  | { readonly kind: 'ANSWER'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'FAILURE'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'COMMITTED'; readonly rows: readonly EntryRow[] }
