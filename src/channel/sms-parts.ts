// A text as what goes on the air: one message of the GSM alphabet, or UCS-2 in one or several parts.
//
// Parts are joined by a user data header (3GPP TS 23.040, 9.2.3.24.1): it is made here and passes every
// SMS centre, where `sar_*` and `message_payload` depend on what the centre makes of them.
//
//   05 00 03 <reference> <parts> <number>, then up to 134 octets of UTF-16, high octet first

import { encodeGsm7 } from './gsm7.ts'

/** The most characters of GSM-7 in one message; those of the extension table count twice. */
export const gsm7Room = 160
/** UTF-16 units in a message of its own, and in each of several parts. */
const ucs2Room = 70
const partRoom = 67
/** More would cost more than a text is worth; so many hold as much as a message of GSM-7. */
export const mostParts = 3
/** The most UTF-16 units in a text that is not of GSM-7: a pair at its end leaves a part one unit short. */
export const ucs2MostRoom = mostParts * partRoom - (mostParts - 1)

/** What `submit_sm` takes of it, in order. */
export type SmsPart = {
  /** 0: the centre's default alphabet, GSM-7; 8: UCS-2. */
  readonly dataCoding: 0 | 8
  readonly hasHeader: boolean
  readonly octets: Buffer
}

/** @param reference tells texts to one number apart: from 0 to 255 */
export function encodeSms(text: string, reference: number): readonly SmsPart[] {
  const octets = encodeGsm7(text)
  if (octets !== null && octets.length <= gsm7Room) return [{ dataCoding: 0, hasHeader: false, octets }]
  const pieces = splitUnits(text)
  if (pieces.length === 1) return [{ dataCoding: 8, hasHeader: false, octets: encodeUcs2(text) }]
  return pieces.map((piece, index) => {
    const header = Buffer.from([5, 0, 3, reference, pieces.length, index + 1])
    return { dataCoding: 8, hasHeader: true, octets: Buffer.concat([header, encodeUcs2(piece)]) }
  })
}

/** Pieces that join to the text, of at most 70 units for one and 67 for several; no pair is cut. */
export function splitUnits(text: string): readonly string[] {
  if (text.length <= ucs2Room) return [text]
  const pieces: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = endOf(text, start + partRoom)
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}

/** `end`, or one before where it would cut a surrogate pair. */
export function endOf(text: string, end: number): number {
  const cuts = isBetween(text.charCodeAt(end - 1), 0xd800) && isBetween(text.charCodeAt(end), 0xdc00)
  return cuts ? end - 1 : end
}

function isBetween(unit: number, first: number): boolean {
  return unit >= first && unit < first + 0x400
}

function encodeUcs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}
