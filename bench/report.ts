// Results as people read them: one table per workload, on the terminal and in Markdown.

import type { Machine } from './machine.ts'
import type { Spread } from './measure.ts'
import type { Bound } from './workload.ts'

export type Result = {
  readonly workload: string
  readonly title: string
  readonly bounds: readonly Bound[]
  readonly subjects: readonly {
    readonly name: string
    readonly figures: { readonly [figure: string]: Spread }
  }[]
}

export type Report = {
  readonly measuredAt: string
  readonly runs: number
  readonly machine: Machine
  readonly results: readonly Result[]
}

export function formatMarkdown({ measuredAt, runs, machine, results }: Report): string {
  const facts = Object.entries(machine).map(([what, value]) => `${what} ${value}`)
  return [
    '# What the bench measured',
    '',
    `Medians of ${runs} runs, with the lowest and the highest; ${measuredAt.slice(0, 10)}, by \`npm run bench -- --write\`.`,
    `On ${facts.join(', ')}; everything on this one machine.`,
    '',
    ...results.flatMap((result) => [formatResult(result), '']),
  ].join('\n')
}

/** A heading and a table: figures down, subjects across. */
export function formatResult({ workload, title, bounds, subjects }: Result): string {
  const figures = [...new Set(subjects.flatMap(({ figures }) => Object.keys(figures)))]
  const rows = figures.map((figure) => [
    figure,
    ...subjects.map(({ figures }) => formatSpread(figures[figure])),
    boundOf(bounds, figure),
  ])
  const table = [['', ...subjects.map(({ name }) => name), 'must be'], ...rows]
  return [`## ${workload}: ${title}`, '', ...formatTable(table)].join('\n')
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  const [head = [], ...body] = rows
  return [line(head), rule, ...body.map(line)]
}

function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return ''
  const { median, low, high } = spread
  return `${formatNumber(median)} (${formatNumber(low)}–${formatNumber(high)})`
}

/** Three digits that mean something; large numbers whole. */
function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}

function boundOf(bounds: readonly Bound[], figure: string): string {
  const bound = bounds.find((candidate) => candidate.figure === figure)
  if (bound?.atLeast !== undefined) return `≥ ${formatNumber(bound.atLeast)}`
  return bound?.atMost === undefined ? '' : `≤ ${formatNumber(bound.atMost)}`
}
