// `heliograph token`: makes, lists and withdraws tokens of the token file. A new token is printed this once;
// a gateway that runs on the file follows within a second or two.

import { parseArgs } from 'node:util'
import { HeliographError } from '../errors.ts'
import { createToken, hashToken } from './token.ts'
import {
  appendToken,
  jwtNamePrefix,
  readTokenFile,
  rewriteTokenFile,
  roleNames,
  type TokenEntry,
} from './token-file.ts'

/** What a command has to say: `output` for standard output, `note` for people, on standard error. */
export type Said = { readonly output: string; readonly note: string }

type Options = ReturnType<typeof readOptions>
type Command = (path: string, options: Options) => Promise<Said>

const dayMs = 86_400_000
const mostDays = 36_500

/** The text of `heliograph token --help`. */
export const tokenHelp = `Usage: heliograph token create --role <role> [--account <id> …] [--name <name>]
                               [--expires-days <days>]
       heliograph token list
       heliograph token withdraw --name <name>

create prints a new token, this once, and adds its SHA-256 to the token file.
list prints what is in the file: name, role, accounts, end; no tokens, as it has none.
withdraw takes out every token of that name. A gateway that runs on the file notices.

  --role           admin    queries, subscribes, posts events, reads the metrics
                   tenant   queries and subscribes to what belongs to its accounts
                   ingest   posts events
                   metrics  reads the metrics
  --account        the id of an account a tenant sees; give it once for each
  --name           a lasting name, for logs; the role where there is none
  --expires-days   how long it is good; for ever where it is left out
  --tokens-file    the file, made where it is missing; HELIOGRAPH_TOKENS_FILE by default
`

const commands: Readonly<Record<string, Command>> = { create, list, withdraw }

/**
 * @param argv what stands after `token`
 * @throws HeliographError BAD_SETTING that says what is wrong with the arguments or the file
 */
export async function runTokenCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Said> {
  const [verb = '', ...rest] = argv
  const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined
  if (command === undefined) throw wrong('heliograph token takes a command: create, list or withdraw')
  const options = readOptions(rest)
  refuseForeign(verb, options)
  const path = options['tokens-file'] ?? env.HELIOGRAPH_TOKENS_FILE ?? ''
  if (path === '') throw wrong('no token file is named: set HELIOGRAPH_TOKENS_FILE, or give --tokens-file')
  return command(path, options)
}

async function create(path: string, options: Options): Promise<Said> {
  const token = createToken()
  const entry = entryOf(options, hashToken(token))
  await appendToken(path, entry)
  const ends = entry.expiresAt === undefined ? '' : `, good until ${entry.expiresAt}`
  return {
    output: token,
    note: `"${entry.name}" (${entry.role}${ends}) is in ${path}; its token is shown this once:`,
  }
}

async function list(path: string): Promise<Said> {
  const rows = (await readTokenFile(path)).map((entry) => [
    entry.name,
    entry.role,
    entry.accounts.join(',') || '-',
    endOf(entry),
  ])
  return { output: table([['NAME', 'ROLE', 'ACCOUNTS', 'ENDS'], ...rows]), note: `The tokens in ${path}:` }
}

async function withdraw(path: string, { name }: Options): Promise<Said> {
  if (name === undefined) throw wrong('--name takes the name of the tokens to withdraw; token list shows it')
  await readTokenFile(path)
  let withdrawn = 0
  await rewriteTokenFile(path, (entries) => {
    const left = entries.filter((entry) => entry.name !== name)
    withdrawn = entries.length - left.length
    if (withdrawn === 0) throw wrong(`no token in ${path} is named "${name}"; token list shows the names`)
    return left
  })
  return { output: `${withdrawn} withdrawn`, note: `"${name}" is no longer in ${path}:` }
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

const optionsOf: Readonly<Record<string, readonly string[]>> = {
  create: ['role', 'account', 'name', 'expires-days', 'tokens-file'],
  list: ['tokens-file'],
  withdraw: ['name', 'tokens-file'],
}

function refuseForeign(verb: string, options: Options): void {
  const foreign = Object.keys(options).find((option) => !optionsOf[verb]?.includes(option))
  if (foreign !== undefined) throw wrong(`heliograph token ${verb} takes no --${foreign}`)
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
  if (name.startsWith(jwtNamePrefix)) throw wrong('--name takes a name that does not begin with jwt:')
  const expiresAt = expiryOf(options['expires-days'])
  return { name, role, accounts, sha256, ...(expiresAt !== null && { expiresAt }) }
}

function expiryOf(days: string | undefined): string | null {
  if (days === undefined) return null
  const count = /^\d{1,5}$/.test(days) ? Number(days) : 0
  if (count < 1 || count > mostDays) throw wrong(`--expires-days takes a whole number from 1 to ${mostDays}`)
  return new Date(Date.now() + count * dayMs).toISOString()
}

function endOf({ expiresAt }: TokenEntry): string {
  if (expiresAt === undefined) return 'never'
  return Date.parse(expiresAt) <= Date.now() ? `${expiresAt} (over)` : expiresAt
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}

function wrong(message: string): HeliographError {
  return new HeliographError('BAD_SETTING', `${message}.\nheliograph token --help says more.`)
}
