// The bench: runs workloads several times in turns, and tells medians. Not a test: its figures hold for
// the machine it ran on.

import { readFileSync, writeFileSync } from 'node:fs'
import { type BenchArguments, parseArguments, usage } from './arguments.ts'
import { drawChart, themes } from './chart.ts'
import { comparable } from './contenders.ts'
import { anyCore, driverCore, pin } from './cores.ts'
import { checkAgreement } from './differential.ts'
import { describeMachine } from './machine.ts'
import { spreadOf } from './measure.ts'
import { formatMarkdown, formatResult, mergeResults, type Result } from './report.ts'
import type { Figures, Round, Workload } from './workload.ts'
import { amqp } from './workloads/amqp.ts'
import { bursts, manyDocuments, oneInFlight } from './workloads/fan-out.ts'
import { filtered, growing } from './workloads/filtered.ts'
import { idle } from './workloads/idle.ts'
import { ingest } from './workloads/ingest.ts'
import { latency, stalled } from './workloads/latency.ts'
import { replays } from './workloads/replay.ts'
import { isolation, million, webhooks } from './workloads/webhooks.ts'

const workloads: readonly Workload[] = [
  oneInFlight,
  bursts,
  filtered,
  growing,
  manyDocuments,
  ingest,
  idle,
  latency,
  replays,
  stalled,
  webhooks,
  isolation,
  million,
  amqp,
]

// Whoever stops the bench stops the servers it started: they end when it exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const argv = process.argv.slice(2)
if (argv.includes('--help') || argv.includes('-h')) {
  process.stdout.write(usage(workloads.map(({ name, title }) => `${name.padEnd(8)} ${title}`)))
} else {
  const { args, chosen } = parse(argv)
  try {
    await run(chosen, args)
    // A broker's client keeps the process for some seconds after its node was ended.
    process.exit()
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    process.exit(1)
  }
}

/** What went wrong first, where closing went wrong as well. */
function describe(error: unknown): string {
  if (error instanceof SuppressedError) return `${describe(error.suppressed)}\nthen ${describe(error.error)}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** What is asked for; ends the bench with a line where that is not understood. */
function parse(argv: readonly string[]): { args: BenchArguments; chosen: readonly Workload[] } {
  try {
    const args = parseArguments(argv)
    return { args, chosen: choose(args.only) }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return process.exit(2)
  }
}

async function run(chosen: readonly Workload[], args: BenchArguments): Promise<void> {
  process.stderr.write('checking that all contenders tell the same …\n')
  await checkAgreement(comparable)
  for (const workload of chosen) {
    const result = await measure(workload, args)
    process.stdout.write(`\n${formatResult(result)}\n`)
    // At once: a long bench that is stopped has shown what it has measured.
    if (args.write) write(result)
  }
}

function choose(names: readonly string[]): readonly Workload[] {
  const isNamed = (workload: Workload, name: string) => workload.name.toLowerCase() === name.toLowerCase()
  const unknown = names.find((name) => !workloads.some((workload) => isNamed(workload, name)))
  if (unknown !== undefined) throw new Error(`--only: there is no workload ${unknown}; --help lists them`)
  if (names.length === 0) return workloads
  return workloads.filter((workload) => names.some((name) => isNamed(workload, name)))
}

/** Subjects take turns, so that what else the machine does meets them alike. */
async function measure(workload: Workload, args: BenchArguments): Promise<Result> {
  const { name, title, bounds } = workload
  const runs = Math.min(args.runs, workload.mostRuns ?? args.runs)
  const { profileDirectory } = args
  pin(process.pid, workload.isRate ? anyCore : driverCore)
  const profiling = profileDirectory === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`]
  const { subjects, close } = await workload.open(profiling)
  const rounds: Round[] = []
  try {
    for (let run = 1; run <= runs; run++) {
      const round = new Map<string, Figures>()
      for (const subject of subjects) {
        process.stderr.write(`${name}: run ${run} of ${runs}, ${subject.name} …\n`)
        round.set(subject.name, await subject.run())
      }
      rounds.push(round)
    }
  } finally {
    await close()
  }
  return {
    workload: name,
    title,
    bounds,
    measuredAt: new Date().toISOString(),
    runs,
    machine: describeMachine(),
    subjects: subjects.map(({ name }) => ({ name, figures: spreads(figuresOf(name, rounds, workload)) })),
  }
}

/** Ratios are those of a round: what was measured side by side. */
function figuresOf(subject: string, rounds: readonly Round[], { derive }: Workload): Figures[] {
  return rounds.map((round) => ({ ...round.get(subject), ...derive?.(subject, round) }))
}

function spreads(runs: readonly Figures[]): Result['subjects'][number]['figures'] {
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(runs.map((figures) => figures[name] ?? Number.NaN))]),
  )
}

/** Results of workloads that were not measured now stay as they were. */
function write(result: Result): void {
  const known = JSON.parse(readFileSync(here('results.json'), 'utf8')) as Result[]
  const names = workloads.map(({ name }) => name)
  const results = mergeResults(known, result, names)
  writeFileSync(here('results.json'), `${JSON.stringify(results, null, 2)}\n`)
  writeFileSync(here('RESULTS.md'), formatMarkdown(results))
  if (['W1s', 'W2'].includes(result.workload)) drawCharts(results)
  process.stderr.write('written to bench/\n')
}

/** As soon as both of its workloads are there. */
function drawCharts(results: readonly Result[]): void {
  if (!['W1s', 'W2'].every((name) => results.some(({ workload }) => workload === name))) return
  for (const [name, theme] of Object.entries(themes))
    writeFileSync(here(`chart-${name}.svg`), drawChart(results, theme))
}

function here(name: string): URL {
  return new URL(name, import.meta.url)
}
