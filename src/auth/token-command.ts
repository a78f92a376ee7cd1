// `heliograph token create`: makes a token, adds its hash to the token file, and gives the token back to be
// printed, this once. A gateway that runs on the file lets the token in within a second.

import { parseArgs } from 'node:util'
import { HeliographError } from '../errors.ts'
import { createToken, hashToken } from './token.ts'
import { appendToken, roleNames, type TokenEntry } from './token-file.ts'

/** What the command has done: the token for standard output, the note for standard error. */
export type CreatedToken = { readonly token: string; readonly note: string }

type Options = ReturnType<typeof readOptions>

const dayMs = 86_400_000
const mostDays = 36_500

/** The text of `heliograph token create --help`. */
export const tokenHelp = `Usage: heliograph token create --role <role> [--account <id> …] [--name <name>]
                               [--expires-days <days>] [--tokens-file <file>]

Prints a new token, this once, and adds its SHA-256 to the token file.

  --role           admin    queries, subscribes, posts events, reads the metrics
                   tenant   queries and subscribes to what belongs to its accounts
                   ingest   posts events
                   metrics  reads the metrics
  --account        the id of an account a tenant sees; give it once for each
  --name           a lasting name, for logs; the role where there is none
  --expires-days   how long it is good; for ever where it is left out
  --tokens-file    the file, made where it is missing; HELIOGRAPH_TOKENS_FILE by default

To withdraw a token, take its entry out of the file: a running gateway notices.
`

/**
 * @param argv what stands after `token`
 * @throws HeliographError BAD_SETTING that says what is wrong with the arguments or the file
 */
export async function runTokenCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<CreatedToken> {
  const [verb, ...rest] = argv
  if (verb !== 'create') throw wrong('heliograph token takes one command: create')
  const options = readOptions(rest)
  const path = options['tokens-file'] ?? env.HELIOGRAPH_TOKENS_FILE ?? ''
  if (path === '') throw wrong('no token file is named: set HELIOGRAPH_TOKENS_FILE, or give --tokens-file')
  const token = createToken()
  const entry = entryOf(options, hashToken(token))
  await appendToken(path, entry)
  const ends = entry.expiresAt === undefined ? '' : `, good until ${entry.expiresAt}`
  return {
    token,
    note: `"${entry.name}" (${entry.role}${ends}) is in ${path}; its token is shown this once:`,
  }
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        role: { type: 'string' },
        account: { type: 'string', multiple: true },
        name: { type: 'string' },
        'expires-days': { type: 'string' },
        'tokens-file': { type: 'string' },
      },
    }).values
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
}

function entryOf(options: Options, sha256: string): TokenEntry {
  const role = roleNames.find((name) => name === options.role)
  if (role === undefined) throw wrong(`--role takes one of ${roleNames.join(', ')}`)
  const accounts = options.account ?? []
  if (accounts.includes('')) throw wrong('--account takes the id of an account')
  if (role === 'tenant' && accounts.length === 0) throw wrong('a tenant takes at least one --account <id>')
  if (role !== 'tenant' && accounts.length > 0) throw wrong(`--account is for the role tenant, not ${role}`)
  const name = options.name ?? role
  if (name === '' || name.length > 200) throw wrong('--name takes 1 to 200 letters')
  const expiresAt = expiryOf(options['expires-days'])
  return { name, role, accounts, sha256, ...(expiresAt !== null && { expiresAt }) }
}

function expiryOf(days: string | undefined): string | null {
  if (days === undefined) return null
  const count = /^\d{1,5}$/.test(days) ? Number(days) : 0
  if (count < 1 || count > mostDays) throw wrong(`--expires-days takes a whole number from 1 to ${mostDays}`)
  return new Date(Date.now() + count * dayMs).toISOString()
}

function wrong(message: string): HeliographError {
  return new HeliographError('BAD_SETTING', `${message}.\nheliograph token create --help says more.`)
}
