import { describe, expect, test } from 'vitest'
import type { Draft, Report } from '../../src/event/draft.ts'
import type { Event } from '../../src/event/event.ts'
import { admit } from '../../src/event-log/admit.ts'

const receivedAt = '2026-05-15T00:00:00.000Z'
const at = '2026-05-14T09:31:07.000Z'
const vm = { kind: 'VirtualMachine', uid: 'vm-1' }
const network = { kind: 'Network', uid: 'net-1' }

function draft(event: Partial<Event>, report: Partial<Report> | null = {}): Draft {
  return {
    event: {
      source: 'cloudstack',
      eventId: 'e-1',
      type: 'VM.START',
      category: 'ACTION',
      time: at,
      resource: vm,
      related: [],
      actor: { account: 'admin', user: 'u-1' },
      zone: null,
      severity: 'INFO',
      status: null,
      outcome: null,
      description: null,
      transition: null,
      data: null,
      ...event,
    },
    report: report && {
      at,
      state: null,
      name: null,
      attributes: {},
      attributesKept: 'ALL',
      account: null,
      ...report,
    },
    dedupeForMs: null,
  }
}

const owned = admit(
  draft(
    { zone: 'z-1' },
    { account: { account: 'tenant', as: 'OWNER' }, attributes: { networkids: ['net-1'] } },
  ),
  null,
  receivedAt,
)
const known = owned.change?.after ?? null

describe('an admitted event', () => {
  test('carries the time of the append, and its change what was before', () => {
    const { event, change } = admit(draft({}, { state: { from: null, to: 'Running' } }), known, receivedAt)
    expect(event.receivedAt).toBe(receivedAt)
    expect(change).toMatchObject({
      ref: vm,
      before: { ...vm, owner: 'tenant', states: {} },
      after: { version: 0 },
    })
    expect(change?.after.states).toEqual({ state: { value: 'Running', at } })
  })

  test('without anything new has no change', () => {
    expect(admit(draft({}), known, receivedAt).change).toBeNull()
  })

  test('belongs to the owner of its resource, not to who acted', () => {
    expect(admit(draft({}), known, receivedAt).event.owner).toBe('tenant')
  })

  test('belongs to who acted where its resource has no owner, which makes that nobody the owner', () => {
    const { event, change } = admit(draft({}), null, receivedAt)
    expect(event.owner).toBe('admin')
    expect(change?.after.owner).toBeNull()
  })

  test('without a resource belongs to the account the sender names, else to who acted, else to nobody', () => {
    const account = { account: 'tenant', as: 'OWNER' } as const
    expect(admit(draft({ resource: null }, { account }), null, receivedAt).event.owner).toBe('tenant')
    expect(admit(draft({ resource: null }, null), null, receivedAt).event.owner).toBe('admin')
    expect(admit(draft({ resource: null, actor: null }, null), null, receivedAt).event.owner).toBeNull()
  })

  test('is in the zone of its resource unless it names one', () => {
    expect(admit(draft({}), known, receivedAt).event.zone).toBe('z-1')
    expect(admit(draft({ zone: 'z-2' }), known, receivedAt).event.zone).toBe('z-2')
  })

  test('is related to what it names and to what its resource belongs to, each once, never to itself', () => {
    const host = { kind: 'Host', uid: 'h-1' }
    const { event } = admit(draft({ related: [network, host, vm] }), known, receivedAt)
    expect(event.related).toEqual([network, host, { kind: 'Zone', uid: 'z-1' }])
  })

  test('speaks of its resource by the kind that is known', () => {
    const router = admit(
      draft({ type: 'ROUTER.REBOOT', resource: { ...vm, kind: 'Router' } }),
      known,
      receivedAt,
    )
    expect(router.change).toMatchObject({ before: { kind: 'VirtualMachine' }, after: { kind: 'Router' } })
    const { event } = admit(draft({}), router.change?.after ?? null, receivedAt)
    expect(event.resource).toEqual({ kind: 'Router', uid: 'vm-1' })
    expect(event.related).not.toContainEqual(vm)
  })
})
