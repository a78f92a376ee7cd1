// Drafts for the conformance suites, as a sender of CloudEvents would give them.

import type { Draft } from '../../../src/event/draft.ts'
import { type Json, parseResourceId } from '../../../src/event/event.ts'

/** An event about nothing; equal numbers make the same event. */
export function draft(n: number | string, dedupeForMs: number | null = null): Draft {
  return {
    event: {
      source: 'test',
      eventId: `event-${n}`,
      type: 'TEST.HAPPENED',
      category: 'OTHER',
      time: '2026-05-14T09:31:07.000Z',
      resource: null,
      related: [],
      actor: null,
      zone: null,
      severity: null,
      status: null,
      outcome: null,
      description: `Number ${n}`,
      transition: null,
      data: { n },
    },
    report: null,
    dedupeForMs,
  }
}

/** The drafts numbered from `first` to `last`. */
export function drafts(first: number, last: number): Draft[] {
  return Array.from({ length: last - first + 1 }, (_, i) => draft(first + i))
}

export type Observed = {
  readonly state?: string
  readonly name?: string
  readonly owner?: string
  readonly zone?: string
  readonly attributes?: { [name: string]: Json }
}

let observations = 0

/** A new event that says what `id` (`Volume/v1`) is like now. */
export function observation(id: string, { state, name, owner, zone, attributes = {} }: Observed = {}): Draft {
  const base = about(id, 'RESOURCE.OBSERVED')
  return {
    ...base,
    event: { ...base.event, zone: zone ?? null },
    report: {
      at: null,
      state: state === undefined ? null : { from: null, to: state },
      name: name ?? null,
      attributes,
      attributesKept: 'ALL',
      account: owner === undefined ? null : { account: owner, as: 'OWNER' },
    },
  }
}

/** A new event that says `id` is gone. */
export function deletion(id: string): Draft {
  return about(id, 'RESOURCE.DELETED')
}

function about(id: string, type: string): Draft {
  const base = draft(`about-${++observations}`)
  const time = new Date().toISOString()
  return { ...base, event: { ...base.event, type, time, resource: parseResourceId(id) } }
}
