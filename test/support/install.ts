// Sees to it that the servers the tests need are on the PATH. On Debian as root it installs what is
// missing; elsewhere it stops with the line to type. Run as a program by `npm test`.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What must be there: a program, and the packages that bring it. */
type Need = { readonly programs: readonly string[]; readonly debian: string; readonly brew: string }

/** Names a Chromium goes by. */
export const browserPrograms: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome']

const needs: readonly Need[] = [
  { programs: ['redis-server'], debian: 'redis-server', brew: 'redis' },
  { programs: ['rabbitmq-server'], debian: 'rabbitmq-server', brew: 'rabbitmq' },
  { programs: browserPrograms, debian: 'chromium', brew: '--cask chromium' },
]

/** The full path of the first of these programs that is on the PATH, else null. */
export function findProgram(programs: readonly string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const paths = programs.flatMap((program) => folders.map((folder) => join(folder, program)))
  return paths.find((path) => existsSync(path)) ?? null
}

function missing(): readonly Need[] {
  return needs.filter((need) => findProgram(need.programs) === null)
}

function isDebian(): boolean {
  return existsSync('/etc/debian_version') && findProgram(['apt-get']) !== null
}

function installOnDebian(wanted: readonly Need[]): void {
  const packages = wanted.map((need) => need.debian)
  process.stdout.write(`The tests need ${packages.join(' and ')}: installing\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  execFileSync('apt-get', ['-q', 'update'], { env, stdio: [...stdio] })
  execFileSync('apt-get', ['-q', '-y', 'install', '--no-install-recommends', ...packages], {
    env,
    stdio: [...stdio],
  })
}

function lineToType(wanted: readonly Need[]): string {
  if (isDebian()) return `sudo apt-get install ${wanted.map((need) => need.debian).join(' ')}`
  if (process.platform === 'darwin') return wanted.map((need) => `brew install ${need.brew}`).join(' && ')
  return `(your package manager) ${wanted.map((need) => need.debian).join(' ')}`
}

/** Redis 7.0 or newer, the oldest that the gateway takes. */
function redisIsNewEnough(): boolean {
  const version = /v=(\d+)/.exec(spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout)
  return Number(version?.[1]) >= 7
}

function stop(reason: string): never {
  process.stderr.write(`${reason}\n`)
  process.exit(1)
}

if (import.meta.main) {
  if (missing().length > 0 && isDebian() && process.getuid?.() === 0) installOnDebian(missing())
  if (missing().length > 0)
    stop(`The tests need programs that are not here. Type:\n  ${lineToType(missing())}`)
  if (!redisIsNewEnough()) stop('The tests need Redis 7.0 or newer: the redis-server on the PATH is older.')
}
