// The default alphabet of GSM (3GPP TS 23.038, formerly GSM 03.38): seven bits a character, and two
// characters' room for those of the extension table. On SMPP each takes an octet.

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const escapeCode = 0x1b

const codes = new Map<string, readonly number[]>([
  ...[...basic].map((char, code) => [char, [code]] as const).filter(([char]) => char !== '\u001b'),
  ...(
    [
      ['\f', 0x0a],
      ['^', 0x14],
      ['{', 0x28],
      ['}', 0x29],
      ['\\', 0x2f],
      ['[', 0x3c],
      ['~', 0x3d],
      [']', 0x3e],
      ['|', 0x40],
      ['€', 0x65],
    ] as const
  ).map(([char, code]) => [char, [escapeCode, code]] as const),
])

/** What stands for characters that the alphabet lacks, beside letters without their accents. */
const replacements = new Map<string, string>([
  ...pairs('‐‑‒–—―−', '-'),
  ...pairs('‘’‚‛′`´', "'"),
  ...pairs('“”„‟″«»', '"'),
  ...pairs('\u00a0\u2007\u202f', ' '),
  ...pairs('→⇒', '->'),
  ...pairs('←⇐', '<-'),
  ...pairs('•·', '-'),
  ['…', '...'],
  ['×', 'x'],
  ['ł', 'l'],
  ['Ł', 'L'],
  ['đ', 'd'],
  ['Đ', 'D'],
  ['ı', 'i'],
  ['œ', 'oe'],
  ['Œ', 'OE'],
])

/** One octet for each seven bits; null where a character is not of the alphabet. */
export function encodeGsm7(text: string): Buffer | null {
  const octets: number[] = []
  for (const char of text) {
    const code = codes.get(char)
    if (code === undefined) return null
    octets.push(...code)
  }
  return Buffer.from(octets)
}

/** The text with its nearest spelling in the alphabet (`Łódź → x` as `Lodz -> x`); null where it has none. */
export function spellInGsm7(text: string): string | null {
  let spelt = ''
  for (const char of text) {
    const near = codes.has(char) ? char : (replacements.get(char) ?? withoutAccent(char))
    if (encodeGsm7(near) === null) return null
    spelt += near
  }
  return spelt
}

function withoutAccent(char: string): string {
  return char.normalize('NFKD').replace(/\p{M}/gu, '') || char
}

function pairs(chars: string, near: string): [string, string][] {
  return [...chars].map((char) => [char, near])
}
