// Inputs that are almost right: real ones with something taken out, put in, exchanged or cut off.

import fc from 'fast-check'

type Json = unknown
type Place = { readonly holder: Record<string, Json>; readonly key: string }

/** A text in JSON that no JSON.stringify would write. */
const oddTexts = [
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '"\\ud800"',
  '1e999',
  '-0',
  '123456789012345678901234567890',
  '{"a":1,"a":2}',
  `${'['.repeat(100)}${']'.repeat(100)}`,
]

/** A value that probably does not belong where it is put. */
export const oddValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, 1.5, Number.MAX_SAFE_INTEGER, '', ' ', [], {}, [[]], [null]),
  fc.constantFrom(
    '2026-13-99 99:99:99 +0000',
    '0000-00-00T00:00:00Z',
    '\u0000',
    '\ud83d',
    '../../etc/passwd',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(...oddTexts).map((text) => JSON.parse(text)),
  fc.integer({ min: 1, max: 3_000 }).map((length) => 'x'.repeat(length)),
)

/** One of the values, with up to four changes to members somewhere in it. */
export function mangled(values: readonly Json[]): fc.Arbitrary<Json> {
  const change = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('DELETE', 'REPLACE', 'WRAP', 'RENAME', 'MOVE'),
    odd: oddValue,
  })
  return fc.tuple(fc.constantFrom(...values), fc.array(change, { maxLength: 4 })).map(([value, changes]) => {
    const copy = structuredClone({ value })
    for (const { at, how, odd } of changes) {
      const all = [...placesIn(copy)]
      const place = all[at % all.length]
      // A copy, or what one run changes would be odder in the next.
      if (place !== undefined) changeAt(place, how, structuredClone(odd), all[(at >> 3) % all.length])
    }
    return copy.value
  })
}

/** JSON text, in one of five cases broken. */
export function mangledText(value: fc.Arbitrary<Json>): fc.Arbitrary<string> {
  const text = value.map((one) => JSON.stringify(one) ?? 'null')
  const broken = fc
    .record({
      text,
      at: fc.nat(),
      odd: fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom(...oddTexts)),
    })
    .chain(({ text, at, odd }) => {
      const cut = at % (text.length + 1)
      return fc.constantFrom(
        text.slice(0, cut),
        text.slice(cut),
        text.slice(0, cut) + odd + text.slice(cut),
        text + text,
        `\ufeff${text}`,
      )
    })
  return fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: broken })
}

/** A document with tokens taken out, doubled or exchanged for words of the others. */
export function mangledDocument(documents: readonly string[]): fc.Arbitrary<string> {
  const words = [...new Set(documents.flatMap(tokensOf))]
  const change = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('DELETE', 'DOUBLE', 'REPLACE', 'INSERT'),
    word: fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom(
        'null',
        '-1',
        '1e400',
        '""',
        '"\\u{110000}"',
        '[[]]',
        '{a:{}}',
        '$a',
        '@skip(if: $a)',
        '...',
        '"""',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
  })
  return fc
    .tuple(fc.constantFrom(...documents), fc.array(change, { maxLength: 3 }))
    .map(([document, changes]) => {
      const tokens = tokensOf(document)
      for (const { at, how, word } of changes) {
        const index = at % Math.max(1, tokens.length)
        if (how === 'DELETE') tokens.splice(index, 1)
        else if (how === 'REPLACE') tokens[index] = word
        else tokens.splice(index, 0, how === 'DOUBLE' ? (tokens[index] ?? '') : word)
      }
      return tokens.join(' ')
    })
}

function tokensOf(document: string): string[] {
  return document.replace(/#.*/g, '').match(/"(?:[^"\\]|\\.)*"|\.\.\.|[\w$@-]+|[^\s\w]/g) ?? []
}

function* placesIn(value: Json): Iterable<Place> {
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const holder = value as Record<string, Json>
    yield { holder, key }
    yield* placesIn(holder[key])
  }
}

function changeAt({ holder, key }: Place, how: string, odd: Json, other: Place | undefined): void {
  const before = holder[key]
  if (how === 'DELETE') delete holder[key]
  else if (how === 'REPLACE') holder[key] = odd
  else if (how === 'WRAP') holder[key] = [before, odd]
  else if (how === 'RENAME') holder[`${key}${String(odd).slice(0, 5)}`] = before
  else if (other !== undefined) holder[key] = structuredClone(other.holder[other.key])
}
