// AsyncJobEvent: how far a command got. Its parameters and result are read here for ids, and for the
// attributes of what it made, and are dropped afterwards. Before 4.16 both are JSON text inside a string,
// sometimes broken; then they tell nothing.

import { correctKind, kindOf } from './cloudstack-kinds.ts'
import { type Body, isUuid, refOf, requireText, textOf } from './cloudstack-message.ts'
import { actorOf, type Message, relatedOf, type Told, toldNothing, zoneAmong } from './cloudstack-told.ts'
import type { Json, Outcome, ResourceRef } from './event.ts'
import { isObject } from './input.ts'
import { withoutSecrets } from './secrets.ts'

type Members = { readonly [key: string]: Json }

const outcomes = new Map<string, Outcome>([
  ['SUCCEEDED', 'SUCCESS'],
  ['FAILED', 'FAILURE'],
  ['CANCELLED', 'CANCELLED'],
])

/** The type is that of the command; `submit`, `update` and `complete` are kept in data as `jobEvent`. */
export function tellJob({ key, body }: Message): Told {
  requireText(body, 'jobId', 'a UUID')
  const status = requireText(body, 'status', 'IN_PROGRESS')
  const type = typeOf(body)
  const kind = kindOf(textOf(body, 'instanceType') ?? key?.kindName ?? '')
  const resource = refOf(kind && correctKind(type, kind), textOf(body, 'instanceUuid') ?? key?.uid ?? null)
  const parameters = membersOf(body.cmdInfo)
  const related = relatedOf(Object.entries(membersOf(parameters.ctxDetails)), resource)
  const account = textOf(body, 'account')
  const outcome = outcomes.get(status) ?? null
  const result = membersOf(body.jobResult)
  return {
    ...toldNothing,
    type,
    resource,
    related,
    actor: actorOf(body),
    zone: zoneAmong(related, resource) ?? (isUuid(parameters.zoneid) ? parameters.zoneid : null),
    status,
    outcome,
    description: outcome === 'FAILURE' && typeof result.errortext === 'string' ? result.errortext : null,
    report: {
      state: null,
      ...(outcome === 'SUCCESS' ? made(result, resource) : { name: null, attributes: {} }),
      account: account === null ? null : { account, as: 'ACTOR' },
    },
    extraData: key?.type ? { jobEvent: key.type } : {},
  }
}

/** A command without an event type is told by its class: `…StopVMCmd` gives `JOB.StopVM`. */
function typeOf(body: Body): string {
  const type = textOf(body, 'commandEventType')
  if (type !== null && type.toLowerCase() !== 'unknown') return type
  const command = textOf(body, 'command') ?? ''
  const name = command.slice(command.lastIndexOf('.') + 1).replace(/Cmd$/, '')
  return `JOB.${name === '' ? 'UNKNOWN' : name}`
}

/** The members of an object, or of one written as text; none where it is neither. */
function membersOf(value: Json | undefined): Members {
  if (typeof value !== 'string') return isObject(value) ? value : {}
  try {
    const parsed: unknown = JSON.parse(value)
    return isObject(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

/** The result of a job is its resource as it is now, unless it says that it is another one. */
function made(result: Members, resource: ResourceRef | null): Pick<Told['report'], 'name' | 'attributes'> {
  const { id, object: _, class: __, ...fields } = result
  const isIt = resource !== null && (id === undefined || id === null || id === resource.uid)
  if (!isIt) return { name: null, attributes: {} }
  return { name: typeof fields.name === 'string' ? fields.name : null, attributes: withoutSecrets(fields) }
}
