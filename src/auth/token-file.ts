// The token file: who may come, by the hashes of their tokens.
//
//   { "tokens": [ { "name": "acme dashboard", "role": "tenant", "accounts": ["…"], "sha256": "…",
//                   "expiresAt": "2027-01-01T00:00:00.000Z" } ] }
//
// No message made here repeats what the file says: a token that was put in by mistake must not be logged.

import { chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import { HeliographError } from '../errors.ts'
import type { Principal, Role } from './principal.ts'

/** The roles as the file and the command line spell them. */
export const roleNames = ['admin', 'tenant', 'ingest', 'metrics'] as const

/** How the names of those begin who come with a JWT; no entry's does. */
export const jwtNamePrefix = 'jwt:'

export type TokenEntry = {
  readonly name: string
  readonly role: (typeof roleNames)[number]
  /** Ids of accounts; at least one for a tenant, none for the others. */
  readonly accounts: readonly string[]
  /** SHA-256 of the token, in hexadecimal. */
  readonly sha256: string
  readonly expiresAt?: string | undefined
}

/** A token as the gateway knows it: all but its text. */
export type KnownToken = { readonly principal: Principal; readonly expiresAtMs: number | null }

const entry = z
  .strictObject({
    name: z
      .string('takes a text')
      .min(1, 'takes a text')
      .max(200, 'takes at most 200 letters')
      .refine((name) => !name.startsWith(jwtNamePrefix), 'takes a text that does not begin with jwt:'),
    role: z.enum(roleNames, `takes one of ${roleNames.join(', ')}`),
    accounts: z.array(z.string().min(1), 'takes a list of account ids').default([]),
    sha256: z
      .string('takes 64 hexadecimal digits')
      .regex(/^[\da-f]{64}$/i, 'takes 64 hexadecimal digits: the SHA-256 of the token, never the token'),
    expiresAt: z.iso
      .datetime({ offset: true, error: 'takes a time such as 2027-01-01T00:00:00Z' })
      .optional(),
  })
  .refine(({ role, accounts }) => (role === 'tenant') === accounts.length > 0, {
    path: ['accounts'],
    error: 'takes at least one account for a tenant, and none for other roles',
  })

const file = z.strictObject({ tokens: z.array(entry, 'takes a list') })

/**
 * The entries of a token file.
 * @throws HeliographError BAD_SETTING that names the file and what is wrong in it
 */
export async function readTokenFile(path: string): Promise<readonly TokenEntry[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(path, error.code === 'ENOENT' ? 'is missing' : `cannot be read (${error.code})`)
  })
  return parseTokenFile(text, path)
}

/** @throws HeliographError BAD_SETTING as readTokenFile does */
export function parseTokenFile(text: string, path: string): readonly TokenEntry[] {
  const { data, error } = file.safeParse(parse(text, path))
  if (error) {
    const [issue] = error.issues
    const message = issue?.code === 'unrecognized_keys' ? 'has a field that is not known' : issue?.message
    throw wrong(path, `is broken: ${showPath(issue?.path ?? [])} ${message}`)
  }
  const hashes = data.tokens.map(({ sha256 }) => sha256.toLowerCase())
  if (new Set(hashes).size < hashes.length) throw wrong(path, 'is broken: it has the same sha256 twice')
  return data.tokens
}

/** By the hash of the token. */
export function knownTokens(entries: readonly TokenEntry[]): Map<string, KnownToken> {
  return new Map(entries.map((one) => [one.sha256.toLowerCase(), knownToken(one)]))
}

/** Adds an entry; makes the file where it is missing. @throws HeliographError as rewriteTokenFile does */
export function appendToken(path: string, added: TokenEntry): Promise<void> {
  return rewriteTokenFile(path, (entries) => [...entries, added])
}

/**
 * Changes the entries, with mode 0600 and in one step: a reader sees the file before or after it.
 * @param change gets none where the file is missing; what it throws leaves the file as it was
 * @throws HeliographError BAD_SETTING where the file is broken or cannot be written
 */
export async function rewriteTokenFile(
  path: string,
  change: (entries: readonly TokenEntry[]) => readonly TokenEntry[],
): Promise<void> {
  // A link stays one: what it leads to is replaced.
  const target = await realpath(path).catch(() => path)
  const fresh = `${target}.new`
  // Made anew or not at all: two that add at once would lose one of their entries.
  const handle = await open(fresh, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw wrong(
      path,
      error.code === 'EEXIST'
        ? `is being written by another command; if none runs, remove ${fresh}`
        : `cannot be written (${error.code})`,
    )
  })
  try {
    await using _closed = handle
    const before = await stat(target).catch(() => null)
    const tokens = before === null ? [] : await readTokenFile(target)
    await handle.writeFile(`${JSON.stringify({ tokens: change(tokens) }, null, 2)}\n`)
    await handle.sync()
    // Written by root, it must stay readable for the gateway's own user.
    if (before !== null) await chown(fresh, before.uid, before.gid).catch(() => {})
    await rename(fresh, target)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

function knownToken({ name, role, accounts, expiresAt }: TokenEntry): KnownToken {
  return {
    principal: { name, role: role.toUpperCase() as Role, accounts: [...new Set(accounts)].sort() },
    expiresAtMs: expiresAt === undefined ? null : Date.parse(expiresAt),
  }
}

function parse(text: string, path: string): unknown {
  if (text.trim() === '') throw wrong(path, 'is empty')
  try {
    return JSON.parse(text)
  } catch {
    // The message of JSON.parse quotes the text.
    throw wrong(path, 'is broken: it is not JSON')
  }
}

function showPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'it'
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .slice(1)
}

function wrong(path: string, what: string): HeliographError {
  return new HeliographError(
    'BAD_SETTING',
    `HELIOGRAPH_TOKENS_FILE: ${path} ${what}. \`heliograph token create --help\` says how to make one.`,
    { field: 'HELIOGRAPH_TOKENS_FILE' },
  )
}
