// Where the keys come from that seal secrets: the setting, else for the embedded store a file beside it.

import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { HeliographError } from '../errors.ts'
import { createSecretBox, keyBytes, type SecretBox } from './secret-box.ts'

export const secretKeysSetting = 'HELIOGRAPH_SECRET_KEYS'

/** The name of the file in the data directory. */
const fileName = 'secret.key'

/** Where keys may come from. */
export type KeySources = {
  /** As base64; the first seals, all of them open. */
  readonly secretKeys: readonly string[]
  /** Of the embedded store; null where the store is shared, so that a file would be one gateway's alone. */
  readonly dataDir: string | null
}

/**
 * The box of all secrets; null where there is no key, so that none can be kept.
 * @throws HeliographError BAD_SETTING where the key file cannot be used
 */
export async function openSecretBox({ secretKeys, dataDir }: KeySources): Promise<SecretBox | null> {
  const [first, ...rest] = secretKeys.map((key) => Buffer.from(key, 'base64'))
  if (first !== undefined) return createSecretBox([first, ...rest])
  return dataDir === null ? null : createSecretBox([await openKeyFile(dataDir)])
}

/**
 * The key of an embedded store: made, with mode 0600, where there is none.
 * @throws HeliographError BAD_SETTING where the file cannot be read or written, or holds no key
 */
export async function openKeyFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, fileName)
  try {
    return parseKeyFile(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unusable(path, error)
  }
  return makeKeyFile(dataDir, path)
}

async function makeKeyFile(dataDir: string, path: string): Promise<Buffer> {
  const key = randomBytes(keyBytes)
  try {
    await mkdir(dataDir, { recursive: true })
    await writeSynced(`${path}.new`, `${key.toString('base64')}\n`)
    // In one step: half a key would be none.
    await rename(`${path}.new`, path)
    return key
  } catch (error) {
    throw unusable(path, error)
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, 'w', 0o600)
  await file.writeFile(text)
  await file.sync()
}

function parseKeyFile(text: string, path: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length === keyBytes) return key
  throw new HeliographError(
    'BAD_SETTING',
    `${path} holds no key of ${keyBytes} bytes in base64: put back the one that was there, or set ${secretKeysSetting}; without it the secrets of webhooks cannot be read`,
    { field: secretKeysSetting },
  )
}

function unusable(path: string, error: unknown): unknown {
  if (error instanceof HeliographError) return error
  return new HeliographError(
    'BAD_SETTING',
    `${path}, the key of the secrets of webhooks, cannot be used (${codeOf(error)}): make it readable, or set ${secretKeysSetting}`,
    { field: secretKeysSetting, cause: error },
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'it failed'
}
