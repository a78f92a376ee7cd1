// Drafts on their way to the writer: JSON of their values in a fixed order. Without the names of the members
// it is a third shorter and parsed in two thirds of the time; what is made of it has one shape for all.

import type { Draft, Report } from '../../event/draft.ts'

/** @see parseDrafts */
export function formatDrafts(drafts: readonly Draft[]): string {
  return JSON.stringify(drafts.map(rowOf))
}

/** The drafts that `formatDrafts` was given. */
export function parseDrafts(text: string): Draft[] {
  return (JSON.parse(text) as DraftRow[]).map(draftOf)
}

type DraftRow = ReturnType<typeof rowOf>
type ReportRow = ReturnType<typeof reportRowOf>

// biome-ignore format: the order of a row reads better in one piece
function rowOf({ event: e, report, dedupeForMs }: Draft) {
  return [
    e.source, e.eventId, e.type, e.category, e.time, e.resource, e.related, e.actor, e.zone, e.severity, e.status,
    e.outcome, e.description, e.transition, e.data, report && reportRowOf(report), dedupeForMs,
  ] as const
}

function reportRowOf({ at, state, name, attributes, attributesKept, account }: Report) {
  return [at, state, name, attributes, attributesKept, account] as const
}

// biome-ignore format: as above
function draftOf([
  source, eventId, type, category, time, resource, related, actor, zone, severity, status,
  outcome, description, transition, data, report, dedupeForMs,
]: DraftRow): Draft {
  return {
    event: {
      source, eventId, type, category, time, resource, related, actor, zone, severity, status,
      outcome, description, transition, data,
    },
    report: report && reportOf(report),
    dedupeForMs,
  }
}

function reportOf([at, state, name, attributes, attributesKept, account]: ReportRow): Report {
  return { at, state, name, attributes, attributesKept, account }
}
