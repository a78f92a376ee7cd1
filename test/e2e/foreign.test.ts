// Nobody sees a foreign account's event or resource, live or replayed, on both engines. The doors know
// administrators only, so this stands at the seams: what a tenant's operation makes of the log.

import { describe, expect, test } from 'vitest'
import { formatCursor } from '../../src/event/position.ts'
import { seesAccounts } from '../../src/event/visibility.ts'
import type { Context } from '../../src/graphql/context.ts'
import { createFeed, prepareOperation } from '../../src/graphql/operation.ts'
import { decodeItem } from '../../src/ingest/decode.ts'
import type { Store } from '../../src/store/store.ts'
import { roomyLimits } from '../graphql/world.ts'
import { type Client, openHub } from '../hub/open-hub.ts'
import { type CloudEvent, vmState } from '../support/cloud.ts'
import { openTestRegistry } from '../support/registry.ts'
import { engines } from '../support/store.ts'

const accounts = ['acme', 'globex'] as const

function contextOf(store: Store, account: string): Context {
  const { log, resources } = store
  const webhooks = openTestRegistry(store)
  const principal = { role: 'TENANT', name: account, accounts: [account] } as const
  const createTicket = () => Promise.reject(new Error('no subscription makes a ticket'))
  return { log, resources, webhooks, principal, visibility: seesAccounts([account]), createTicket }
}

/** A VM of an account reports a state; its eventId starts with the account. */
function report(store: Store, account: string, step: string, state: string): Promise<void> {
  return append(store, vmState(`${account}-${step}`, `${account}-vm`, state, { account }))
}

async function append(store: Store, event: CloudEvent): Promise<void> {
  const decoded = decodeItem('CLOUDEVENT', event, '2026-05-14T09:31:07.000Z', { eventBytes: 262_144 })
  if (!('kind' in decoded) || decoded.kind !== 'DRAFT') throw new Error('the event was not taken')
  await store.log.append([decoded.draft])
}

async function subscribe(client: Client, store: Store, account: string, query: string, variables = {}) {
  const prepared = prepareOperation({ query, variables }, roomyLimits)
  const { feed, after } = createFeed(prepared, contextOf(store, account))
  await client.subscribe(feed, after)
}

const textOf = (client: Client) =>
  client.reader.messages.map(({ payload }) => JSON.stringify(payload)).join('\n')

describe.each(engines)('on $name', (engine) => {
  test('nobody sees a foreign event or resource, live, replayed or as state', async () => {
    const { store, connect } = await openHub({ engine })
    for (const account of accounts) await report(store, account, 'before', 'Starting')
    const clients = new Map(accounts.map((account) => [account, [connect(), connect(), connect()] as const]))
    for (const [account, [live, replayed, state]] of clients) {
      await subscribe(live, store, account, 'subscription { events { eventId owner } }')
      const fromStart = 'subscription ($after: Cursor) { events(after: $after) { eventId related { uid } } }'
      await subscribe(replayed, store, account, fromStart, { after: formatCursor(await store.log.tail()) })
      await subscribe(
        state,
        store,
        account,
        'subscription { resources { type resource { id owner } event { eventId } } }',
      )
    }
    for (const account of accounts) await report(store, account, 'after', 'Running')
    for (const account of accounts) await report(store, account, 'end', 'Stopped')
    for (const [account, each] of clients) {
      const foreign = accounts.filter((other) => other !== account)
      for (const client of each) {
        await client.reader.until(() => textOf(client).includes(`${account}-end`))
        for (const other of foreign) expect(textOf(client)).not.toContain(other)
      }
      expect(textOf(each[1])).toContain(`${account}-before`)
      expect(textOf(each[2])).toContain('SYNCED')
    }
  })

  test('a resource whose owner becomes known is ADDED for its tenant, and only for it', async () => {
    const { store, connect } = await openHub({ engine })
    await report(store, 'acme', 'first', 'Running')
    const [acme, globex] = [connect(), connect()]
    const query = 'subscription { resources { type resource { id state } } }'
    await subscribe(acme, store, 'acme', query)
    await subscribe(globex, store, 'globex', query)
    const unowned = vmState('unowned', 'later', 'Stopped')
    const owned = vmState('owned', 'later', 'Running', { account: 'globex' })
    for (const event of [unowned, owned]) await append(store, event)
    await report(store, 'acme', 'last', 'Stopped')
    await globex.reader.until(() => textOf(globex).includes('VirtualMachine/later'))
    await acme.reader.until(() => textOf(acme).includes('Stopped'))
    expect(textOf(globex)).toMatch(
      /"type":"ADDED","resource":\{"id":"VirtualMachine\/later","state":"Running"\}/,
    )
    expect(textOf(acme)).not.toContain('later')
  })
})
