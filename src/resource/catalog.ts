// What Heliograph knows of the cloud's kinds, and how their resources lead to each other. The GraphQL
// types are made from it. A kind that is not here is still kept, as a generic resource.

import type { ResourceRef } from '../event/event.ts'
import { computeKinds } from './catalog-compute.ts'
import { infrastructureKinds } from './catalog-infrastructure.ts'
import type { CatalogueKind, Relation } from './catalog-kind.ts'
import { networkKinds } from './catalog-network.ts'
import { storageKinds } from './catalog-storage.ts'
import type { Resource } from './resource.ts'

export type { CatalogueField, CatalogueKind, FieldType, OtherState, Relation } from './catalog-kind.ts'

export const catalogue: readonly CatalogueKind[] = [
  ...computeKinds,
  ...storageKinds,
  ...networkKinds,
  ...infrastructureKinds,
]

const byKind = new Map(catalogue.map((kind) => [kind.kind, kind]))

/** What is known of a kind; null for a generic one. */
export function catalogueKind(kind: string): CatalogueKind | null {
  return byKind.get(kind) ?? null
}

/** An attribute of a resource that holds another's uid: what `ResourceQuery.linkedBy` asks for. */
export type Link = { readonly attribute: string; readonly uid: string }

/** Every link among the attributes of a resource, each once. */
export function linksOf(resource: Pick<Resource, 'kind' | 'attributes'>): Link[] {
  return relations(resource).flatMap((relation) =>
    uidsIn(resource, relation).map((uid) => ({ attribute: relation.attribute, uid })),
  )
}

/** What a resource is known to belong to: the other ends of its links, and its zone. */
export function relationsOf(resource: Pick<Resource, 'kind' | 'attributes' | 'zone'>): ResourceRef[] {
  const refs = relations(resource).flatMap((relation) =>
    uidsIn(resource, relation).map((uid) => ({ kind: relation.kind, uid })),
  )
  if (resource.zone !== null) refs.push({ kind: 'Zone', uid: resource.zone })
  return refs
}

function relations(resource: Pick<Resource, 'kind'>): readonly Relation[] {
  return catalogueKind(resource.kind)?.relations ?? []
}

function uidsIn(resource: Pick<Resource, 'attributes'>, relation: Relation): string[] {
  const value = resource.attributes[relation.attribute]
  const values = relation.many && Array.isArray(value) ? value : [value]
  return values.filter((uid) => typeof uid === 'string' && uid !== '') as string[]
}
