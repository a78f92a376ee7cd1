// npm run demo: a gateway on this machine, a simulated cloud that posts to it, and a subscriber that
// shows some of what arrives. Ctrl-C stops all three.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSettings } from '../../src/config.ts'
import { HeliographError } from '../../src/errors.ts'
import { startGateway } from '../../src/gateway.ts'
import { createCloud } from './cloud.ts'
import { type DemoFlags, readDemoFlags, usage } from './flags.ts'
import { createPoster, type Poster } from './poster.ts'
import { watch } from './watch.ts'

const tickMs = 100
const progressMs = 5_000
const sameSignalMs = 500
/** The sender pauses while this many messages wait for an answer. */
const mostWaiting = 5_000

if (process.argv.includes('--help')) process.stdout.write(usage)
else await run().catch(exitWith)

async function run(): Promise<void> {
  const flags = readDemoFlags(process.argv.slice(2))
  const opened = new AsyncDisposableStack()
  const onSignal = createOnSignal(opened)
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    await start(flags, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function start({ rate, vms, rest }: DemoFlags, opened: AsyncDisposableStack): Promise<void> {
  const ownData = rest.some((word) => word.startsWith('--data'))
    ? []
    : ['--data', await makeDirectory(opened)]
  const settings = readSettings({ HELIOGRAPH_LOG_LEVEL: 'warn', ...process.env }, [...rest, ...ownData])
  const gateway = await startGateway(settings)
  opened.defer(() => gateway.stop())

  const cloud = createCloud(vms)
  const inventory = createPoster(`${gateway.url}/events`, 'application/cloudevents-batch+json')
  inventory.send(cloud.inventory())
  await inventory.close()
  say(describe(gateway.url, inventory.counts.accepted, vms))

  const watching = watch(`${gateway.url}/graphql`, say)
  opened.defer(() => watching.close())
  const poster = createPoster(`${gateway.url}/events`)
  opened.defer(() => poster.close())
  const ticking = setInterval(createTick(cloud.messages, poster, rate), tickMs)
  const reporting = setInterval(() => say(progress(poster, watching.seen())), progressMs)
  opened.defer(() => {
    clearInterval(ticking)
    clearInterval(reporting)
  })
}

/** Sends as many messages as the rate makes due since the last tick. */
function createTick(messages: (count: number) => object[], poster: Poster, rate: number): () => void {
  let due = 0
  return () => {
    if (poster.waiting() > mostWaiting) return
    due = Math.min(due + (rate * tickMs) / 1_000, Math.max(rate, 1))
    if (due < 1) return
    const batch = messages(Math.floor(due))
    due -= batch.length
    poster.send(batch)
  }
}

function describe(url: string, resources: number, vms: number): string {
  const [endpoint, curl] = [`${url}/graphql`, `curl -sN ${url}/graphql -H 'content-type: application/json'`]
  return `Heliograph demo: ${resources} resources, ${vms} of them virtual machines. Try one of these:

1  In the browser, with examples: ${endpoint}

2  Every event of a VM that starts or stops, as it happens:
   ${curl} -H 'accept: text/event-stream' -d '{"query":
   "subscription { events(filter: { types: [\\"VM.START\\", \\"VM.STOP\\"] }) { type time status description } }"}'

3  The VMs that do not run, and from then on every change of them:
   ${curl} -H 'accept: text/event-stream' -d '{"query":
   "subscription { resources(filter: { kinds: [\\"VirtualMachine\\"], states: [\\"Stopped\\"] }) { type resource { name state } } }"}'

Ctrl-C stops. What a subscriber of VM states sees:
`
}

function progress({ counts, waiting }: Poster, seen: number): string {
  const { accepted, duplicates, ignored, rejected } = counts
  const known = `${duplicates} repeats, ${ignored} before their transition, ${rejected} refused, ${waiting()} waiting`
  return `-- sent: ${accepted} logged, ${known}; seen by the subscriber: ${seen}`
}

async function makeDirectory(opened: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-demo-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** A second signal ends it at once, unless it is the same Ctrl-C, which npm passes on once more. */
function createOnSignal(opened: AsyncDisposableStack): () => void {
  let firstAt: number | null = null
  return () => {
    if (firstAt !== null) {
      if (performance.now() - firstAt > sameSignalMs) process.exit(1)
      return
    }
    firstAt = performance.now()
    say('stopping')
    opened.disposeAsync().then(() => process.exit(), exitWith)
  }
}

function exitWith(error: unknown): never {
  const known = error instanceof HeliographError || process.env.DEBUG === undefined
  process.stderr.write(`${error instanceof Error ? (known ? error.message : error.stack) : error}\n`)
  process.exit(error instanceof HeliographError && error.code === 'BAD_SETTING' ? 2 : 1)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
