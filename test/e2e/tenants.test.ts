// Two tenants and their tokens at the real doors. Every field of Query and Subscription is walked from the
// schema: what is added there is tested here, or fails for want of an argument.

import { type GraphQLField, getNamedType, isAbstractType, isInterfaceType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { catalogue } from '../../src/resource/catalog.ts'
import { everythingOf, fieldIn, objectsIn } from '../graphql/selection.ts'
import { happenings, inventory } from '../graphql/world.ts'
import { connect, type LiveClient, query, type Recording, type Row } from '../support/clients.ts'
import { cloudEventBatch, cloudStackSamples, note, vmState } from '../support/cloud.ts'
import { engineNames, startTestGateway, type TestGateway } from '../support/gateway.ts'
import { everyRole, makeTokenFile, type TokenFile } from '../support/tokens.ts'

type Field = GraphQLField<unknown, unknown>
type Tenant = 'acme' | 'globex'

const tenants: readonly Tenant[] = ['acme', 'globex']
const other = { acme: 'globex', globex: 'acme' } as const
const queryFields = Object.values(schema.getQueryType()?.getFields() ?? {})
const subscriptionFields = Object.values(schema.getSubscriptionType()?.getFields() ?? {})

/** What a tenant's answers must not hold: the other's account, and the names of resources not his own. */
const foreign: { readonly [T in Tenant]: RegExp } = {
  acme: /account-globex|name of \w+-(globex|nobodys|admin)/,
  globex: /account-acme|name of \w+-(acme|crossing|nobodys|admin)/,
}

/** Generated documents are larger than clients' may be. */
const roomy = { queryDepth: 20, queryCost: 1e9, messageBytes: 64 * 1024 ** 2 }

/** Each tenant's webhook, and one of an administrator. */
const webhooks = { acme: '', globex: '', admin: '' }
const webhookSettings = { secretKeys: ['k'.repeat(43)], webhookAllowCidrs: ['127.0.0.0/8'] }

describe.each(engineNames)('two tenants on %s', (engine) => {
  let file: TokenFile<keyof typeof everyRole>
  let gateway: TestGateway
  let start = ''
  let clients: { readonly [T in Tenant]: LiveClient }

  beforeAll(async () => {
    file = await makeTokenFile(everyRole)
    gateway = await startTestGateway(engine, { ...roomy, ...webhookSettings, tokensFile: file.path })
    start = (await query<{ head: string }>(gateway.endpoint, '{ head }', {}, file.tokens.admin)).head
    await post([...inventory(), ...happenings()])
    for (const owner of ['acme', 'globex', 'admin'] as const) webhooks[owner] = await makeWebhook(owner)
    clients = {
      acme: connect(gateway.socketEndpoint, file.tokens.acme),
      globex: connect(gateway.socketEndpoint, file.tokens.globex),
    }
  })
  afterAll(async () => {
    for (const tenant of tenants) await clients?.[tenant].close()
    await gateway?.stop()
    await file?.remove()
  })

  async function post(events: readonly unknown[], type = cloudEventBatch): Promise<void> {
    const response = await gateway.post(events, type, file.tokens.ingest)
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ rejectedCount: 0 })
  }

  async function makeWebhook(owner: Tenant | 'admin'): Promise<string> {
    const endpoint = `{ uri: "https://127.0.0.1/of/${owner}", headers: [{ name: "x-own", value: "1" }] }`
    const text = `mutation { createWebhook(input: { name: "name of webhook-${owner}", filter: {}, endpoints: [${endpoint}] }) { webhook { id } } }`
    const { createWebhook } = await ask<{ createWebhook: { webhook: { id: string } } }>(owner, text)
    return createWebhook.webhook.id
  }

  const ask = <T = Row>(tenant: Tenant | 'admin', text: string, variables = {}) =>
    query<T>(gateway.endpoint, text, variables, file.tokens[tenant])

  describe.each(tenants)('of which %s', (tenant) => {
    test.each(queryFields.map(({ name }) => name))('sees nothing of the other by Query.%s', async (name) => {
      const field = fieldNamed(queryFields, name)
      for (const { call, selection, isForeign, isOwn } of callsOf(field, tenant)) {
        const data = await ask(tenant, `{ seen: ${call} ${selection} }`)
        expect(JSON.stringify(data)).not.toMatch(foreign[tenant])
        expectOwned(data, tenant)
        if (isForeign) expect(data).toEqual({ seen: null })
        if (isOwn) expect(data.seen).not.toBeNull()
      }
    })

    test.each(subscriptionFields.map(({ name }) => name))(
      'sees nothing of the other by Subscription.%s, replayed, as state, and live',
      async (name) => {
        const field = fieldNamed(subscriptionFields, name)
        const mark = `${engine}-${tenant}-${name}`
        const client = clients[tenant]
        const calls = callsOf(field, tenant).flatMap(({ call, selection, ...rest }) => [
          { ...rest, text: `subscription { seen: ${call} ${selection} }` },
          { ...rest, text: `subscription { seen: ${withAfter(call, start)} ${selection} }` },
        ])
        const running = calls.map((call) => ({ ...call, recording: client.subscribe(call.text) }))
        const watch = client.subscribe(`subscription { events(after: "${start}") { eventId } }`)
        const happen = async (round: number) => {
          await post([
            vmState(
              `${mark}-theirs-${round}`,
              `VirtualMachine-${other[tenant]}`,
              'Stopped',
              belongsTo(other[tenant]),
            ),
            vmState(`${mark}-mine-${round}`, `VirtualMachine-${tenant}`, 'Stopped', belongsTo(tenant)),
            vmState(`${mark}-mine-again-${round}`, `VirtualMachine-${tenant}`, 'Running', belongsTo(tenant)),
            note(`${mark}-end-${round}`, 'TEST.NOTE', { account: `account-${tenant}` }),
          ])
          await watch.until((rows) => rows.some(({ eventId }) => eventId === `${mark}-end-${round}`))
        }
        const isTold = (rows: readonly unknown[]) => JSON.stringify(rows).includes(`${mark}-mine-again`)
        // Again until all have heard of it: nothing tells when a live subscription stands.
        for (let round = 0; running.some((one) => !one.isForeign && !isTold(one.recording.received)); round++)
          await happen(round)
        for (const { recording, isForeign } of running) {
          expect(recording.errors()).toBeNull()
          expect(JSON.stringify(recording.received)).not.toMatch(foreign[tenant])
          expectOwned(recording.received, tenant)
          if (isForeign) expect(recording.received.filter(isOtherThanSynced)).toEqual([])
          recording.close()
        }
        watch.close()
      },
    )
  })

  test('with the same document never share bytes, over WebSocket or SSE', async () => {
    const text = 'subscription { events { id eventId cursor type time owner description data } }'
    const recordings = tenants.map((tenant) => clients[tenant].subscribe(text))
    const stop = new AbortController()
    const streams = await Promise.all(
      tenants.map((tenant) =>
        fetch(`${gateway.endpoint}?query=${encodeURIComponent(text)}`, {
          headers: { accept: 'text/event-stream', authorization: `Bearer ${file.tokens[tenant]}` },
          signal: stop.signal,
        }),
      ),
    )
    // What is answered after them on the same sockets tells that the subscriptions stand.
    for (const tenant of tenants)
      await clients[tenant]
        .subscribe(`subscription { events(after: "${start}") { eventId } }`)
        .until((rows) => rows.length > 0)
    const events = Array.from({ length: 40 }, (_, n) =>
      note(`shared-${n}`, 'TEST.NOTE', { account: `account-${n % 2 ? 'acme' : 'globex'}` }),
    )
    await post(events)
    const lines = await Promise.all([
      ...recordings.map((recording) => payloadsOf(recording)),
      ...streams.map((stream) => linesOf(stream)),
    ])
    stop.abort()
    const [acme, globex, acmeSse, globexSse] = lines.map((some) => new Set(some))
    if (!acme || !globex || !acmeSse || !globexSse) throw new Error('a stream is missing')
    for (const set of [acme, globex, acmeSse, globexSse]) expect(set.size).toBe(20)
    expect(acme.intersection(globex).size).toBe(0)
    expect(acmeSse.intersection(globexSse).size).toBe(0)
    for (const recording of recordings) recording.close()
  })

  describe('and the samples of CloudStack', () => {
    const tenantAccount = 'account-acme'
    const adminAccount = 'account-of-an-administrator'
    const vm = 'ec1b8ca1-f91e-4d4c-9ff4-9b7889463e85'
    const template = '5be6128e-18c2-4797-a142-ea7d17be3111'

    beforeAll(async () => {
      const samples = await cloudStackSamples()
      const owner = '9a1de644-815e-46d1-bb8f-aa1837f8a88b'
      const created = samples.filter(({ body }) => JSON.stringify(body).includes(vm)).slice(0, 20)
      const mine = JSON.parse(JSON.stringify(created).replaceAll(owner, tenantAccount))
      await post(mine, 'application/json')
    })

    /** An ACTION event as the bus sends it. */
    function action(event: string, entity: string, uid: string, account: string, status = 'Completed') {
      return {
        routingKey: `management-server.ActionEvent.${event.replaceAll('.', '-')}.${entity}.${uid}`,
        body: {
          eventDateTime: '2026-05-16 09:42:29 +0000',
          event,
          status,
          entity,
          entityuuid: uid,
          description: `Successfully completed ${event} by ${account}`,
          account,
          user: 'b74d0fb1-32e7-4629-8fad-c1a606cb0fb3',
        },
      }
    }

    test('an administrator’s stop of a tenant’s VM is the tenant’s event', async () => {
      const watch = clients.acme.subscribe<{ owner: string; actor: { account: string } }>(
        `subscription { events(after: "${start}", filter: { types: ["VM.STOP"], accounts: ["${tenantAccount}"] }) {
          owner actor { account } resource { uid current { owner } }
        } }`,
      )
      await post([action('VM.STOP', 'VirtualMachine', vm, adminAccount)], 'application/json')
      const rows = await watch.until((some) => some.some(({ actor }) => actor?.account === adminAccount))
      expect(rows.at(-1)).toEqual({
        owner: tenantAccount,
        actor: { account: adminAccount },
        resource: { uid: vm, current: { owner: tenantAccount } },
      })
      watch.close()
      const asked = `{ resource(kind: "VirtualMachine", id: "${vm}") { owner } }`
      expect(await ask('acme', asked)).toEqual({ resource: { owner: tenantAccount } })
      expect(await ask('globex', asked)).toEqual({ resource: null })
    })

    test('a tenant’s action on a public template does not make it his', async () => {
      const asked = `{ resource(kind: "Template", id: "${template}") { owner } resources(filter: { kinds: ["Template"], ids: ["${template}"] }) { nodes { owner } } }`
      const nothing = { resource: null, resources: { nodes: [] } }
      const steps = ['Created', 'Started', 'Completed']
      await post(
        steps.map((status) => action('TEMPLATE.EXTRACT', 'Template', template, 'account-globex', status)),
        'application/json',
      )
      expect(await ask('globex', asked)).toEqual(nothing)
      expect(await ask('acme', asked)).toEqual(nothing)
      expect(await ask('admin', asked)).toEqual({
        resource: { owner: null },
        resources: { nodes: [{ owner: null }] },
      })
      // What he did is his to see, for as long as nobody is known to own the template.
      const done =
        '{ events(filter: { types: ["TEMPLATE.EXTRACT"] }) { nodes { owner resource { uid current { uid } } } } }'
      const { events } = await ask<{ events: { nodes: Row[] } }>('globex', done)
      expect(events.nodes.at(-1)).toEqual({
        owner: 'account-globex',
        resource: { uid: template, current: null },
      })
      expect(await ask('acme', done)).toEqual({ events: { nodes: [] } })
    })
  })
})

type Call = {
  readonly call: string
  readonly selection: string
  readonly isForeign: boolean
  readonly isOwn: boolean
}

/** A field with the arguments that reach furthest: by id once for the tenant's own, and for all that is not. */
function callsOf(field: Field, tenant: Tenant): Call[] {
  const selections = selectionsOf(field)
  return waysIn(field, tenant).flatMap((way) => selections.map((selection) => ({ ...way, selection })))
}

function waysIn({ name, args, type }: Field, tenant: Tenant): Omit<Call, 'selection'>[] {
  const names = args.map((arg) => arg.name)
  const unknown = names.filter((one) => !'filter first after last before kind id'.split(' ').includes(one))
  if (unknown.length > 0) throw new Error(`${name} has arguments this test does not know: ${unknown}`)
  if (!names.includes('id'))
    return [{ call: names.includes('first') ? `${name}(first: 500)` : name, isForeign: false, isOwn: false }]
  if (name === 'webhook') {
    const by = (owner: keyof typeof webhooks) => `webhook(id: "${webhooks[owner]}")`
    return [
      { call: by(tenant), isForeign: false, isOwn: true },
      { call: by(other[tenant]), isForeign: true, isOwn: false },
      { call: by('admin'), isForeign: true, isOwn: false },
    ]
  }
  const kind = catalogue.find((one) => one.kind === getNamedType(type).name)?.kind ?? 'VirtualMachine'
  const by = (owner: string) => {
    if (names.includes('kind')) return `${name}(kind: "${kind}", id: "${kind}-${owner}")`
    return `${name}(id: "${kind}/${kind}-${owner}")`
  }
  return [
    { call: by(tenant), isForeign: false, isOwn: true },
    { call: by(other[tenant]), isForeign: true, isOwn: false },
    { call: by('nobodys'), isForeign: true, isOwn: false },
  ]
}

function withAfter(call: string, cursor: string): string {
  return call.endsWith(')') ? `${call.slice(0, -1)}, after: "${cursor}")` : `${call}(after: "${cursor}")`
}

/** All fields, a step deep; one selection for each type it may be, as one document may not hold them all. */
function selectionsOf({ type }: Field): readonly string[] {
  const named = getNamedType(type)
  if (!isAbstractType(named)) return [everythingOf(named, 1)]
  const known = isInterfaceType(named) && 'eventId' in named.getFields() ? 'eventId' : ''
  return schema
    .getPossibleTypes(named)
    .map((one) => `{ __typename ${known} ... on ${one.name} ${everythingOf(one, 1)} }`)
}

function fieldNamed(fields: readonly Field[], name: string): Field {
  const field = fields.find((one) => one.name === name)
  if (!field) throw new Error(name)
  return field
}

/** Whatever has an owner is the tenant's. */
function expectOwned(data: unknown, tenant: Tenant): void {
  const owners = objectsIn(data).map((seen) => fieldIn(seen, 'owner'))
  expect(owners.filter((owner) => owner !== undefined && owner !== `account-${tenant}`)).toEqual([])
}

function belongsTo(tenant: Tenant): Record<string, unknown> {
  return { account: `account-${tenant}` }
}

function isOtherThanSynced(row: Row): boolean {
  return row.ResourceChange_type !== 'SYNCED'
}

async function payloadsOf(recording: Recording<Row>): Promise<string[]> {
  const rows = await recording.until((some) => some.length === 20)
  return rows.map((row) => JSON.stringify(row))
}

async function linesOf(stream: Response): Promise<string[]> {
  let text = ''
  const found = () => text.split('\n').filter((line) => line.startsWith('data: ') && line.endsWith('}'))
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.endsWith('\n\n') && found().length >= 20) break
  }
  return found()
}
