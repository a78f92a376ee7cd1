// A GraphQL type per catalogued kind: its fields and other states, the resources it leads to, and those
// that lead to it. Made from the catalogue, so that a kind is described in one place.

import type { ArgBuilder, ImplementableObjectRef, ObjectRef } from '@pothos/core'
import { readValue } from '../resource/attribute-value.ts'
import {
  type CatalogueField,
  type CatalogueKind,
  catalogue,
  type FieldType,
  type Relation,
} from '../resource/catalog.ts'
import type { Resource } from '../resource/resource.ts'
import { readResource } from './batch.ts'
import { builder, NodeInterface, ResourceInterface, type SchemaTypes } from './builder.ts'
import { type Connection, connectionOf } from './connection.ts'
import type { Context } from './context.ts'
import { readResources } from './resource-page.ts'

/** What the schema has of a kind, for the fields that lead to it. */
export type KindTypes = {
  readonly kind: CatalogueKind
  readonly object: ImplementableObjectRef<SchemaTypes, Resource>
  readonly connection: ObjectRef<SchemaTypes, Connection<Resource>>
}

type Fields = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Resource>
type FieldMap = { [name: string]: ReturnType<Fields['field']> }

const scalarNames = {
  STRING: 'String',
  ID: 'ID',
  INT: 'Int',
  LONG: 'Long',
  BOOLEAN: 'Boolean',
  DATE_TIME: 'DateTime',
  JSON: 'JSON',
} as const satisfies Record<FieldType, string>

/** By kind, in the order of the catalogue. */
export const kindTypes: ReadonlyMap<string, KindTypes> = new Map(
  catalogue.map((kind) => {
    const object = builder.objectRef<Resource>(kind.kind)
    return [kind.kind, { kind, object, connection: connectionOf(kind.kind, object, thingsOf(kind)) }]
  }),
)

for (const { kind, object } of kindTypes.values()) {
  object.implement({
    description: kind.description,
    interfaces: [NodeInterface, ResourceInterface],
    fields: (t) => ({
      ...Object.fromEntries(
        kind.otherStates.map(({ name, description }) => [name, stateField(t, name, description)]),
      ),
      ...Object.fromEntries(kind.fields.map((field) => [field.name, attributeField(t, field)])),
      ...Object.fromEntries(kind.relations.map((relation) => [relation.name, relationField(t, relation)])),
      ...inverseFields(t, kind),
    }),
  })
}

/** The kind in words: `load balancer rules`. */
export function thingsOf({ plural }: CatalogueKind): string {
  return plural.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}

/** The arguments of a page of resources. */
export function pageArguments(t: { arg: ArgBuilder<SchemaTypes> }) {
  return {
    first: t.arg.int({ description: 'How many at most: 1…500; default 50.' }),
    after: t.arg.string({ description: 'Goes on behind this: the `endCursor` of the page before.' }),
  }
}

function stateField(t: Fields, name: string, description: string) {
  return t.string({ nullable: true, description, resolve: ({ states }) => states[name]?.value ?? null })
}

function attributeField(t: Fields, field: CatalogueField) {
  const { name, type, description } = field
  return t.field({
    type: scalarNames[type],
    nullable: true,
    description,
    // Read again: what was kept by an older catalogue may have another form.
    resolve: ({ attributes }) => (readValue(field, attributes[name] ?? null) ?? null) as never,
  })
}

function relationField(t: Fields, relation: Relation) {
  const { object } = typesOf(relation.kind)
  const { description } = relation
  if (!relation.many) {
    return t.field({
      type: object,
      nullable: true,
      description,
      extensions: { readsStore: true },
      resolve: async (resource, _args, context) =>
        (await readRelated(context, resource, relation)).at(0) ?? null,
    })
  }
  return t.field({
    type: [object],
    description,
    extensions: { holdsMany: true, readsStore: true },
    resolve: (resource, _args, context) => readRelated(context, resource, relation),
  })
}

/** The pages of those that lead here: the volumes of an instance. */
function inverseFields(t: Fields, { kind }: CatalogueKind): FieldMap {
  const fields: FieldMap = {}
  for (const { kind: other, connection } of kindTypes.values()) {
    for (const { inverse, attribute, kind: target } of other.relations) {
      if (target !== kind || !inverse) continue
      fields[inverse.name] = t.field({
        type: connection,
        description: inverse.description,
        args: pageArguments(t),
        resolve: ({ uid }, args, context) =>
          readResources(context, { filter: { kinds: [other.kind] }, linkedBy: { attribute, uid } }, args),
      })
    }
  }
  return fields
}

/** What a resource leads to and the caller may see; one that turned out to be of another kind is left out. */
async function readRelated(
  context: Context,
  resource: Resource,
  { attribute, kind }: Relation,
): Promise<Resource[]> {
  const value = resource.attributes[attribute]
  const uids = (Array.isArray(value) ? value : [value]).filter((uid) => typeof uid === 'string')
  const found = await Promise.all(uids.map((uid) => readResource(context, { kind, uid })))
  return found.filter((related) => related !== null && related.kind === kind) as Resource[]
}

function typesOf(kind: string): KindTypes {
  const types = kindTypes.get(kind)
  if (!types) throw new Error(`the catalogue has a relation to ${kind}, which it does not hold`)
  return types
}
