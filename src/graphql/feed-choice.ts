// What each subscription field chooses from the log: which entries, under which terms they are filed,
// and which state comes first.

import { HeliographError } from '../errors.ts'
import { compileFilter } from '../event/filter.ts'
import { fileEventFilter, narrowFiling } from '../event/filter-index.ts'
import { sees, type Visibility } from '../event/visibility.ts'
import type { Entry } from '../event-log/entry.ts'
import type { Feed, Notice } from '../hub/feed.ts'
import { catalogue } from '../resource/catalog.ts'
import { type Resource, type ResourceFacts, resourceKey } from '../resource/resource.ts'
import {
  compileResourceFilter,
  fileResourceFilter,
  type ResourceFilter,
} from '../resource/resource-filter.ts'
import {
  type EventFilterInput,
  type ResourceFilterInput,
  readEventFilter,
  readResourceFilter,
} from './filter.ts'
import { readRef } from './node-id.ts'
import { versionAt } from './version.ts'

export type FeedChoice = Pick<Feed, 'filing' | 'select' | 'state'>

/** The coerced arguments of a subscription's root field. */
export type FeedArguments = { readonly [name: string]: unknown }

/**
 * @param field a field of the Subscription type
 * @throws HeliographError BAD_INPUT with the argument that is wrong
 */
export function chooseFeed(field: string, args: FeedArguments, visibility: Visibility): FeedChoice {
  const choose = Object.hasOwn(choices, field) ? choices[field] : undefined
  if (!choose) throw new HeliographError('BAD_INPUT', `there is no subscription ${field}`)
  return choose(args, visibility)
}

const choices: { readonly [field: string]: (args: FeedArguments, visibility: Visibility) => FeedChoice } = {
  events: ({ filter }, visibility) => chooseEvents(filter as EventFilterInput | null | undefined, visibility),
  resource: ({ kind, id }, visibility) =>
    chooseResources(oneResource(kind as string, id as string), visibility),
  resources: ({ filter }, visibility) =>
    chooseResources(readResourceFilter(filter as ResourceFilterInput | null | undefined), visibility),
}

function chooseEvents(input: EventFilterInput | null | undefined, visibility: Visibility): FeedChoice {
  const filter = readEventFilter(input)
  const matches = compileFilter(filter)
  return {
    filing: narrowFiling(fileEventFilter(filter), 'account', visibility),
    select: (entry) =>
      sees(visibility, entry.event) && matches(entry.event) ? { kind: 'EVENT', entry } : null,
    state: null,
  }
}

/** Of the kind asked for, or of one that shares its uids: an instance may turn out to be a router. */
function oneResource(kind: string, id: string): ResourceFilter {
  const ref = readRef(kind, id)
  const key = resourceKey(ref)
  const kinds = new Set([ref.kind, ...catalogue.map((known) => known.kind)])
  return { kinds: [...kinds].filter((one) => resourceKey({ ...ref, kind: one }) === key), ids: [ref.uid] }
}

function chooseResources(filter: ResourceFilter, visibility: Visibility): FeedChoice {
  const matches = compileResourceFilter(filter)
  const wanted = (facts: ResourceFacts | null) => facts !== null && sees(visibility, facts) && matches(facts)
  return {
    filing: narrowFiling(fileResourceFilter(filter), 'owned', visibility),
    select: (entry) => noticeOf(entry, wanted, visibility),
    state: { filter, visibility },
  }
}

/** What a change means to those who want some resources: entering, staying, leaving, or nothing. */
function noticeOf(
  entry: Entry,
  wanted: (facts: ResourceFacts | null) => boolean,
  visibility: Visibility,
): Notice | null {
  const { change } = entry
  if (!change) return null
  const { before, after } = change
  const was = wanted(before)
  if (wanted(after)) {
    return { kind: 'CHANGE', type: was ? 'MODIFIED' : 'ADDED', resource: versionAt(after, entry), entry }
  }
  if (!was || !before) return null
  return {
    kind: 'CHANGE',
    type: 'DELETED',
    resource: versionAt(lastSeen(before, after, entry, visibility), entry),
    entry,
  }
}

/**
 * What a subscriber loses, under the id it knows: the resource as it is now, or, where it is now
 * foreign, only what the subscriber had been shown before.
 */
function lastSeen(
  before: ResourceFacts,
  after: Resource,
  { event }: Entry,
  visibility: Visibility,
): Resource {
  if (sees(visibility, after)) return { ...after, kind: before.kind }
  return {
    ...before,
    ownerIs: null,
    attributes: {},
    attributesAt: null,
    lastTransition: null,
    updatedAt: event.receivedAt,
    version: after.version,
  }
}
