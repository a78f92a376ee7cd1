// The binary: arguments, signals, exit codes. The only file, with start.js, that touches `process`.
// Exit codes: 0 stopped as asked, 2 a setting is wrong, 1 everything else.

import { runTokenCommand, tokenHelp } from './auth/token-command.ts'
import { printHelp, readSettings } from './config.ts'
import { asHeliographError } from './errors.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { createLogger, type Logger } from './observe/logger.ts'
import { readVersion } from './observe/version.ts'
import type { Settings } from './settings.ts'

const exitFailure = 1
const exitBadSetting = 2

/** Within this time a second signal is the same Ctrl-C: the terminal sends it, and npm passes it on. */
const sameSignalMs = 500

const flags = process.argv.slice(2)
if (flags[0] === 'token') await runToken(flags.slice(1))
else if (flags.includes('--help') || flags.includes('-h')) process.stdout.write(printHelp())
else if (flags.includes('--version')) process.stdout.write(`${readVersion()}\n`)
else await run()

async function runToken(words: readonly string[]): Promise<void> {
  if (words.includes('--help') || words.includes('-h')) return void process.stdout.write(tokenHelp)
  try {
    const { output, note } = await runTokenCommand(words, process.env)
    process.stderr.write(`${note}\n`)
    process.stdout.write(`${output}\n`)
  } catch (error) {
    exitWith('Nothing was done.', error)
  }
}

async function run(): Promise<void> {
  const settings = readSettingsOrExit()
  const logger = createLogger(settings.logLevel)
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'a fault nobody caught: the process ends')
    process.exit(exitFailure)
  })
  const starting = startGateway(settings, logger)
  stopOnSignal(starting, settings, logger)
  try {
    const gateway = await starting
    process.stdout.write(describe(gateway, settings))
  } catch (error) {
    exitUnstarted(error)
  }
}

function readSettingsOrExit(): Settings {
  try {
    return readSettings(process.env, flags)
  } catch (error) {
    return exitUnstarted(error)
  }
}

function exitUnstarted(error: unknown): never {
  return exitWith('Heliograph cannot start.', error)
}

function exitWith(headline: string, error: unknown): never {
  const known = asHeliographError(error)
  const text = known?.message ?? (error instanceof Error ? error.stack : String(error))
  process.stderr.write(`${headline}\n${text}\n`)
  process.exit(known?.code === 'BAD_SETTING' ? exitBadSetting : exitFailure)
}

function stopOnSignal(starting: Promise<Gateway>, { stopTimeoutMs }: Settings, logger: Logger): void {
  let firstAt: number | null = null
  const onSignal = (signal: string) => {
    if (firstAt !== null) {
      if (performance.now() - firstAt > sameSignalMs) process.exit(exitFailure)
      return
    }
    firstAt = performance.now()
    logger.info({ signal }, 'stopping')
    setTimeout(() => {
      logger.error({ stopTimeoutMs }, 'the stop took too long: the process ends')
      process.exit(exitFailure)
    }, stopTimeoutMs).unref()
    void stop(starting, logger)
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

/** A start that fails is told where it is awaited. */
async function stop(starting: Promise<Gateway>, logger: Logger): Promise<void> {
  const gateway = await starting.catch(() => null)
  if (gateway === null) return
  try {
    await gateway.stop()
    logger.info('stopped')
    process.exit(0)
  } catch (error) {
    logger.error({ err: error }, 'the stop failed')
    process.exit(exitFailure)
  }
}

function describe({ url }: Gateway, settings: Settings): string {
  const { redisUrl, dataDir, cloudstackWebhookSecret } = settings
  const store = redisUrl === null ? `embedded store in ${dataDir}` : `Redis at ${new URL(redisUrl).host}`
  return [
    `Heliograph ${readVersion()}, ${store}`,
    '',
    `  GraphiQL  ${url}/graphql`,
    `  GraphQL   ${url}/graphql  (HTTP, WebSocket, SSE)`,
    `  ingest    ${url}/events`,
    ...(cloudstackWebhookSecret === null ? [] : [`            ${url}/events/cloudstack  (webhooks)`]),
    `  health    ${url}/health/ready`,
    `  metrics   ${url}/metrics`,
    '',
    '',
  ].join('\n')
}
