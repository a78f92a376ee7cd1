// The keys that count at the moment: the newest set of the issuer, fetched again and again, so that keys
// come and go without a restart. While the issuer cannot be reached the last set goes on counting, for a
// day. A key that is not known is looked for at the issuer, by one fetch for all who wait, and never sooner
// than a while after the last, whatever tokens come.

import { errors, type JWTHeaderParameters } from 'jose'
import { asHeliographError, HeliographError } from '../errors.ts'
import type { Logger } from '../observe/logger.ts'
import { fetchKeySet, type KeySet } from './key-set.ts'

export type JwtKeys = {
  /**
   * The key of a token by its header.
   * @throws HeliographError KEYS_UNAVAILABLE where the issuer cannot be asked; what jose throws where it has no such key
   */
  find(header: JWTHeaderParameters): Promise<CryptoKey>
  /** Whether the issuer has a key of this mark. @throws HeliographError KEYS_UNAVAILABLE where it cannot be asked */
  has(mark: string): Promise<boolean>
  /** Whether a key of this mark is still in the newest set: cheap enough for every second. */
  stillHas(mark: string): boolean
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
  const issuer = followIssuer(url, pace, logger)
  const lookUp = async (header: JWTHeaderParameters): Promise<CryptoKey | null> => {
    try {
      return (await issuer.newest()?.find(header)) ?? null
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return null
      throw error
    }
  }
  return {
    async find(header) {
      const known = await lookUp(header)
      if (known !== null) return known
      const isAnswered = await issuer.ask()
      const found = await lookUp(header)
      if (found !== null) return found
      if (isAnswered) throw new errors.JWKSNoMatchingKey()
      throw unavailable(pace)
    },
    async has(mark) {
      const isKnown = () => issuer.newest()?.marks.has(mark) ?? false
      if (isKnown()) return true
      const isAnswered = await issuer.ask()
      if (!isAnswered && !isKnown()) throw unavailable(pace)
      return isKnown()
    },
    stillHas: (mark) => issuer.last()?.marks.has(mark) ?? false,
    close: issuer.close,
  }
}

function unavailable({ cooldownMs }: Pace): HeliographError {
  return new HeliographError('KEYS_UNAVAILABLE', 'the keys of the issuer cannot be fetched just now', {
    retryAfterSeconds: Math.ceil(cooldownMs / 1_000),
  })
}

/** The sets of an issuer, one after the other. */
type Followed = {
  /** The last that was fetched, however old. */
  last(): KeySet | null
  /** The same, unless it is too old to count. */
  newest(): KeySet | null
  /** Fetches anew, unless that was done a moment ago. @returns whether the last fetch went well */
  ask(): Promise<boolean>
  close(): void
}

function followIssuer(url: string, pace: Pace, logger: Logger): Followed {
  const closing = new AbortController()
  let last: KeySet | null = null
  let fetchedAt = 0
  let triedAt = Number.NEGATIVE_INFINITY
  let problem: string | null = null
  let pending: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  const fetchOnce = async () => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(pace.timeoutMs)])
    const [set, reason] = await fetchKeySet(url, signal).then(
      (fetched) => [fetched, null] as const,
      (error: unknown) => [null, asHeliographError(error)?.message ?? 'it failed'] as const,
    )
    if (closing.signal.aborted) return
    tell(logger, { last, problem }, set ?? reason)
    triedAt = performance.now()
    problem = reason
    if (set === null) return
    last = set
    fetchedAt = triedAt
  }

  const refresh = () => {
    // One for all: whoever comes meanwhile waits for it.
    pending ??= fetchOnce().finally(() => {
      pending = null
      clearTimeout(timer)
      if (closing.signal.aborted) return
      timer = setTimeout(refresh, problem === null ? pace.refreshMs : pace.cooldownMs).unref()
    })
  }

  const newest = () => (performance.now() - fetchedAt <= pace.staleMs ? last : null)

  refresh()
  return {
    last: () => last,
    newest,
    async ask() {
      if (performance.now() - triedAt > pace.cooldownMs) refresh()
      await pending
      return problem === null && newest() !== null
    },
    close() {
      closing.abort()
      clearTimeout(timer)
    },
  }
}

/** Logs what a fetch has brought, where it is news. @param now a set, or why there is none */
function tell(
  logger: Logger,
  before: { readonly last: KeySet | null; readonly problem: string | null },
  now: KeySet | string,
): void {
  if (typeof now === 'string') {
    if (now === before.problem) return
    logger.error({ reason: now }, 'the keys of JWTs cannot be fetched: those from before go on')
  } else if (before.problem !== null || before.last?.marks.symmetricDifference(now.marks).size !== 0) {
    logger.info({ keys: now.marks.size }, 'the keys of JWTs were fetched')
  }
}
