// The bench: runs workloads several times in turns, and tells medians. Not a test: its figures hold for
// the machine it ran on.

import { writeFileSync } from 'node:fs'
import { type BenchArguments, parseArguments, usage } from './arguments.ts'
import { describeMachine } from './machine.ts'
import { spreadOf } from './measure.ts'
import { formatMarkdown, formatResult, type Report, type Result } from './report.ts'
import type { Figures, Workload } from './workload.ts'
import { amqp } from './workloads/amqp.ts'
import { isolation, million, webhooks } from './workloads/webhooks.ts'

const workloads: readonly Workload[] = [amqp, webhooks, isolation, million]

// Whoever stops the bench stops the servers it started: they end when it exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const argv = process.argv.slice(2)
if (argv.includes('--help') || argv.includes('-h')) {
  process.stdout.write(usage(workloads.map(({ name, title }) => `${name.padEnd(8)} ${title}`)))
} else {
  try {
    await run(parseArguments(argv))
    // A broker's client keeps the process for some seconds after its node was ended.
    process.exit()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  }
}

async function run(args: BenchArguments): Promise<void> {
  const results: Result[] = []
  for (const workload of chosen(args.only)) {
    const result = await measure(workload, args)
    process.stdout.write(`\n${formatResult(result)}\n`)
    results.push(result)
  }
  const { runs } = args
  const report: Report = {
    measuredAt: new Date().toISOString(),
    runs,
    machine: describeMachine(),
    results,
  }
  if (args.write) write(report)
}

function chosen(names: readonly string[]): readonly Workload[] {
  const unknown = names.find((name) => !workloads.some((workload) => workload.name === name))
  if (unknown !== undefined) throw new Error(`--only: there is no workload ${unknown}; --help lists them`)
  return names.length === 0 ? workloads : workloads.filter(({ name }) => names.includes(name))
}

/** Subjects take turns, so that what else the machine does meets them alike. */
async function measure(workload: Workload, { runs, profileDirectory }: BenchArguments): Promise<Result> {
  const { name, title, bounds } = workload
  const { subjects, close } = await workload.open(profileDirectory)
  const measured = subjects.map(({ name }) => ({ name, runs: [] as Figures[] }))
  try {
    for (let run = 1; run <= runs; run++) {
      for (const [i, subject] of subjects.entries()) {
        process.stderr.write(`${name}: run ${run} of ${runs}, ${subject.name} …\n`)
        measured[i]?.runs.push(await subject.run())
      }
    }
  } finally {
    await close()
  }
  return {
    workload: name,
    title,
    bounds,
    subjects: measured.map(({ name, runs }) => ({ name, figures: spreads(runs) })),
  }
}

function spreads(runs: readonly Figures[]): Result['subjects'][number]['figures'] {
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(runs.map((figures) => figures[name] ?? Number.NaN))]),
  )
}

function write(report: Report): void {
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(new URL('RESULTS.md', import.meta.url), formatMarkdown(report))
  process.stdout.write('\nWritten to bench/RESULTS.md and bench/results.json\n')
}
