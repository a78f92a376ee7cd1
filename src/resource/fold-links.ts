// What an action teaches of a resource's links: the other resources it names are what the resource
// belongs to from then on. `VOLUME.ATTACH` names the instance, `VM.MIGRATE` the host.

import type { Json, ResourceRef } from '../event/event.ts'
import type { Attributes } from './attributes.ts'
import { catalogueKind } from './catalog.ts'
import { type Arrived, isBeingCreated, isCompleted } from './catalog-events.ts'
import type { Relation } from './catalog-kind.ts'

// More are not learned one by one: an event carries them all as related.
const maxLearned = 64

// Actions that part what they name.
const parts: { readonly [type: string]: readonly string[] } = {
  'VOLUME.DETACH': ['virtualmachineid'],
  'STATICNAT.DISABLE': ['virtualmachineid'],
  'NET.IPRELEASE': ['associatednetworkid', 'vpcid', 'virtualmachineid'],
  'PORTABLE.IPRELEASE': ['associatednetworkid', 'vpcid', 'virtualmachineid'],
  'NIC.DELETE': ['networkids'],
  'KUBERNETES.CLUSTER.NODES.REMOVE': ['virtualmachineids'],
}

/** The links an event sets, as attributes; null parts one. Empty where it teaches nothing. */
export function learnedLinks(event: Arrived, kind: string, known: Attributes): Attributes {
  const relations = catalogueKind(kind)?.relations ?? []
  if (relations.length === 0 || !teaches(event, kind)) return {}
  const learned: { [name: string]: Json } = {}
  for (const relation of relations) {
    const named = uidsNamed(event.related, relation.kind)
    const value = parts[event.type]?.includes(relation.attribute)
      ? parted(relation, named, known)
      : joined(relation, named, known)
    if (value !== undefined) learned[relation.attribute] = value
  }
  return learned
}

function teaches(event: Arrived, kind: string): boolean {
  // An attached ISO is named like the template of the instance.
  if (event.type.startsWith('ISO.')) return false
  return isCompleted(event) || isBeingCreated(event, kind)
}

function uidsNamed(refs: readonly ResourceRef[], kind: string): string[] {
  return [...new Set(refs.filter((ref) => ref.kind === kind).map((ref) => ref.uid))]
}

/** One resource of the kind is clear; two leave open which is meant. */
function joined(relation: Relation, named: readonly string[], known: Attributes): Json | undefined {
  if (!relation.many) return named.length === 1 ? named[0] : undefined
  if (named.length === 0) return undefined
  return [...new Set([...listed(relation, known), ...named])].slice(0, maxLearned)
}

function parted(relation: Relation, named: readonly string[], known: Attributes): Json {
  return relation.many ? listed(relation, known).filter((uid) => !named.includes(uid)) : null
}

function listed(relation: Relation, known: Attributes): string[] {
  const value = known[relation.attribute]
  return Array.isArray(value) ? value.filter((uid) => typeof uid === 'string') : []
}
