// Feeds as the GraphQL side would make them, in a few lines: what they select is real, what they render
// is enough to tell it by.

import type { EventFilter } from '../../src/event/filter.ts'
import { compileFilter } from '../../src/event/filter.ts'
import { fileEventFilter } from '../../src/event/filter-index.ts'
import { formatCursor } from '../../src/event/position.ts'
import { sees, seesAll, type Visibility, visibilityKey } from '../../src/event/visibility.ts'
import type { Entry } from '../../src/event-log/entry.ts'
import type { Feed, Notice } from '../../src/hub/feed.ts'
import { mainState, type ResourceFacts } from '../../src/resource/resource.ts'
import {
  compileResourceFilter,
  fileResourceFilter,
  type ResourceFilter,
} from '../../src/resource/resource-filter.ts'

/** A feed that remembers what it rendered, by offset; 0 stands for notices without an entry. */
export type WatchedFeed = Feed & { readonly rendered: readonly number[] }

type Options = {
  readonly visibility?: Visibility
  /** Told apart from an equal feed. */
  readonly name?: string
  /** Called with each result, which may come later. */
  readonly through?: (result: string, entry: Entry | null) => string | Promise<string>
}

export function eventFeed(filter: EventFilter = {}, options: Options = {}): WatchedFeed {
  const { visibility = seesAll } = options
  const matches = compileFilter(filter)
  return watched(options, {
    key: JSON.stringify(['events', filter, visibilityKey(visibility), options.name]),
    filing: fileEventFilter(filter),
    state: null,
    select: (entry) =>
      sees(visibility, entry.event) && matches(entry.event) ? { kind: 'EVENT', entry } : null,
  })
}

export function resourceFeed(filter: ResourceFilter = {}, options: Options = {}): WatchedFeed {
  const { visibility = seesAll } = options
  const passes = compileResourceFilter(filter)
  const matches = (facts: ResourceFacts | null) => facts !== null && sees(visibility, facts) && passes(facts)
  return watched(options, {
    key: JSON.stringify(['resources', filter, visibilityKey(visibility), options.name]),
    filing: fileResourceFilter(filter),
    state: { filter, visibility },
    select(entry) {
      if (entry.change === null) return null
      const { before, after: resource } = entry.change
      const was = matches(before)
      const is = matches(resource)
      if (!was && !is) return null
      return { kind: 'CHANGE', type: is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', resource, entry }
    },
  })
}

function watched({ through = (result) => result }: Options, feed: Omit<Feed, 'render'>): WatchedFeed {
  const rendered: number[] = []
  return {
    ...feed,
    rendered,
    render(notice) {
      const entry = notice.kind === 'SYNCED' ? null : notice.entry
      rendered.push(entry?.position.offset ?? 0)
      return through(JSON.stringify(resultOf(notice)), entry)
    },
  }
}

function resultOf(notice: Notice): Record<string, unknown> {
  if (notice.kind === 'EVENT') {
    const { event, position } = notice.entry
    return { eventId: event.eventId, offset: position.offset, description: event.description }
  }
  if (notice.kind === 'SYNCED') return { type: 'SYNCED', cursor: formatCursor(notice.cursor) }
  const { type, resource, entry } = notice
  const { uid, version } = resource
  return { type, uid, version, state: mainState(resource), offset: entry?.position.offset ?? null }
}
