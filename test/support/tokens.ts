// A token file of its own for a test, with the tokens by the names of their entries.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createToken, hashToken } from '../../src/auth/token.ts'
import type { TokenEntry } from '../../src/auth/token-file.ts'

export type Entry = Omit<TokenEntry, 'sha256' | 'name' | 'accounts'> & {
  readonly accounts?: readonly string[]
}

export type TokenFile<Name extends string> = {
  readonly path: string
  readonly tokens: Readonly<Record<Name, string>>
  /** Writes the entries as they are given now; a name that is left out is withdrawn. */
  write(entries: Partial<Record<Name, Entry>>): Promise<void>
  /** Replaces what stands in the file. */
  writeText(text: string): Promise<void>
  remove(): Promise<void>
}

/** Makes the file; `remove` takes it away with its directory. */
export async function makeTokenFile<Name extends string>(
  entries: Readonly<Record<Name, Entry>>,
): Promise<TokenFile<Name>> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-tokens-'))
  const path = join(directory, 'tokens.json')
  const names = Object.keys(entries) as Name[]
  const tokens = Object.fromEntries(names.map((name) => [name, createToken()])) as Record<Name, string>
  const writeText = async (text: string) => {
    await writeFile(`${path}.made`, text)
    await rename(`${path}.made`, path)
  }
  const write = (now: Partial<Record<Name, Entry>>) =>
    writeText(
      JSON.stringify({
        tokens: (Object.entries(now) as [Name, Entry][]).map(([name, entry]) => ({
          name,
          accounts: [],
          sha256: hashToken(tokens[name]),
          ...entry,
        })),
      }),
    )
  await write(entries)
  return { path, tokens, write, writeText, remove: () => rm(directory, { recursive: true, force: true }) }
}

/** Everybody there is. */
export const everyRole = {
  admin: { role: 'admin' },
  acme: { role: 'tenant', accounts: ['account-acme'] },
  globex: { role: 'tenant', accounts: ['account-globex'] },
  ingest: { role: 'ingest' },
  metrics: { role: 'metrics' },
} as const satisfies Record<string, Entry>

/** The time so many milliseconds from now. */
export function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString()
}
