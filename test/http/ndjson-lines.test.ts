import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLineCutter } from '../../src/http/ndjson-lines.ts'

function cut(bytes: Buffer, pieceLength: number, limit = 1_000) {
  const cutter = createLineCutter(limit)
  const lines = []
  for (let at = 0; at < bytes.length; at += pieceLength) {
    lines.push(...cutter.push(bytes.subarray(at, at + pieceLength)))
  }
  lines.push(...cutter.end())
  return lines.map(({ index, bytes }) => [index, bytes === null ? null : String(bytes)])
}

describe('lines', () => {
  it('are the same however the stream is cut into pieces', () => {
    const line = fc.stringMatching(/^[ -~äé🚀]{0,20}$/u)
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 50 }), (texts, pieceLength) => {
        const expected = texts
          .map((text, index) => [index, text])
          .filter(([, text]) => String(text).trim() !== '')
        expect(cut(Buffer.from(texts.join('\n')), pieceLength)).toEqual(expected)
      }),
    )
  })

  it('may end with a carriage return, and the last needs no end', () => {
    expect(cut(Buffer.from('{"a":1}\r\n\r\n{"b":2}'), 3)).toEqual([
      [0, '{"a":1}'],
      [2, '{"b":2}'],
    ])
  })

  it('over the limit are told without their bytes, and the rest goes on', () => {
    const bytes = Buffer.from(`short\n${'x'.repeat(11)}\r\n${'y'.repeat(10)}\r\n${'z'.repeat(500)}\nlast`)
    for (const pieceLength of [1, 7, 1_000]) {
      expect(cut(bytes, pieceLength, 10)).toEqual([
        [0, 'short'],
        [1, null],
        [2, 'y'.repeat(10)],
        [3, null],
        [4, 'last'],
      ])
    }
  })
})
