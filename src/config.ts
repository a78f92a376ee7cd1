// Reads the settings from flags and the environment, and prints them for people. Everything is checked
// before anything opens, and all that is wrong is said at once.

import { HeliographError } from './errors.ts'
import { nearestOf } from './event/near.ts'
import { isLoopbackAddress } from './loopback.ts'
import { mebibyte, type Setting } from './setting-kind.ts'
import { type Settings, settingsTable } from './settings.ts'

const settings = Object.entries(settingsTable) as readonly (readonly [keyof Settings, Setting<unknown>])[]

/**
 * Reads the flags, else the environment, else the defaults. An empty variable counts as unset.
 * @throws HeliographError BAD_SETTING that names everything wrong, a line each
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
): Settings {
  const problems: string[] = []
  const flags = readFlags(argv, problems)
  problems.push(...unknownVariables(env))
  const read = settings.map(([key, setting]) => [key, readSetting(setting, flags, env, problems)])
  const values = Object.fromEntries(read) as Settings
  problems.push(...incomplete(values), ...unguarded(values))
  if (problems.length > 0) {
    throw new HeliographError(
      'BAD_SETTING',
      [...problems, 'heliograph --help lists all settings.'].join('\n'),
    )
  }
  return values
}

/** The text of `--help`, at most 100 columns wide. */
export function printHelp(): string {
  const rows = settings.flatMap(([, setting]) => [
    `  ${flagOf(setting).padEnd(30)}${setting.variable.padEnd(38)}${showFallback(setting)}`,
    `      ${setting.description}`,
  ])
  return [
    'Usage: heliograph [--port 4000] [--data ./data] [--redis-url redis://…]',
    '       heliograph token --help',
    '',
    'A GraphQL gateway for the events of a cloud. Every setting is a flag or an environment variable;',
    'a flag beats its variable. Sizes are bytes, or as in 512KiB and 10MiB.',
    '',
    `  ${'flag'.padEnd(30)}${'variable'.padEnd(38)}default`,
    ...rows,
    '',
    '  --help                prints this',
    '  --version             prints the version',
    '',
  ].join('\n')
}

/** The table as Markdown, for the README. */
export function printSettingsTable(): string {
  const rows = settings.map(
    ([, setting]) => `| \`${setting.variable}\` | ${showFallback(setting)} | ${setting.description} |`,
  )
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n')
}

function readSetting(
  setting: Setting<unknown>,
  flags: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): unknown {
  const flag = flags.get(flagOf(setting))
  const text = flag ?? env[setting.variable] ?? ''
  if (flag === undefined && text === '') return setting.fallback
  const value = text === '' ? undefined : setting.read(text)
  const name = flag === undefined ? setting.variable : flagOf(setting)
  if (value === undefined) problems.push(`${name} is ${showText(setting, text)}; it takes ${setting.takes}.`)
  return value
}

/** `--port 0` and `--port=0`, by flag; what is neither is a problem. */
function readFlags(argv: readonly string[], problems: string[]): Map<string, string> {
  const names = settings.map(([, setting]) => flagOf(setting))
  const flags = new Map<string, string>()
  const words = [...argv]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [name = '', ...rest] = word.split('=')
    const known = names.includes(name)
    if (!known) problems.push(`${name} is no flag${suggestion(name, names)}`)
    const next = words[0]?.startsWith('--') ? undefined : words[0]
    const inline = rest.length > 0 ? rest.join('=') : undefined
    const value = inline ?? next
    // The word after an unknown flag is taken for its value, so that it is not reported as well.
    if (inline === undefined && next !== undefined && name.startsWith('--')) words.shift()
    if (!known) continue
    if (flags.has(name)) problems.push(`${name} is given twice; give it once.`)
    if (value === undefined) problems.push(`${name} has no value; write it as ${name} <value>.`)
    else flags.set(name, value)
  }
  return flags
}

function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const names = settings.map(([, setting]) => setting.variable)
  return Object.keys(env)
    .filter((name) => name.startsWith('HELIOGRAPH_') && !names.includes(name))
    .map((name) => `${name} is no setting${suggestion(name, names)}`)
}

function flagOf(setting: Setting<unknown>): string {
  return `--${setting.variable.slice('HELIOGRAPH_'.length).toLowerCase().replaceAll('_', '-')}`
}

function showFallback({ fallback, takes }: Setting<unknown>): string {
  if (fallback === null) return 'unset'
  if (Array.isArray(fallback)) return fallback.join(',') || 'none'
  if (typeof fallback !== 'number' || !takes.includes('bytes')) return String(fallback)
  return fallback % mebibyte === 0 ? `${fallback / mebibyte}MiB` : `${fallback / 1024}KiB`
}

/** Whatever stands before a host may be a password, which no error may show. */
function showText({ isSecret }: Setting<unknown>, text: string): string {
  return isSecret === true ? 'not right' : `"${text.replace(/^.*@/s, '…@')}"`
}

/** What only works together is set together. */
const together: readonly {
  readonly who: string
  readonly keys: readonly (keyof Settings)[]
  /** Needed as well, but of use without the others. */
  readonly besides?: readonly (keyof Settings)[]
}[] = [
  { who: 'JWTs', keys: ['jwtJwksUrl', 'jwtIssuer', 'jwtAudience'] },
  { who: 'mails', keys: ['smtpUrl', 'mailFrom'], besides: ['publicUrl'] },
  { who: 'texts', keys: ['smppUrl', 'smsFrom'] },
]

/** Whoever is set in part: each takes all of its settings, or none. */
function incomplete(values: Partial<Settings>): string[] {
  return together.flatMap(({ who, keys, besides = [] }) => {
    if (keys.every((key) => values[key] === null)) return []
    const missing = [...keys, ...besides]
      .filter((key) => values[key] === null)
      .map((key) => settingsTable[key].variable)
    if (missing.length === 0) return []
    const [is, them] = missing.length === 1 ? ['is', 'it'] : ['are', 'them']
    return [`${missing.join(' and ')} ${is} not set: ${who} take ${them} as well.`]
  })
}

/** What must not be opened to others while nobody is asked who they are; undefined is said to be wrong already. */
function unguarded({ host, tokensFile, jwtJwksUrl, corsOrigins }: Partial<Settings>): string[] {
  if (tokensFile !== null || jwtJwksUrl !== null) return []
  const problems: string[] = []
  if (host !== undefined && host !== 'localhost' && !isLoopbackAddress(host)) {
    problems.push(
      `HELIOGRAPH_HOST is "${host}": without tokens nobody is asked who they are, so it serves this machine only (127.0.0.1, ::1 or localhost); set HELIOGRAPH_TOKENS_FILE or HELIOGRAPH_JWT_JWKS_URL to serve others.`,
    )
  }
  if (corsOrigins !== undefined && corsOrigins.length > 0) {
    problems.push(
      'HELIOGRAPH_CORS_ORIGINS is set: without tokens every page it lists would be administrator; set HELIOGRAPH_TOKENS_FILE or HELIOGRAPH_JWT_JWKS_URL as well.',
    )
  }
  return problems
}

/** How a refusal ends: `; did you mean --port?` where a name is near, else with a full stop. */
function suggestion(wrong: string, names: readonly string[]): string {
  const [near] = nearestOf(wrong, names, 1)
  return near === undefined ? '.' : `; did you mean ${near}?`
}
