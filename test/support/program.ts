// A program under test: its output as it comes, and its end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type Program = {
  readonly process: ChildProcess
  /** What it wrote so far. */
  output(): { readonly stdout: string; readonly stderr: string }
  /** Resolves with the match once standard output has it; rejects if the program ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves to the exit code, or the signal that ended it. */
  ended(): Promise<number | string>
  /** Ends it at once if it still runs. */
  kill(): Promise<void>
}

type Options = { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string }

/** Runs this Node with arguments, in the root of the project unless told otherwise. */
export function runNode(args: readonly string[], { env = {}, cwd = root }: Options = {}): Program {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
  const written = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const check of [...waiting]) check()
  }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      wake()
    })
  }
  const closed = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  void closed.then(wake)
  return {
    process: child,
    output: () => written,
    ended: () => closed,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(written.stdout)
          if (match) resolve(match)
          else if (!isOver(child)) return
          else reject(new Error(`it ended before ${pattern}:\n${written.stdout}\n${written.stderr}`))
          waiting.delete(check)
        }
        waiting.add(check)
        check()
      }),
    async kill() {
      if (!isOver(child)) child.kill('SIGKILL')
      await closed
    },
  }
}

/** The folder of package.json. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

function isOver(child: ChildProcess): boolean {
  return (child.exitCode !== null || child.signalCode !== null) && child.stdout?.readableEnded !== false
}
