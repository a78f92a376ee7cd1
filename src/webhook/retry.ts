// How long an endpoint rests before it is tried again.

export type Rests = {
  /** After the first failure; doubles with each. */
  readonly firstMs: number
  readonly longestMs: number
  /** The longest that an endpoint may ask for. */
  readonly longestAskedMs: number
  /** After the first refusal of an event, the second, …; after one more attempt it is given up. */
  readonly refusedMs: readonly number[]
}

/** 5 s doubling to 5 min, up to an hour where asked; a refused event has three attempts in a minute. */
export const ordinaryRests: Rests = {
  firstMs: 5_000,
  longestMs: 300_000,
  longestAskedMs: 3_600_000,
  refusedMs: [20_000, 40_000],
}

/** Spreads those that failed together: ±20 %. */
const spread = 0.2

/**
 * After an endpoint failed; what it asked for itself where that is longer.
 * @param failures in a row, this one included
 * @param random from 0 to 1
 */
export function restAfterFailure(
  failures: number,
  askedMs: number | null,
  random: number,
  { firstMs, longestMs, longestAskedMs }: Rests,
): number {
  const doubled = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return Math.max(spreadOut(doubled, random), Math.min(askedMs ?? 0, longestAskedMs))
}

/** After an event was refused; null: it is given up. @param tries it has had */
export function restAfterRefusal(tries: number, random: number, { refusedMs }: Rests): number | null {
  const rest = refusedMs[tries - 1]
  return rest === undefined ? null : spreadOut(rest, random)
}

function spreadOut(ms: number, random: number): number {
  return Math.round(ms * (1 - spread + 2 * spread * random))
}
