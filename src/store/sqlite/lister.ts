// Pages of resources in the order of their keys. SQL yields candidates by the narrowest index; the
// filter itself, the same function that the live path uses, decides.

import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sees } from '../../event/visibility.ts'
import { formatPageCursor, parsePageCursor } from '../../resource/page-cursor.ts'
import type { ResourceFacts, StateValue } from '../../resource/resource.ts'
import { compileResourceFilter, type ResourcePredicate } from '../../resource/resource-filter.ts'
import type { PageRequest, ResourceQuery } from '../../resource/resources.ts'
import { candidatesOf } from './candidates.ts'
import type { ListedPage, ResourceRow } from './messages.ts'
import { snapshot } from './transaction.ts'

const examinedPerPage = 50_000
// Between blocks other reads get their turn.
const rowsPerBlock = 1000

type Candidate = { readonly key: string; readonly facts: ResourceFacts }

/** What one block of candidates gave. */
type Block = {
  readonly rows: readonly ResourceRow[]
  /** The key of the last row, if any; and of the last candidate that was examined. */
  readonly lastKey: string | null
  readonly examinedKey: string
  readonly examined: number
  /** MORE: there is a match beyond the rows; END: there are no more candidates; else go on. */
  readonly next: 'MORE' | 'END' | 'GO_ON'
}

type ReadBlock = (after: string, limit: number, wanted: number) => Block

/** A function that reads one page. It examines at most 50,000 resources, then returns what it has. */
export function createLister(
  database: DatabaseSync,
): (query: ResourceQuery, page: PageRequest) => Promise<ListedPage> {
  const byKey = database.prepare('SELECT version, json FROM resources WHERE key = ?')
  byKey.setReturnArrays(true)
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  function prepare(sql: string) {
    const known = statements.get(sql)
    if (known) return known
    // Few shapes of queries exist; the bound is for those that list many values.
    if (statements.size >= 100) statements.clear()
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    statements.set(sql, statement)
    return statement
  }

  function blocksOf(query: ResourceQuery): ReadBlock {
    const { sql, values } = candidatesOf(query)
    const statement = prepare(sql)
    const matches = predicateOf(query)
    return (after, limit, wanted) => {
      const candidates = (statement.all(...values(after, limit)) as unknown as CandidateRow[]).map(
        candidateOf,
      )
      const keys = candidates.filter(({ facts }) => matches(facts)).map(({ key }) => key)
      const rows = keys.slice(0, wanted).map((key) => byKey.get(key) as unknown as ResourceRow)
      return {
        rows,
        lastKey: keys[rows.length - 1] ?? null,
        examinedKey: candidates.at(-1)?.key ?? after,
        examined: candidates.length,
        next: keys.length > wanted ? 'MORE' : candidates.length < limit ? 'END' : 'GO_ON',
      }
    }
  }

  return (query, page) => {
    const start = page.after === null ? '' : parsePageCursor(page.after)
    const readBlock = blocksOf(query)
    // In one snapshot, so that what is returned is what the filter and the visibility judged.
    return readPage((...args) => snapshot(database, () => readBlock(...args)), start, page.first)
  }
}

async function readPage(readBlock: ReadBlock, start: string, first: number): Promise<ListedPage> {
  const rows: ResourceRow[] = []
  let end = start
  let after = start
  for (let examined = 0; examined < examinedPerPage; ) {
    // One more than wanted: it tells whether there is a next page.
    const limit = Math.min(rowsPerBlock, Math.max(first + 1, 50), examinedPerPage - examined)
    const block = readBlock(after, limit, first - rows.length)
    rows.push(...block.rows)
    end = block.lastKey ?? end
    if (block.next !== 'GO_ON') return pageOf(rows, end, block.next === 'MORE')
    examined += block.examined
    after = block.examinedKey
    await nextTurn()
  }
  return pageOf(rows, after, true)
}

function pageOf(rows: readonly ResourceRow[], end: string, hasNextPage: boolean): ListedPage {
  return { rows, endCursor: end === '' ? null : formatPageCursor(end), hasNextPage }
}

function predicateOf({ filter, visibility }: ResourceQuery): ResourcePredicate {
  const matches = compileResourceFilter(filter)
  return (facts) => sees(visibility, facts) && matches(facts)
}

type CandidateRow = [
  key: string,
  kind: string,
  uid: string,
  name: string | null,
  owner: string | null,
  zone: string | null,
  states: string,
  deletedAt: string | null,
]

function candidateOf([key, kind, uid, name, owner, zone, states, deletedAt]: CandidateRow): Candidate {
  const parsed = JSON.parse(states) as { [field: string]: StateValue }
  return { key, facts: { kind, uid, name, owner, zone, states: parsed, deletedAt } }
}
