// How long an endpoint rests before it is tried again.

const firstMs = 5_000
const longestMs = 300_000
const longestAskedMs = 3_600_000
const spread = 0.2
/** After the first and the second refusal of an event; with the third attempt it has had its minute. */
const refusedMs = [20_000, 40_000]

/** Attempts that an event gets from an endpoint that answers and refuses it. */
export const refusalTries = refusedMs.length + 1

/**
 * After an endpoint failed: 5 s, doubling to 5 min, spread by ±20 %; what it asked for itself, up to an hour,
 * where that is longer.
 * @param failures in a row, this one included
 * @param random from 0 to 1
 */
export function restAfterFailure(failures: number, askedMs: number | null, random: number): number {
  const doubled = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16))
  return Math.max(spreadOut(doubled, random), Math.min(askedMs ?? 0, longestAskedMs))
}

/** After an event was refused. @param tries it has had, fewer than `refusalTries` */
export function restAfterRefusal(tries: number, random: number): number {
  return spreadOut(refusedMs[tries - 1] ?? longestMs, random)
}

function spreadOut(ms: number, random: number): number {
  return Math.round(ms * (1 - spread + 2 * spread * random))
}
