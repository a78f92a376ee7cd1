// Structured logs: a JSON object a line on standard output, or a line for people where that is a terminal. No
// line holds a token, a ticket or a secret of a webhook, whoever wrote it: what looks like one is cut short.

import { isatty } from 'node:tty'
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'

export type Logger = PinoLogger

const standardOutput = 1

/** Tokens and stream tickets, `hg_` or `st_` and 256 bits; secrets of webhooks, `whsec_` and 24 bytes or more. */
const secrets = /(hg_|st_)[\w-]{43}|(whsec_)[\w+/=-]{32,}/g

/**
 * A logger for one process.
 * @param level the mildest level that is written, or `silent`
 * @param destination where lines go; standard output by default
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: (line: string) => line.replace(secrets, '$1$2…') },
  }
  if (destination) return pino(options, destination)
  const output = pino.destination(standardOutput)
  return pino(
    options,
    isatty(standardOutput) ? { write: (line) => output.write(formatForPeople(line)) } : output,
  )
}

/** `09:31:07 warn  message  name=value`, with the stack of an error below; a line without its end stays whole. */
export function formatForPeople(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>
  const label = pino.levels.labels[Number(level)] ?? String(level)
  const fields = Object.entries(rest).map(([name, value]) => `  ${name}=${show(value)}`)
  const stack = isObject(err) && typeof err.stack === 'string' ? `\n${err.stack}` : ''
  return `${String(time).slice(11, 19)} ${label.padEnd(5)} ${msg ?? ''}${fields.join('')}${stack}\n`
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
