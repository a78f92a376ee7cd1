// The builder that every file of the schema adds its types to, and the interfaces they share. Fields
// are non-null unless they say otherwise.

import SchemaBuilder from '@pothos/core'
import type { Json } from '../event/event.ts'
import type { Entry } from '../event-log/entry.ts'
import type { Notice } from '../hub/feed.ts'
import type { Resource } from '../resource/resource.ts'
import type { Context } from './context.ts'

type Types = {
  Context: Context
  DefaultFieldNullability: false
  /** Subscriptions execute upon one notice; queries have no root and read none. */
  Root: Notice
  Scalars: {
    ID: { Input: string; Output: string }
    Cursor: { Input: string; Output: string }
    DateTime: { Input: string; Output: string }
    JSON: { Input: Json; Output: Json }
    Long: { Input: number; Output: number }
  }
}

export const builder = new SchemaBuilder<Types>({ defaultFieldNullability: false })

/** What `builder` calls its types: the parameter of its refs and fields. */
export type SchemaTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never

export const NodeInterface = builder.interfaceRef<Entry | Resource>('Node')
export const EventInterface = builder.interfaceRef<Entry>('Event')
export const ResourceInterface = builder.interfaceRef<Resource>('Resource')
