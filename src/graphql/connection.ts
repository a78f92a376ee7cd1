// Relay's connections: edges with cursors, the nodes without them, and where the page stands.

import type { InterfaceRef, ObjectRef } from '@pothos/core'
import { builder, type SchemaTypes } from './builder.ts'

export type Edge<Node> = { readonly cursor: string; readonly node: Node }

export type PageInfo = {
  readonly startCursor: string | null
  readonly endCursor: string | null
  readonly hasNextPage: () => boolean | Promise<boolean>
  readonly hasPreviousPage: () => boolean | Promise<boolean>
}

export type Connection<Node> = { readonly edges: readonly Edge<Node>[]; readonly pageInfo: PageInfo }

const PageInfoObject = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Where a page stands among all pages.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      description: 'Whether more follows. True also where the search stopped early: go on after `endCursor`.',
      resolve: ({ hasNextPage }) => hasNextPage(),
    }),
    hasPreviousPage: t.boolean({
      description: 'Whether more comes before. True also where the search stopped early.',
      resolve: ({ hasPreviousPage }) => hasPreviousPage(),
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Give this as `before` to read the page before; null where nothing was read.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description:
        'Give this as `after` to read the next page; null where nothing was read. A filtered page may end beyond its last edge, where the search stopped.',
    }),
  }),
})

/**
 * Adds `<name>Connection` and `<name>Edge` to the schema.
 * @param things what the nodes are, in the plural, for the descriptions
 */
export function connectionOf<Node extends object>(
  name: string,
  node: ObjectRef<SchemaTypes, Node> | InterfaceRef<SchemaTypes, Node>,
  things: string,
): ObjectRef<SchemaTypes, Connection<Node>> {
  const edge = builder.objectRef<Edge<Node>>(`${name}Edge`)
  edge.implement({
    description: `One place in a page of ${things}.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'Give this as `after` to go on from here.',
        resolve: ({ cursor }) => cursor,
      }),
      node: t.field({
        type: node,
        description: 'What stands there.',
        resolve: (parent) => parent.node as never,
      }),
    }),
  })
  const connection = builder.objectRef<Connection<Node>>(`${name}Connection`)
  connection.implement({
    description: `A page of ${things}.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: `The ${things}, each with its cursor.`,
        resolve: ({ edges }) => edges as never,
      }),
      nodes: t.field({
        type: [node],
        description: `The ${things} without cursors.`,
        resolve: ({ edges }) => edges.map((one) => one.node) as never,
      }),
      pageInfo: t.field({
        type: PageInfoObject,
        description: 'Where this page stands among all pages.',
        resolve: ({ pageInfo }) => pageInfo,
      }),
    }),
  })
  return connection
}
