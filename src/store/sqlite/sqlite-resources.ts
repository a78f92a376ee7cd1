// The state in the embedded store, as the gateway's thread sees it.

import type { Resource } from '../../resource/resource.ts'
import type { Resources } from '../../resource/resources.ts'
import type { ReaderCalls, ResourceRow } from './messages.ts'
import type { WorkerLink } from './worker-link.ts'

/** The state, read through the reader. */
export function openSqliteResources(reader: WorkerLink<ReaderCalls>): Resources {
  return {
    get: async (refs) => (await reader.call('get', refs)).map((row) => row && readResource(row)),
    async list(query, page) {
      const { rows, endCursor, hasNextPage } = await reader.call('list', query, page)
      return { resources: rows.map(readResource), endCursor, hasNextPage }
    },
    history: (ref, before, limit) => reader.call('history', ref, before, limit),
  }
}

function readResource([version, json]: ResourceRow): Resource {
  return { ...(JSON.parse(json) as Resource), version }
}
