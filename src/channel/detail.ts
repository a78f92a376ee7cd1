// What an attempt may say: short, on one line, and without anything secret of the destination, which a
// peer may well repeat in its answer.

import type { Destination } from './channel.ts'

/** Characters that are kept of an answer. */
export const detailLength = 500

/** The beginning of a text of a peer, its secrets masked; null for none. */
export function clipDetail(
  text: string,
  { secrets, headers }: Pick<Destination, 'secrets' | 'headers'>,
): string | null {
  if (text === '') return null
  const keys = secrets.map((key) => Buffer.from(key).toString('base64'))
  // The longest first: one may be a part of another. What is shorter than four letters is no secret.
  const hidden = [...keys, ...Object.values(headers)].sort((a, b) => b.length - a.length)
  let shown = text
  for (const secret of hidden) if (secret.length >= 4) shown = shown.replaceAll(secret, '***')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  const line = shown.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return line === '' ? null : line.slice(0, detailLength).toWellFormed()
}
