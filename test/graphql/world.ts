// A cloud of two tenants in a real store: one resource of every catalogued kind for each, another that
// leads to the other tenant's, one that nobody owns, and the recorded messages of CloudStack.

import { readFileSync } from 'node:fs'
import { type ExecutionResult, execute, parse } from 'graphql'
import { loopbackCredential, recallLoopback } from '../../src/auth/gate.ts'
import { loopbackAdministrator, type Principal, visibilityOf } from '../../src/auth/principal.ts'
import { createTickets } from '../../src/auth/tickets.ts'
import { decodeCloudEvent } from '../../src/event/cloudevents.ts'
import { decodeCloudStack } from '../../src/event/cloudstack.ts'
import type { Decoded, Draft } from '../../src/event/draft.ts'
import type { Json } from '../../src/event/event.ts'
import type { Receipt } from '../../src/event-log/event-log.ts'
import type { Context } from '../../src/graphql/context.ts'
import { prepareOperation } from '../../src/graphql/operation.ts'
import { schema } from '../../src/graphql/schema.ts'
import { type CatalogueKind, catalogue, type FieldType } from '../../src/resource/catalog.ts'
import { openTestRegistry } from '../support/registry.ts'
import { type Opened, sqliteEngine } from '../support/store.ts'

export const acme = 'account-acme'
export const globex = 'account-globex'

/** Roomy: for tests of other things. */
export const roomyLimits = { queryDepth: 20, queryCost: 1e9 }

const arrivedAt = '2026-05-16T00:00:00.000Z'

export type World = {
  readonly opened: Opened
  readonly admin: Context
  /** Sees what belongs to acme. */
  readonly tenant: Context
  append(...events: readonly Record<string, unknown>[]): Promise<Receipt[]>
}

/** @param populated whether to begin with the cloud described above, or with nothing */
export async function openWorld(populated: boolean): Promise<World> {
  const opened = await sqliteEngine.open()
  const append = (...events: readonly Record<string, unknown>[]) =>
    opened.store.log.append(events.map((event) => draftOf(decodeCloudEvent(event, arrivedAt))))
  const { log, resources, tickets } = opened.store
  const webhooks = openTestRegistry(opened.store)
  const contextOf = (principal: Principal) => ({
    log,
    resources,
    webhooks,
    principal,
    visibility: visibilityOf(principal),
    createTicket: () => createTickets(tickets, recallLoopback).create(loopbackCredential),
  })
  if (populated) {
    await append(...inventory())
    await append(...happenings())
    await log.append(cloudStackDrafts())
  }
  return {
    opened,
    admin: contextOf(loopbackAdministrator),
    tenant: contextOf({ role: 'TENANT', name: 'acme', accounts: [acme] }),
    append,
  }
}

let lastId = 0

/** A CloudEvent with an id of its own. */
export function happened(type: string, subject: string | null, more: Record<string, unknown> = {}) {
  lastId += 1
  return {
    specversion: '1.0',
    id: `made-${lastId}`,
    source: 'test',
    type,
    time: new Date(Date.UTC(2026, 4, 14, 9, 0, lastId)).toISOString(),
    ...(subject !== null && { subject }),
    ...more,
  }
}

/** What a client would get, limits aside. */
export async function run(
  context: Context,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<ExecutionResult> {
  const { document } = prepareOperation({ query, variables }, roomyLimits)
  return execute({ schema, document, variableValues: variables, contextValue: context })
}

/** The data of a query that must not fail. */
export async function ask<T = Record<string, unknown>>(
  context: Context,
  query: string,
  variables?: Record<string, unknown>,
): Promise<T> {
  const { data, errors } = await run(context, query, variables)
  if (errors) throw errors[0]
  return data as T
}

/** Executes without the checks of a request, as generated documents are larger than clients' may be. */
export async function executeUnchecked(context: Context, query: string): Promise<ExecutionResult> {
  return execute({ schema, document: parse(query), contextValue: context })
}

/** Resources of every kind, as CloudEvents: acme's, globex's, acme's that leads to globex's, nobody's. */
export function inventory() {
  return catalogue.flatMap((kind) => [
    observed(kind, `${kind.kind}-acme`, acme, 'acme'),
    observed(kind, `${kind.kind}-globex`, globex, 'globex'),
    observed(kind, `${kind.kind}-crossing`, acme, 'globex'),
    observed(kind, `${kind.kind}-nobodys`, null, 'acme'),
  ])
}

function observed(kind: CatalogueKind, uid: string, account: string | null, leadsTo: string) {
  const attributes: { [name: string]: Json } = {}
  for (const { name, type } of kind.fields) attributes[name] = sampleOf(type)
  for (const { attribute, kind: other, listedIn } of kind.relations) {
    if (!listedIn) attributes[attribute] = `${other}-${leadsTo}`
    else
      attributes[listedIn.attribute] = [acme, globex].map((account) => ({
        [listedIn.key]: uidOf(other, account),
      }))
  }
  for (const { name } of kind.otherStates) attributes[name] = kind.states[name]?.[0] ?? 'Enabled'
  return happened('RESOURCE.OBSERVED', `${kind.kind}/${uid}`, {
    ...(account !== null && { account }),
    zone: 'Zone-acme',
    data: { name: `name of ${uid}`, state: kind.states.state?.[0] ?? 'Enabled', attributes },
  })
}

/** Of the resource of this kind that an account owns. */
function uidOf(kind: string, account: string): string {
  return `${kind}-${account === acme ? 'acme' : 'globex'}`
}

function sampleOf(type: FieldType): Json {
  const samples: { readonly [T in FieldType]: Json } = {
    STRING: 'text',
    ID: 'some-id',
    INT: 7,
    LONG: 2 ** 40,
    BOOLEAN: true,
    DATE_TIME: '2026-05-14T09:31:07+0000',
    JSON: [{ id: 'one' }],
  }
  return samples[type]
}

/** What happened to a VM of each. */
export function happenings() {
  return [acme, globex].flatMap((account) => {
    const subject = `VirtualMachine/${uidOf('VirtualMachine', account)}`
    const more = {
      account,
      data: { state: 'Running', previousState: 'Starting', related: ['Network/Network-globex'] },
    }
    return [
      happened('VM.STATE', subject, more),
      happened('VM.NOTE', subject, { account, category: 'alert', severity: 'warning' }),
    ]
  })
}

/** The recorded messages as drafts. */
export function cloudStackDrafts(): Draft[] {
  return readFileSync(new URL('../samples/cloudstack.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => decodeCloudStack(JSON.parse(line), arrivedAt))
    .filter((decoded) => decoded.kind === 'DRAFT')
    .map(draftOf)
}

function draftOf(decoded: Decoded): Draft {
  if (decoded.kind !== 'DRAFT') throw new Error(`ignored: ${decoded.reason}`)
  return decoded.draft
}
