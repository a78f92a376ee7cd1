// The sample messages as a whole: what every one of them must give, whatever door it comes through.

import { expect, test } from 'vitest'
import { decodeCloudStack } from '../../src/event/cloudstack.ts'
import type { Draft } from '../../src/event/draft.ts'
import { eventSchema } from '../../src/event/event.ts'
import { readSamples } from '../support/samples.ts'

const arrivedAt = '2026-05-15T12:00:00.000Z'
const samples = readSamples()
const drafts = samples.flatMap((message) => {
  const decoded = decodeCloudStack(message, arrivedAt)
  return decoded.kind === 'DRAFT' ? [decoded.draft] : []
})

function distinct(wanted: (draft: Draft) => boolean): number {
  return new Set(drafts.filter(wanted).map(({ event }) => event.eventId)).size
}

test('168 messages give 148 drafts, and 20 that were sent before their transition', () => {
  expect(samples).toHaveLength(168)
  expect(drafts).toHaveLength(148)
})

test('every id, category and resource is the same without the routing key', () => {
  for (const { routingKey, body } of samples) {
    const withKey = decodeCloudStack({ routingKey, body }, arrivedAt)
    const without = decodeCloudStack({ routingKey: null, body }, arrivedAt)
    expect(without.kind).toBe(withKey.kind)
    if (without.kind === 'IGNORED' || withKey.kind === 'IGNORED') continue
    const { eventId, category, type, resource, related, zone, owner } = told(without.draft)
    expect({ eventId, category, type, resource, related, zone, owner }).toEqual(told(withKey.draft))
  }
})

function told({ event, report }: Draft) {
  const { eventId, category, type, resource, related, zone } = event
  return { eventId, category, type, resource, related, zone, owner: report?.account ?? null }
}

test('every event fits the schema', () => {
  for (const { event } of drafts) eventSchema.parse({ ...event, owner: null, receivedAt: arrivedAt })
})

test('repeats have one id, and no two different reports share one', () => {
  const bodies = new Map<string, Set<string>>()
  for (const message of samples) {
    const decoded = decodeCloudStack(message, arrivedAt)
    if (decoded.kind === 'IGNORED') continue
    const { eventId } = decoded.draft.event
    bodies.set(eventId, (bodies.get(eventId) ?? new Set()).add(JSON.stringify(message.body)))
  }
  expect([...bodies.values()].every(({ size }) => size === 1)).toBe(true)
  expect(bodies.size).toBeLessThan(drafts.length)
})

test('each real transition of a volume, snapshot and network is one event', () => {
  const transitionsOf = (kind: string) =>
    distinct(({ event }) => event.transition !== null && event.resource?.kind === kind)
  const sent = (kind: string) =>
    samples.filter(({ body }) => 'old-state' in body && body.resource === kind).length
  expect(transitionsOf('Volume')).toBe(sent('Volume') / 2)
  expect(transitionsOf('Snapshot')).toBe(sent('Snapshot') / 2)
  expect(transitionsOf('Network')).toBe(sent('Network') / 4)
  expect(transitionsOf('VirtualMachine')).toBe(sent('VirtualMachine') / 2)
})

test('the router is a Router in its actions and a VirtualMachine in its state changes', () => {
  const kinds = drafts
    .filter(({ event }) => event.resource?.uid === '7412b293-4729-4739-a14f-f3d719db3ad0')
    .map(({ event }) => event.resource?.kind)
  expect(kinds).toEqual(['VirtualMachine', 'VirtualMachine', 'Router'])
})

test('no parameter or result of a job is in what is kept', () => {
  for (const { event } of drafts) {
    expect(event.data).not.toHaveProperty('cmdInfo')
    expect(event.data).not.toHaveProperty('jobResult')
    expect(JSON.stringify(event)).not.toContain('httpmethod')
  }
})
