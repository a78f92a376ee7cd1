// Results as people read them: one table per workload, on the terminal and in Markdown.

import type { Machine } from './machine.ts'
import type { Spread } from './measure.ts'
import type { Bound } from './workload.ts'

export type Result = {
  readonly workload: string
  readonly title: string
  readonly bounds: readonly Bound[]
  readonly measuredAt: string
  readonly runs: number
  readonly machine: Machine
  readonly subjects: readonly Measured[]
}

type Measured = { readonly name: string; readonly figures: { readonly [figure: string]: Spread } }

/** @param order of the workloads by name; what is not among them is dropped */
export function mergeResults(
  known: readonly Result[],
  result: Result,
  order: readonly string[],
): readonly Result[] {
  const all = [result, ...known.filter(({ workload }) => workload !== result.workload)]
  return order.flatMap((name) => all.find(({ workload }) => workload === name) ?? [])
}

export function formatMarkdown(results: readonly Result[]): string {
  return [
    '# What the bench measured',
    '',
    'Medians of several runs, with the lowest and the highest, by `npm run bench -- --write`. Servers and what',
    'drives them on different cores of one machine; CPU is that of all threads of a server. What misses its',
    'bound is explained in [REMARKS.md](REMARKS.md).',
    '',
    ...results.flatMap((result) => [formatResult(result), '', formatCircumstances(result), '']),
  ].join('\n')
}

function formatCircumstances({ measuredAt, runs, machine }: Result): string {
  const facts = Object.entries(machine).map(([what, value]) => `${what} ${value}`)
  return `${runs} ${runs === 1 ? 'run' : 'runs'}, ${measuredAt.slice(0, 10)}, on ${facts.join(', ')}.`
}

/** A heading, a table with a line for each subject, and what misses its bound. */
export function formatResult({ workload, title, bounds, subjects }: Result): string {
  const figures = [...new Set(subjects.flatMap(({ figures }) => Object.keys(figures)))]
  const rows = subjects.map(({ name, figures: measured }) => [
    name,
    ...figures.map((figure) => formatSpread(measured[figure])),
  ])
  // Few subjects with many figures read better the other way.
  const table = [['', ...figures.map((figure) => figure.trim())], ...rows]
  const turned = subjects.length < figures.length ? turn(table) : table
  const missed = bounds.flatMap((bound) => missesOf(bound, subjects))
  const verdict = bounds.length === 0 ? [] : ['', `${formatBounds(bounds)} ${formatMisses(missed)}`]
  return [`## ${workload}: ${title}`, '', ...formatTable(turned), ...verdict].join('\n')
}

function turn(table: readonly (readonly string[])[]): string[][] {
  return (table[0] ?? []).map((_, column) => table.map((row) => row[column] ?? ''))
}

function formatBounds(bounds: readonly Bound[]): string {
  const each = bounds.map(({ figure, atLeast, atMost, subjects }) => {
    const limit = atLeast === undefined ? `≤ ${formatNumber(atMost ?? 0)}` : `≥ ${formatNumber(atLeast)}`
    return `${figure.trim()} ${limit}${subjects === undefined ? '' : ` (${subjects.join('; ')})`}`
  })
  return `Must be: ${each.join('; ')}.`
}

function formatMisses(missed: readonly string[]): string {
  return missed.length === 0 ? 'All hold.' : `**Missed:** ${missed.join('; ')}.`
}

function missesOf(bound: Bound, subjects: readonly Measured[]): string[] {
  const { figure, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = bound
  return subjects.flatMap(({ name, figures }) => {
    const spread = figures[figure]
    if (spread === undefined || bound.subjects?.includes(name) === false) return []
    if (spread.median >= atLeast && spread.median <= atMost) return []
    return `${name}: ${figure.trim()} ${formatNumber(spread.median)}`
  })
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
