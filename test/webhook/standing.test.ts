import { describe, expect, it } from 'vitest'
import { sees } from '../../src/event/visibility.ts'
import { type Rights, standingOf, visibilityOfOwner } from '../../src/webhook/standing.ts'
import type { EndpointState } from '../../src/webhook/webhook.ts'

const at = '2026-05-14T09:00:00.000Z'
const owner = { name: 'acme', accounts: ['a', 'b'] }
const seesAB: Rights = { kind: 'SEES', accounts: ['a', 'b'] }
const enabled: EndpointState = { kind: 'ENABLED' }

describe('an owner', () => {
  it.each([
    [['a', 'b'], ['b', 'c'], ['b']],
    [['a', 'b'], null, ['a', 'b']],
    [null, ['c'], ['c']],
    [['a'], [], []],
  ])('that saw %j at creation and may see %j now is told of %j', (created, now, seen) => {
    const visibility = visibilityOfOwner({ name: 'acme', accounts: created }, now)
    const told = ['a', 'b', 'c'].filter((account) => sees(visibility, { owner: account }))
    expect(told).toEqual(seen)
    expect(sees(visibility, { owner: null })).toBe(false)
  })

  it('that saw all and sees all is told of what has no owner too', () => {
    expect(sees(visibilityOfOwner({ name: 'root', accounts: null }, null), { owner: null })).toBe(true)
  })
})

describe('an endpoint', () => {
  it('that is enabled works, for what its owner may see', () => {
    const standing = standingOf({ state: enabled, owner }, { kind: 'SEES', accounts: ['b'] }, null, at)
    const visibility = { kind: 'ACCOUNTS', accounts: new Set(['b']) }
    expect(standing).toEqual({ kind: 'WORKS', visibility, becomes: null })
  })

  it('rests where it is disabled or not confirmed, whatever else holds', () => {
    const disabled: EndpointState = { kind: 'DISABLED', reason: 'GONE', at }
    const unconfirmed: EndpointState = { kind: 'UNCONFIRMED', proof: null }
    for (const state of [disabled, unconfirmed]) {
      for (const rights of [seesAB, { kind: 'NONE', reason: 'OWNER_GONE' } as const]) {
        expect(standingOf({ state, owner }, rights, null, at)).toEqual({ kind: 'RESTS', becomes: null })
      }
    }
  })

  it.each([
    [{ kind: 'NONE', reason: 'OWNER_GONE' } as const, null, 'OWNER_GONE'],
    [{ kind: 'NONE', reason: 'OWNER_NOT_SEEN' } as const, 'SECRET_UNREADABLE' as const, 'OWNER_NOT_SEEN'],
    [seesAB, 'SECRET_UNREADABLE' as const, 'SECRET_UNREADABLE'],
    [seesAB, 'CHANNEL_NOT_CONFIGURED' as const, 'CHANNEL_NOT_CONFIGURED'],
  ])('is paused with the reason, once: %j, %s', (rights, hindrance, reason) => {
    const paused = { kind: 'PAUSED', reason, at }
    expect(standingOf({ state: enabled, owner }, rights, hindrance, at)).toEqual({
      kind: 'RESTS',
      becomes: paused,
    })
    const later = '2026-05-14T10:00:00.000Z'
    const state = paused as EndpointState
    expect(standingOf({ state, owner }, rights, hindrance, later)).toEqual({ kind: 'RESTS', becomes: null })
  })

  it('that was paused works again once the reason is gone', () => {
    const state: EndpointState = { kind: 'PAUSED', reason: 'OWNER_GONE', at }
    expect(standingOf({ state, owner }, seesAB, null, at)).toMatchObject({ kind: 'WORKS', becomes: enabled })
  })
})
