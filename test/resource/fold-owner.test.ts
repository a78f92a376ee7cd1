import { describe, expect, test } from 'vitest'
import type { AccountClaim } from '../../src/event/draft.ts'
import { claimed, completed, foldAll, minute, observed, told, usage, vm } from './arrived.ts'

const address = { kind: 'IpAddress', uid: 'a-1' }

function says(as: AccountClaim['as'], account: string) {
  return claimed(completed(minute(1), 'VM.UPDATE', vm), { account, as })
}

describe('the owner', () => {
  test('is the first account that is named, and stays', () => {
    const resource = foldAll([says('OWNER', 'first'), says('OWNER', 'second'), says('PRESUMED', 'third')])
    expect(resource).toMatchObject({ owner: 'first', ownerIs: 'NAMED' })
  })

  test('is presumed from the creator until one is named', () => {
    const created = foldAll([says('PRESUMED', 'creator'), says('PRESUMED', 'another')])
    expect(created).toMatchObject({ owner: 'creator', ownerIs: 'PRESUMED' })
    expect(foldAll([says('OWNER', 'owner')], created)).toMatchObject({ owner: 'owner', ownerIs: 'NAMED' })
  })

  test('is nobody where only actors are known', () => {
    expect(foldAll([says('ACTOR', 'admin')])).toMatchObject({ owner: null, ownerIs: null })
  })

  test('of what belongs to the cloud is not who had an action scheduled', () => {
    const host = { kind: 'Host', uid: 'h-1' }
    const scheduled = told(minute(1), { type: 'HOST.RECONNECT', resource: host, status: 'Scheduled' })
    expect(foldAll([claimed(scheduled, { account: 'admin', as: 'OWNER' })]).owner).toBeNull()
    const dedicated = observed(minute(1), host, { account: { account: 'tenant', as: 'OWNER' } })
    expect(foldAll([dedicated]).owner).toBe('tenant')
  })
})

describe('ownership moves', () => {
  test('at once when usage begins under another account, as an instance that is given away shows', () => {
    const resource = foldAll([
      usage(minute(1), 'VM.CREATE', vm, 'old'),
      usage(minute(5), 'VM.DESTROY', vm, 'old'),
      usage(minute(5), 'VM.CREATE', vm, 'new'),
      claimed(completed(minute(5), 'VM.MOVE', vm), { account: 'admin', as: 'ACTOR' }),
    ])
    expect(resource).toMatchObject({ owner: 'new', deletedAt: null })
    expect(foldAll([usage(minute(6), 'VM.START', vm, 'new')], resource)).toMatchObject({
      owner: 'new',
      ownerIs: 'NAMED',
    })
  })

  test('to the next one named after VM.MOVE', () => {
    const moved = foldAll([says('OWNER', 'old'), completed(minute(5), 'VM.MOVE', vm)])
    expect(moved).toMatchObject({ owner: 'old', ownerIs: 'PRESUMED' })
    expect(foldAll([says('OWNER', 'new')], moved)).toMatchObject({ owner: 'new', ownerIs: 'NAMED' })
  })

  test('not by a VM.MOVE that failed', () => {
    const event = told(minute(5), { type: 'VM.MOVE', status: 'Completed', outcome: 'FAILURE' })
    expect(foldAll([says('OWNER', 'old'), event, says('OWNER', 'new')])).toMatchObject({ owner: 'old' })
  })

  test('not by usage that goes on, nor by that of an instance snapshot', () => {
    const resource = foldAll([says('OWNER', 'owner'), usage(minute(2), 'VM.START', vm, 'another')])
    expect(foldAll([usage(minute(2), 'VMSNAPSHOT.CREATE', vm, 'another')], resource).owner).toBe('owner')
  })

  test('with an address that was released, to whoever acquires it', () => {
    const released = foldAll([
      usage(minute(1), 'NET.IPASSIGN', address, 'old'),
      completed(minute(2), 'NET.IPRELEASE', address),
      usage(minute(2), 'NET.IPRELEASE', address, 'old'),
    ])
    expect(released).toMatchObject({ owner: 'old', ownerIs: 'PRESUMED' })
    const assigned = claimed(completed(minute(3), 'NET.IPASSIGN', address), { account: 'new', as: 'OWNER' })
    expect(foldAll([assigned], released)).toMatchObject({ owner: 'new', ownerIs: 'NAMED' })
  })

  test('with a resource that comes back from deletion', () => {
    const tombstone = foldAll([says('OWNER', 'old'), completed(minute(5), 'VM.EXPUNGE', vm)])
    const back = observed(minute(6), vm, {
      state: { from: null, to: 'Running' },
      account: { account: 'new', as: 'OWNER' },
    })
    expect(foldAll([back], tombstone)).toMatchObject({ owner: 'new', ownerIs: 'NAMED', deletedAt: null })
  })
})
