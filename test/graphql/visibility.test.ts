import { getNamedType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatCursor } from '../../src/event/position.ts'
import { cursorOf } from '../../src/event-log/entry.ts'
import { formatEventId } from '../../src/graphql/node-id.ts'
import { schema } from '../../src/graphql/schema.ts'
import { everythingOf, fieldIn, objectsIn } from './selection.ts'
import { makeWebhook } from './webhook-calls.ts'
import { acme, ask, executeUnchecked, globex, happened, openWorld, run, type World } from './world.ts'

const rootFields = Object.values(schema.getQueryType()?.getFields() ?? {})

describe('nobody sees a foreign event or resource', () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld(true)
    // This VM changes hands: what happened before stays globex's.
    const subject = 'VirtualMachine/passed-on'
    await world.append(
      happened('VM.STATE', subject, {
        account: globex,
        data: { state: 'Running', previousState: 'Starting' },
      }),
      happened('VM.STATE', subject, {
        account: globex,
        data: { state: 'Stopped', previousState: 'Running' },
      }),
    )
  })
  afterAll(() => world.opened.stop())

  test.each(
    rootFields
      .filter(({ name, args }) => name !== 'webhooks' && args.some((arg) => arg.name === 'first'))
      .map(({ name }) => name),
  )('in %s and whatever it leads to', async (name) => {
    const field = rootFields.find((one) => one.name === name)
    if (!field) throw new Error(name)
    const depth = name === 'resources' ? 1 : 2
    const query = `{ ${name}(first: 500) ${everythingOf(getNamedType(field.type), depth)} }`
    const { data, errors } = await executeUnchecked(world.tenant, query)
    expect(errors).toBeUndefined()
    const owned = objectsIn(data).filter((seen) => fieldIn(seen, 'owner') !== undefined)
    expect(owned.length).toBeGreaterThan(0)
    expect(new Set(owned.map((seen) => fieldIn(seen, 'owner')))).toEqual(new Set([acme]))
  })

  test('by id: a foreign resource, a missing one and one that nobody owns look the same', async () => {
    for (const uid of ['Volume-globex', 'Volume-missing', 'Volume-nobodys']) {
      const query = `{
        a: resource(kind: "Volume", id: "${uid}") { id }
        b: resource(kind: "Volume", id: "Volume/${uid}") { id }
        c: volume(id: "${uid}") { id }
        d: node(id: "Volume/${uid}") { id }
        e: resources(filter: { ids: ["${uid}"], includeDeleted: true }) { nodes { id } pageInfo { hasNextPage endCursor } }
      }`
      const nothing = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } }
      expect(await ask(world.tenant, query)).toEqual({ a: null, b: null, c: null, d: null, e: nothing })
    }
  })

  test('webhooks that may see more than the caller do not exist for it', async () => {
    const { webhook } = await makeWebhook(world.admin, 'https://127.0.0.1:8443/hook')
    const query = `{ one: webhook(id: "${webhook.id}") { id } all: webhooks { nodes { id } pageInfo { hasNextPage } } }`
    const nothing = { one: null, all: { nodes: [], pageInfo: { hasNextPage: false } } }
    expect(await ask(world.tenant, query)).toEqual(nothing)
    expect(await ask(world.admin, query)).toMatchObject({ one: { id: webhook.id } })
  })

  test('a preview holds nothing foreign', async () => {
    const query = '{ previewWebhook(last: 500) { events { owner } } }'
    const { previewWebhook } = await ask<{ previewWebhook: { events: { owner: string }[] } }>(
      world.tenant,
      query,
    )
    expect(new Set(previewWebhook.events.map(({ owner }) => owner))).toEqual(new Set([acme]))
  })

  test('a foreign event is null as a node', async () => {
    const entries = await world.opened.store.log.readBackwards(null, 500)
    const foreign = entries.find(({ event }) => event.owner === globex)
    const own = entries.find(({ event }) => event.owner === acme)
    if (!foreign || !own) throw new Error('the store holds too little')
    const byId = (id: string) => ask(world.tenant, `query ($id: ID!) { node(id: $id) { id } }`, { id })
    expect(await byId(formatEventId(foreign))).toEqual({ node: null })
    expect(await byId(formatEventId(own))).toEqual({ node: { id: formatEventId(own) } })
    expect(
      await ask(world.tenant, '{ events(filter: { accounts: ["account-globex"] }) { nodes { id } } }'),
    ).toEqual({
      events: { nodes: [] },
    })
  })

  test('relations to foreign resources are null, or left out', async () => {
    const { volume, virtualMachine, network } = await ask<Record<string, Record<string, unknown>>>(
      world.tenant,
      `{
        volume(id: "Volume-crossing") { virtualMachine { uid } attributes }
        virtualMachine(id: "VirtualMachine-acme") { networks { uid } }
        network(id: "Network-acme") { virtualMachines { nodes { uid } } }
      }`,
    )
    expect(volume?.virtualMachine).toBeNull()
    expect(virtualMachine?.networks).toEqual([{ uid: 'Network-acme' }])
    expect(network?.virtualMachines).toEqual({
      nodes: [{ uid: 'VirtualMachine-acme' }, { uid: 'VirtualMachine-crossing' }],
    })
  })

  test('an own event names a foreign resource, but does not show it', async () => {
    const { events } = await ask<{ events: { nodes: Record<string, unknown>[] } }>(
      world.tenant,
      '{ events(filter: { types: ["VM.STATE"] }) { nodes { related { uid current { uid } } } } }',
    )
    expect(events.nodes[0]?.related).toContainEqual({ uid: 'Network-globex', current: null })
  })

  test('the history of a resource that changed hands leaves out what was foreign', async () => {
    const subject = 'VirtualMachine/passed-on'
    const query = `{ virtualMachine(id: "passed-on") {
      owner lastTransition { to event { owner } } history { nodes { type owner } }
    } }`
    expect(await ask(world.tenant, query)).toEqual({ virtualMachine: null })
    await world.append(
      // The account that is charged from now on is the owner from now on.
      happened('VM.CREATE', subject, { account: acme, category: 'usage' }),
    )
    expect(await ask(world.tenant, query)).toEqual({
      virtualMachine: {
        owner: acme,
        lastTransition: { to: 'Stopped', event: null },
        history: { nodes: [{ type: 'VM.CREATE', owner: acme }] },
      },
    })
  })

  test('a tenant without accounts sees nothing at all', async () => {
    const nobody = { ...world.tenant, visibility: { kind: 'ACCOUNTS', accounts: new Set<string>() } } as const
    expect(await ask(nobody, '{ resources { nodes { id } } events { nodes { id } } }')).toEqual({
      resources: { nodes: [] },
      events: { nodes: [] },
    })
  })

  test('a cursor of a foreign event is a place like any other, and shows nothing of it', async () => {
    const entries = await world.opened.store.log.readBackwards(null, 500)
    const foreign = entries.findLast(({ event }) => event.owner === globex)
    if (!foreign) throw new Error('the store holds too little')
    const { data, errors } = await run(
      world.tenant,
      'query ($after: Cursor) { events(after: $after) { nodes { owner } } }',
      {
        after: formatCursor(cursorOf(foreign)),
      },
    )
    expect(errors).toBeUndefined()
    expect(new Set(objectsOwners(data))).toEqual(new Set([acme]))
  })
})

function objectsOwners(data: unknown): unknown[] {
  const { events } = data as { events: { nodes: { owner: unknown }[] } }
  return events.nodes.map(({ owner }) => owner)
}
