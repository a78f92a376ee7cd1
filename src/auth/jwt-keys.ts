// The keys that count at the moment: the newest set of the issuer, fetched again and again, so that keys
// come and go without a restart. While the issuer cannot be reached the last set goes on counting, for a
// day. A key that is not known is looked for at the issuer, by one fetch for all who wait, and never sooner
// than a while after the last, whatever tokens come.

import { errors, type JWTHeaderParameters } from 'jose'
import { asHeliographError, HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import { fetchKeySet, type KeySet, markOf } from './key-set.ts'

export type JwtKeys = {
  /**
   * The key of a token by its header.
   * @throws HeliographError KEYS_UNAVAILABLE where the issuer cannot be asked; what jose throws where it has no such key
   */
  find(header: JWTHeaderParameters): Promise<CryptoKey>
  /** Tells whether a key is still in the newest set. @returns its check, cheap enough for every second */
  follow(key: CryptoKey): () => boolean
  close(): void
}

/** All in milliseconds. */
export type Pace = {
  /** Between two fetches, where nothing else causes one: for this long a key counts that was taken out. */
  readonly refreshMs: number
  /** The least time between two fetches. */
  readonly cooldownMs: number
  /** How long one fetch may take. */
  readonly timeoutMs: number
  /** How long a set counts that cannot be fetched anew. */
  readonly staleMs: number
}

/** Begins to fetch at once, and waits for nothing. */
export function openJwtKeys(url: string, pace: Pace, logger: Logger): JwtKeys {
  const closing = new AbortController()
  let current: (KeySet & { readonly fetchedAt: number }) | null = null
  let pending: Promise<void> | null = null
  let triedAt = Number.NEGATIVE_INFINITY
  let problem: string | null = null
  let timer: NodeJS.Timeout | undefined

  const fetchOnce = async () => {
    try {
      const set = await fetchKeySet(
        url,
        AbortSignal.any([closing.signal, AbortSignal.timeout(pace.timeoutMs)]),
      )
      if (current === null || problem !== null || isChanged(current, set))
        logger.info({ keys: set.marks.size }, 'the keys of JWTs were fetched')
      current = { ...set, fetchedAt: performance.now() }
      problem = null
    } catch (error) {
      if (closing.signal.aborted) return
      const reason = asHeliographError(error)?.message ?? 'it failed'
      if (reason !== problem)
        logger.error({ reason }, 'the keys of JWTs cannot be fetched: those from before go on')
      problem = reason
    }
    triedAt = performance.now()
  }

  const refresh = (): Promise<void> => {
    pending ??= fetchOnce().finally(() => {
      pending = null
      clearTimeout(timer)
      if (closing.signal.aborted) return
      timer = setTimeout(refresh, problem === null ? pace.refreshMs : pace.cooldownMs).unref()
    })
    return pending
  }

  const lookUp = async (header: JWTHeaderParameters): Promise<CryptoKey | null> => {
    if (current === null || performance.now() - current.fetchedAt > pace.staleMs) return null
    try {
      return await current.find(header)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return null
      throw error
    }
  }

  void refresh()
  return {
    async find(header) {
      const known = await lookUp(header)
      if (known !== null) return known
      if (performance.now() - triedAt > pace.cooldownMs) void refresh()
      await pending
      const found = await lookUp(header)
      if (found !== null) return found
      if (current !== null && problem === null) throw new errors.JWKSNoMatchingKey()
      throw new HeliographError('KEYS_UNAVAILABLE', 'the keys of the issuer cannot be fetched just now', {
        retryAfterSeconds: Math.ceil(pace.cooldownMs / 1_000),
      })
    },
    follow(key) {
      const mark = markOf(key)
      return () => current?.marks.has(mark) ?? false
    },
    close() {
      closing.abort()
      clearTimeout(timer)
    },
  }
}

function isChanged(before: KeySet, after: KeySet): boolean {
  return before.marks.symmetricDifference(after.marks).size > 0
}
