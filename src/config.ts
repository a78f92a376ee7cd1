// The settings: one table, from which come the check, the help and the README. Everything is checked
// before anything opens, and all that is wrong is said at once.

import { HeliographError } from './errors.ts'
import {
  amqpName,
  bytes,
  count,
  isAmqpUrl,
  isRedisUrl,
  mebibyte,
  readBindings,
  readOrigins,
  type Setting,
} from './setting.ts'

/** What the gateway is started with. Sizes in bytes, times in the unit of their name. */
export type Settings = {
  host: string
  /** 0: any free one. */
  port: number
  dataDir: string
  /** Null: the embedded store in `dataDir`. */
  redisUrl: string | null
  /** Null: no AMQP source. */
  amqpUrl: string | null
  amqpExchange: string
  amqpQueue: string
  amqpBindings: readonly string[]
  amqpPrefetch: number
  /** Null: no tokens, so loopback only. */
  tokensFile: string | null
  /** Origins of foreign pages that may ask, in lower case. */
  corsOrigins: readonly string[]
  retentionDays: number
  retentionEvents: number
  dedupeEvents: number
  logLevel: string
  bodyBytes: number
  batchEvents: number
  eventBytes: number
  messageBytes: number
  queryDepth: number
  queryCost: number
  socketOperations: number
  initTimeoutMs: number
  idleTimeoutMs: number
  bufferBytes: number
  /** 0: what was gathered within one tick is written at its end. */
  flushIntervalMs: number
  bookmarkMs: number
  stopTimeoutMs: number
}

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']

const table: { readonly [Key in keyof Settings]: Setting<Settings[Key]> } = {
  host: {
    variable: 'HELIOGRAPH_HOST',
    fallback: '127.0.0.1',
    takes: 'an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::1',
    description: 'The address to listen on; without tokens loopback only',
    read: (text) => (/^[\w.:-]+$/.test(text) ? text : undefined),
  },
  port: count('HELIOGRAPH_PORT', 4000, 0, 65_535, 'The port to listen on; 0 takes any free one'),
  dataDir: {
    variable: 'HELIOGRAPH_DATA',
    fallback: './data',
    takes: 'a directory',
    description: 'Where the embedded store keeps its file; made when it is missing',
    read: (text) => text,
  },
  redisUrl: {
    variable: 'HELIOGRAPH_REDIS_URL',
    fallback: null,
    takes:
      'a URL such as redis://127.0.0.1:6379/0, rediss:// for TLS, or redis+sentinel://host:26379,host2:26379/name',
    description: 'Keeps everything in this Redis instead, for several gateways; unset: embedded',
    read: (text) => (isRedisUrl(text) ? text : undefined),
  },
  amqpUrl: {
    variable: 'HELIOGRAPH_AMQP_URL',
    fallback: null,
    takes:
      'a URL such as amqp://name:password@127.0.0.1:5672/, its last part the virtual host; amqps:// for TLS',
    description: "The RabbitMQ broker of CloudStack's event bus, to take events from; unset: none",
    read: (text) => (isAmqpUrl(text) ? text : undefined),
  },
  amqpExchange: amqpName(
    'HELIOGRAPH_AMQP_EXCHANGE',
    'cloudstack-events',
    'The exchange that CloudStack publishes to',
  ),
  amqpQueue: amqpName('HELIOGRAPH_AMQP_QUEUE', 'heliograph', 'The queue of all gateways that share a store'),
  amqpBindings: {
    variable: 'HELIOGRAPH_AMQP_BINDINGS',
    fallback: ['#'],
    takes: 'binding keys of at most 255 bytes each, separated by commas',
    description: 'Which messages the queue gets: binding keys, separated by commas',
    read: readBindings,
  },
  amqpPrefetch: count(
    'HELIOGRAPH_AMQP_PREFETCH',
    1_000,
    1,
    65_535,
    'The most messages taken and not yet kept',
  ),
  tokensFile: {
    variable: 'HELIOGRAPH_TOKENS_FILE',
    fallback: null,
    takes: 'a file that `heliograph token create` made',
    description: 'Who may come, by hashed tokens; unset: nobody is asked, and only this machine is served',
    read: (text) => text,
  },
  corsOrigins: {
    variable: 'HELIOGRAPH_CORS_ORIGINS',
    fallback: [],
    takes: 'origins such as https://dashboard.example.org, with commas between them',
    description: 'Other sites whose pages may ask, with a token',
    read: readOrigins,
  },
  retentionDays: count('HELIOGRAPH_RETENTION_DAYS', 7, 1, 36_500, 'How long events are kept'),
  retentionEvents: count(
    'HELIOGRAPH_RETENTION_EVENTS',
    1_000_000,
    1,
    1e9,
    'How many events are kept at most',
  ),
  dedupeEvents: count(
    'HELIOGRAPH_DEDUPE_EVENTS',
    1_000_000,
    1,
    1e9,
    'An event is known as a duplicate for 24 hours or this many events',
  ),
  logLevel: {
    variable: 'HELIOGRAPH_LOG_LEVEL',
    fallback: 'info',
    takes: `one of ${logLevels.join(', ')}`,
    description: 'The mildest message that is logged',
    read: (text) => logLevels.find((level) => level === text),
  },
  bodyBytes: bytes(
    'HELIOGRAPH_BODY_BYTES',
    10 * mebibyte,
    'The largest body of a request; NDJSON may be longer',
  ),
  batchEvents: count('HELIOGRAPH_BATCH_EVENTS', 10_000, 1, 1e6, 'The most events in one posted JSON array'),
  eventBytes: bytes('HELIOGRAPH_EVENT_BYTES', 256 * 1024, 'The largest event'),
  messageBytes: bytes('HELIOGRAPH_MESSAGE_BYTES', 128 * 1024, 'The largest WebSocket message of a client'),
  queryDepth: count('HELIOGRAPH_QUERY_DEPTH', 12, 1, 100, 'How deep a selection may nest'),
  queryCost: count(
    'HELIOGRAPH_QUERY_COST',
    50_000,
    1,
    1e9,
    'How much a query may cost: about one per field and row',
  ),
  socketOperations: count(
    'HELIOGRAPH_SOCKET_OPERATIONS',
    100,
    1,
    100_000,
    'The most operations on one WebSocket',
  ),
  initTimeoutMs: count(
    'HELIOGRAPH_INIT_TIMEOUT_MS',
    10_000,
    100,
    600_000,
    'How long a WebSocket may take to send connection_init',
  ),
  idleTimeoutMs: count(
    'HELIOGRAPH_IDLE_TIMEOUT_MS',
    60_000,
    1_000,
    86_400_000,
    'How long a connection may rest on which nothing runs',
  ),
  bufferBytes: bytes(
    'HELIOGRAPH_BUFFER_BYTES',
    mebibyte,
    'Unsent bytes after which a connection reads from the log',
  ),
  flushIntervalMs: count(
    'HELIOGRAPH_FLUSH_INTERVAL_MS',
    0,
    0,
    1_000,
    'Gathers deliveries for this long into one write: later, but cheaper',
  ),
  bookmarkMs: count(
    'HELIOGRAPH_BOOKMARK_MS',
    15_000,
    100,
    3_600_000,
    'How often a quiet subscription gets a cursor',
  ),
  stopTimeoutMs: count(
    'HELIOGRAPH_STOP_TIMEOUT_MS',
    10_000,
    0,
    600_000,
    'How long a stop waits for what is under way',
  ),
}

const settings = Object.entries(table) as readonly (readonly [keyof Settings, Setting<unknown>])[]

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
  problems.push(...unguarded(values))
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
    `  ${flagOf(setting).padEnd(22)}${setting.variable.padEnd(31)}${showFallback(setting)}`,
    `      ${setting.description}`,
  ])
  return [
    'Usage: heliograph [--port 4000] [--data ./data] [--redis-url redis://…]',
    '       heliograph token create --help',
    '',
    'A GraphQL gateway for the events of a cloud. Every setting is a flag or an environment variable;',
    'a flag beats its variable. Sizes are bytes, or as in 512KiB and 10MiB.',
    '',
    `  ${'flag'.padEnd(22)}${'variable'.padEnd(31)}default`,
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
  if (value === undefined) problems.push(`${name} is "${withoutLogin(text)}"; it takes ${setting.takes}.`)
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
  if (Array.isArray(fallback)) return 'none'
  if (typeof fallback !== 'number' || !takes.includes('bytes')) return String(fallback)
  return fallback % mebibyte === 0 ? `${fallback / mebibyte}MiB` : `${fallback / 1024}KiB`
}

/** Whatever stands before a host may be a password, which no error may show. */
function withoutLogin(text: string): string {
  return text.replace(/^.*@/s, '…@')
}

/** What must not be opened to others while nobody is asked who they are; undefined is said to be wrong already. */
function unguarded({ host, tokensFile, corsOrigins }: Partial<Settings>): string[] {
  if (tokensFile !== null) return []
  const problems: string[] = []
  if (host !== undefined && !isLoopback(host)) {
    problems.push(
      `HELIOGRAPH_HOST is "${host}": without tokens nobody is asked who they are, so it serves this machine only (127.0.0.1, ::1 or localhost); set HELIOGRAPH_TOKENS_FILE to serve others.`,
    )
  }
  if (corsOrigins !== undefined && corsOrigins.length > 0) {
    problems.push(
      'HELIOGRAPH_CORS_ORIGINS is set: without tokens every page it lists would be administrator; set HELIOGRAPH_TOKENS_FILE as well.',
    )
  }
  return problems
}

function isLoopback(host: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(host) || host === '::1' || host === 'localhost'
}

/** How a refusal ends: `; did you mean --port?` where a name is near, else with a full stop. */
function suggestion(wrong: string, names: readonly string[]): string {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const near = ranked[0]
  return near !== undefined && near.distance <= near.name.length / 3 ? `; did you mean ${near.name}?` : '.'
}

/** How many letters must be put in, taken out or exchanged to make one of the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (let column = 1; column <= to.length; column++) {
      const exchanged = (previous[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1)
      current.push(Math.min(exchanged, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
