// ActionEvent: somebody did something. There is no success flag, only the opening words of the
// description; the account is the caller's and only sometimes the owner's.

import { correctKind, isAbout, kindOf } from './cloudstack-kinds.ts'
import { type Body, isUuid, refOf, requireText, textOf } from './cloudstack-message.ts'
import {
  actorOf,
  type Message,
  relatedOf,
  reportOfAccount,
  type Told,
  toldNothing,
  zoneAmong,
} from './cloudstack-told.ts'
import type { AccountClaim } from './draft.ts'
import type { Json, Outcome, ResourceRef } from './event.ts'

// Every other key names an entity the call touched. `account` is the caller, `Account` may be touched.
const ownKeys = new Set([
  'event',
  'status',
  'account',
  'user',
  'project',
  'entity',
  'entityuuid',
  'description',
  'details',
  'eventDateTime',
])

/** Reads both shapes: the full one, and the short one with event, status and details alone. */
export function tellAction(message: Message): Told {
  const { body } = message
  const type = requireText(body, 'event', 'VM.START')
  const status = requireText(body, 'status', 'Completed')
  const description = textOf(body, 'description') ?? textOf(body, 'details')
  const outcome = outcomeOf(status, description)
  const resource = resourceOf(message, type)
  const related = relatedOf(touched(body), resource)
  return {
    ...toldNothing,
    type,
    resource,
    related,
    actor: actorOf(body),
    zone: zoneAmong(related, resource),
    status,
    outcome,
    description,
    report: reportOfAccount(claimOf(body, { type, status, outcome, resource })),
  }
}

function touched(body: Body): [string, Json][] {
  return Object.entries(body).filter(([key]) => !ownKeys.has(key))
}

/** Failure is Completed too. A step of a creation can fail, but its success is not yet the outcome. */
function outcomeOf(status: string, description: string | null): Outcome | null {
  if (description === null || (status !== 'Completed' && status !== 'Created')) return null
  if (description.startsWith('Error while')) return 'FAILURE'
  return status === 'Completed' && description.startsWith('Successfully') ? 'SUCCESS' : null
}

/** The body first, so that doors without a routing key agree; the key only where the body is silent. */
function resourceOf({ key, body }: Message, type: string): ResourceRef | null {
  const entity = textOf(body, 'entity')
  const named = entity === null ? null : kindOf(entity)
  const kind = named ?? (key?.kindName ? kindOf(key.kindName) : null)
  if (kind === null) return null
  const uid = textOf(body, 'entityuuid') ?? uidUnderOwnName(body, named) ?? key?.uid ?? null
  return refOf(correctKind(type, kind), uid)
}

/** The only UUID that stands under a name of the entity's own kind: `VirtualRouter` for DomainRouter. */
function uidUnderOwnName(body: Body, kind: string | null): string | null {
  if (kind === null) return null
  const uids = new Set<string>()
  for (const [name, uid] of touched(body)) if (isUuid(uid) && kindOf(name) === kind) uids.add(uid)
  const [uid] = uids
  return uids.size === 1 && uid !== undefined ? uid : null
}

type Action = { type: string; status: string; outcome: Outcome | null; resource: ResourceRef | null }

/**
 * Scheduled messages carry the account of the command's entity, and project accounts stand for
 * themselves: both own. Who creates a thing is taken for its owner. Anybody else only acted.
 */
function claimOf(body: Body, { type, status, outcome, resource }: Action): AccountClaim | null {
  const account = textOf(body, 'account')
  if (account === null) return null
  if (status === 'Scheduled' || textOf(body, 'project') !== null) return { account, as: 'OWNER' }
  const creates = type.endsWith('.CREATE') && (status === 'Created' || status === 'Completed')
  const created = creates && outcome !== 'FAILURE' && resource !== null && isAbout(type, resource.kind)
  return { account, as: created ? 'PRESUMED' : 'ACTOR' }
}
