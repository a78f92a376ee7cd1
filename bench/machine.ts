// The machine a result was measured on, as far as it explains the result: no names, no paths.

import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, release, totalmem } from 'node:os'

export type Machine = { readonly [what: string]: string }

export function describeMachine(): Machine {
  return {
    cores: String(availableParallelism()),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `${process.platform} ${release()}`,
    node: process.versions.node,
    sqlite: process.versions.sqlite ?? 'unknown',
    redis: versionOf('redis-server', ['--version'], /v=(\S+)/),
    rabbitmq: versionOf('dpkg-query', ['-W', '-f', '$' + '{Version}', 'rabbitmq-server'], /^[\d.]+/),
  }
}

function versionOf(program: string, args: readonly string[], pattern: RegExp): string {
  try {
    const match = pattern.exec(execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' }))
    return match?.[1] ?? match?.[0] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
