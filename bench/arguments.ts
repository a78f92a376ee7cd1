// What the bench is asked for.

export type BenchArguments = {
  /** Names of workloads, in any case; empty: all of them. */
  readonly only: readonly string[]
  /** How often each is measured; the medians are told. */
  readonly runs: number
  /** Where the servers under test leave their CPU profiles; null: they make none. */
  readonly profileDirectory: string | null
  /** Whether the results of this run become the committed ones. */
  readonly write: boolean
}

/** @param workloads one line each */
export function usage(workloads: readonly string[]): string {
  return `Usage: npm run bench -- [--only W1s,W2] [--runs 5] [--write] [--profile DIRECTORY]

Starts each server in a process of its own, drives it over loopback, and tells what a unit of work costs.
Needs Linux, and the Redis and RabbitMQ that "npm test" installs.

  --only     the workloads to run, joined by commas             all
  --runs     how often each is measured; medians are told       5
  --write    writes bench/RESULTS.md and bench/results.json     no
  --profile  servers leave CPU profiles here, and are slower    no

Workloads:
${workloads.map((line) => `  ${line}`).join('\n')}
`
}

/** @throws Error that says what a flag takes */
export function parseArguments(argv: readonly string[]): BenchArguments {
  const words = argv.flatMap((word) => (word.startsWith('--') ? word.split(/=(.*)/s, 2) : [word]))
  const found = { only: [] as string[], runs: 5, profileDirectory: null as string | null, write: false }
  while (words.length > 0) {
    const flag = words.shift()
    if (flag === '--write') found.write = true
    else if (flag === '--only') found.only = parseNames(words.shift())
    else if (flag === '--runs') found.runs = parseRuns(words.shift())
    else if (flag === '--profile') found.profileDirectory = parseDirectory(words.shift())
    else throw new Error(`${flag} is no flag of the bench; --help lists them`)
  }
  return found
}

function parseNames(text = ''): string[] {
  const names = text.split(',').filter((name) => name !== '')
  if (names.length === 0) throw new Error('--only takes names of workloads, such as W1s')
  return names
}

function parseRuns(text = ''): number {
  const runs = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (runs < 1) throw new Error('--runs takes a whole number from 1 to 99')
  return runs
}

function parseDirectory(text = ''): string {
  if (text === '' || text.startsWith('--')) throw new Error('--profile takes a directory')
  return text
}
