import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { roomyRetention } from '../support/engine.ts'
import { offsetsOf, range, readAll } from './conformance/open-store.ts'

const program = fileURLToPath(new URL('../support/append-forever.ts', import.meta.url))

type Line = {
  kept?: string[]
  lost?: string[]
  refused?: string
  ready?: boolean
  head?: number
  failed?: string
  message?: string
}

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-durability-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Starts the program; it is killed at the end of the test at the latest. */
function startAppending(
  directory: string,
  run: string,
  prefix: readonly string[] = [],
  padding = 0,
): ChildProcess {
  const [command = '', ...args] = [...prefix, process.execPath, program, directory, run, String(padding)]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function* linesOf(child: ChildProcess): AsyncGenerator<Line> {
  if (!child.stdout) return
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Line
}

/** Opens the data and expects these events, each once, in a dense log, and none of the lost ones. */
async function expectKept(
  directory: string,
  kept: readonly string[],
  lost: readonly string[] = [],
): Promise<void> {
  const store = await openSqliteStore({
    directory,
    retention: roomyRetention,
    logger: pino({ level: 'silent' }),
  })
  const entries = await readAll(store.log)
  await store.close()
  expect(offsetsOf(entries)).toEqual(range(1, entries.length))
  const ids = entries.map(({ event }) => event.eventId)
  expect(new Set(ids).size).toBe(ids.length)
  const held = new Set(ids)
  expect(kept.filter((id) => !held.has(id))).toEqual([])
  expect(lost.filter((id) => held.has(id))).toEqual([])
}

describe('acknowledged means kept', () => {
  it('every acknowledged event is in the log once, and the log is dense, after kill -9 under load', async () => {
    const directory = await makeDirectory()
    const kept: string[] = []
    for (const round of range(1, 5)) {
      const child = startAppending(directory, `round-${round}`)
      const exited = once(child, 'exit')
      const killAfter = 20 + Math.floor(Math.random() * 400)
      let acknowledged = 0
      // What it had written before it died is read to the end.
      for await (const line of linesOf(child)) {
        kept.push(...(line.kept ?? []))
        acknowledged += 1
        if (acknowledged === killAfter) child.kill('SIGKILL')
      }
      expect(await exited).toEqual([null, 'SIGKILL'])
      expect(acknowledged).toBeGreaterThanOrEqual(killAfter)
      await expectKept(directory, kept)
    }
  }, 120_000)

  it('an append that finds no room is refused and not seen, reads go on, and it recovers with room', async () => {
    const directory = await makeDirectory()
    const child = startAppending(directory, 'full', ['prlimit', '--fsize=3000000:unlimited'], 2000)
    const kept: string[] = []
    const refused: Line[] = []
    let keptAfterwards = 0
    for await (const line of linesOf(child)) {
      kept.push(...(line.kept ?? []))
      if (line.refused && refused.push(line) === 1) {
        execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
      }
      if (refused.length > 0 && line.kept) keptAfterwards += 1
      if (keptAfterwards === 1000) child.kill('SIGKILL')
    }
    expect(refused[0]).toMatchObject({ refused: 'STORE_UNAVAILABLE', ready: false })
    expect(refused[0]?.head).toBeGreaterThan(100)
    await expectKept(
      directory,
      kept,
      refused.flatMap(({ lost = [] }) => lost),
    )
  }, 120_000)

  it('a second process on the same data is refused by name until the first is gone', async () => {
    const directory = await makeDirectory()
    const first = startAppending(directory, 'first')
    const lines = linesOf(first)
    await lines.next()
    for await (const line of linesOf(startAppending(directory, 'second'))) {
      expect(line.failed).toBe('STORE_IN_USE')
      expect(line.message).toContain(directory)
    }
    first.kill('SIGKILL')
    await once(first, 'exit')
    await expectKept(directory, [])
  }, 60_000)
})
