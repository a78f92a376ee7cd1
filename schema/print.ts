// Prints what `schema/` holds of the code: schema.graphql, event.schema.json, and the marked parts of
// PROTOCOL.md. With `--check` it writes nothing, and fails where a file is not current.

import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { printSchema } from 'graphql'
import { z } from 'zod'
import { errorCatalogue } from '../src/errors.ts'
import { eventSchema } from '../src/event/event.ts'
import { filterLimits } from '../src/graphql/filter.ts'
import { documentBrackets, documentBytes, documentTokens, rootFields } from '../src/graphql/limits.ts'
import { pageSize } from '../src/graphql/page-size.ts'
import { schema } from '../src/graphql/schema.ts'

type Printed = { readonly name: string; readonly text: string }

/** Every generated file as it must be. */
export function printAll(): Printed[] {
  return [
    { name: 'schema.graphql', text: `${printSchema(schema)}\n` },
    { name: 'event.schema.json', text: `${JSON.stringify(printEventSchema(), null, 2)}\n` },
    { name: 'PROTOCOL.md', text: printProtocol(read('PROTOCOL.md') ?? '') },
  ]
}

function printEventSchema(): object {
  return { title: 'Event', ...z.toJSONSchema(eventSchema) }
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function printProtocol(text: string): string {
  const parts = { errors: printErrors(), limits: printLimits() }
  return Object.entries(parts).reduce((page, [name, part]) => {
    const marked = new RegExp(`(<!-- ${name} -->\n)[^]*(<!-- /${name} -->)`)
    if (!marked.test(page)) throw new Error(`PROTOCOL.md has no place for <!-- ${name} -->`)
    return page.replace(marked, (_, open, close) => `${open}${part}\n${close}`)
  }, text)
}

function printErrors(): string {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { means, status, close, retry }]) =>
      `| \`${code}\` | ${means} | ${status} | ${close ?? ''} | ${retry ? 'yes' : 'no'} |`,
  )
  return ['| Code | Means | HTTP | Closes with | Same again? |', '|---|---|---|---|---|', ...rows].join('\n')
}

function printLimits(): string {
  const rows = [
    ['Things in a page (`first`, `last`)', `${pageSize.most}, ${pageSize.usual} unless asked for`],
    ['Root fields of an operation', rootFields],
    ['Bytes of a document', documentBytes],
    ['Tokens of a document', documentTokens],
    ['Brackets in each other in a document', documentBrackets],
    ['Values in one list of a filter', filterLimits.values],
    ['Alternatives (`or`) in a filter', filterLimits.alternatives],
    ['Filters in each other', filterLimits.depth],
  ]
  const lines = rows.map(([what, most]) => `| ${what} | ${most?.toLocaleString('en')} |`)
  return ['| What | At most |', '|---|---|', ...lines].join('\n')
}

function read(name: string): string | null {
  try {
    return readFileSync(new URL(name, import.meta.url), 'utf8')
  } catch {
    return null
  }
}

if (import.meta.main) {
  const stale = printAll().filter(({ name, text }) => read(name) !== text)
  if (!argv.includes('--check')) {
    for (const { name, text } of stale) writeFileSync(new URL(name, import.meta.url), text)
  } else if (stale.length > 0) {
    throw new Error(`not current: ${stale.map(({ name }) => `schema/${name}`).join(', ')}`)
  }
}
