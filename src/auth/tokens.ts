// The tokens that count at the moment: those of the token file, which is read again when it changes. A
// file that goes missing or breaks while the gateway runs changes nothing but the log; an entry taken out
// of it ends whoever came in by it, and so does a change of its role, accounts or expiry.

import { watch as watchPath } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { Credential, Credentials } from './credential.ts'
import { rightsOfAll } from './principal.ts'
import { hashToken } from './token.ts'
import { type KnownToken, knownTokens, readTokenFile } from './token-file.ts'

const lookEveryMs = 1_000

/**
 * Reads the file, and follows it until closed.
 * @throws HeliographError BAD_SETTING where it is missing, empty, broken, or lets nobody in
 */
export async function openTokens(path: string, logger: Logger): Promise<Credentials> {
  let seen = await signatureOf(path)
  let tokens = knownTokens(await readTokenFile(path))
  if (tokens.size === 0) throw nobody(path)
  const watched = new Map<KnownToken, Set<() => void>>()

  const sweep = () => {
    const current = new Set(tokens.values())
    for (const [token, listeners] of watched) {
      if (current.has(token) && !isExpired(token)) continue
      watched.delete(token)
      for (const ended of listeners) ended()
    }
  }

  const read = async () => {
    try {
      tokens = keepEqual(tokens, knownTokens(await readTokenFile(path)))
      logger.info({ tokens: tokens.size }, 'the token file was read again')
      sweep()
    } catch (error) {
      const reason = error instanceof HeliographError ? error.message : 'it failed'
      logger.error({ reason }, 'the token file cannot be used: the tokens from before still count')
    }
  }

  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    const now = await signatureOf(path)
    if (now !== seen) {
      // Remembered as it was before the reading: what is written meanwhile is seen by the next look.
      seen = now
      await read()
    }
    isLooking = false
  }

  const watch = (token: KnownToken, ended: () => void) => {
    const listeners = watched.get(token) ?? new Set()
    const listener = () => ended()
    watched.set(token, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && watched.get(token) === listeners) watched.delete(token)
    }
  }

  /** @throws HeliographError UNAUTHENTICATED */
  const current = (sha256: string): KnownToken => {
    const token = tokens.get(sha256)
    if (token === undefined) throw refused('the token is not known here, or no longer')
    if (isExpired(token)) throw refused('the token has expired')
    return token
  }

  /** One for all who show the token: each of its connections is 600 bytes smaller. */
  const credentials = new WeakMap<KnownToken, Credential>()
  const credentialOf = (sha256: string, token: KnownToken): Credential => {
    const known = credentials.get(token)
    if (known !== undefined) return known
    const credential: Credential = {
      ...token,
      reference: { kind: 'TOKEN', sha256, ...token },
      watch: (ended) => watch(token, ended),
    }
    credentials.set(token, credential)
    return credential
  }

  const stopWatching = watchDirectory(path, () => void look())
  // Not every file system tells of changes, and none of time.
  const timer = setInterval(() => {
    sweep()
    void look()
  }, lookEveryMs)
  timer.unref()

  return {
    async find(text) {
      // Looked up by hash: how long that takes tells of the hash at most, which nobody can steer towards
      // one that is known, and never of the token.
      const sha256 = hashToken(text)
      return credentialOf(sha256, current(sha256))
    },
    async recall(reference) {
      if (reference.kind !== 'TOKEN') throw refused('a token is asked for here by now')
      const { sha256, principal, expiresAtMs } = reference
      const token = current(sha256)
      if (!isDeepStrictEqual(token, { principal, expiresAtMs })) throw refused('the token has changed')
      return credentialOf(sha256, token)
    },
    named: (name) =>
      rightsOfAll(
        [...tokens.values()]
          .filter((token) => token.principal.name === name && !isExpired(token))
          .map(({ principal }) => principal),
      ),
    close() {
      clearInterval(timer)
      stopWatching()
    },
  }
}

function isExpired({ expiresAtMs }: KnownToken): boolean {
  return expiresAtMs !== null && expiresAtMs <= Date.now()
}

/** What did not change stays the same object, so that whoever came in by it may stay. */
function keepEqual(
  before: ReadonlyMap<string, KnownToken>,
  after: ReadonlyMap<string, KnownToken>,
): Map<string, KnownToken> {
  return new Map(
    [...after].map(([hash, token]) => {
      const old = before.get(hash)
      return [hash, old !== undefined && isDeepStrictEqual(old, token) ? old : token]
    }),
  )
}

/** Changes whenever the file does, through links as well. */
async function signatureOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return 'missing'
  }
}

/** The directory, as a file that is replaced takes its own watch with it. */
function watchDirectory(path: string, changed: () => void): () => void {
  try {
    const watcher = watchPath(dirname(resolve(path)), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(path) || name.startsWith('..')) changed()
    })
    // Looking every second goes on.
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => {}
  }
}

function refused(message: string): HeliographError {
  return new HeliographError('UNAUTHENTICATED', message)
}

function nobody(path: string): HeliographError {
  return new HeliographError(
    'BAD_SETTING',
    `HELIOGRAPH_TOKENS_FILE: ${path} has no tokens, so nobody could come in. \`heliograph token create --help\` says how to add one.`,
    { field: 'HELIOGRAPH_TOKENS_FILE' },
  )
}
