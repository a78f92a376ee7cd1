// One WebSocket text frame of a server (RFC 6455 section 5.2): final, unmasked, never compressed, as a
// string of latin1 characters that each stand for one byte, so that many frames leave as one write.

const finalText = '\x81'
const shortLimit = 126
const mediumLimit = 65_536

/** An empty ping: every WebSocket library answers it, whatever it thinks of the messages. */
export const pingFrame = '\x89\x00'

/** The header of a frame whose payload has `length` bytes. */
export function textFrameHeader(length: number): string {
  if (length < shortLimit) return finalText + String.fromCharCode(length)
  if (length < mediumLimit) return `${finalText}\x7e${bigEndian(length, 2)}`
  return `${finalText}\x7f${bigEndian(Math.floor(length / 2 ** 32), 4)}${bigEndian(length, 4)}`
}

/** A whole frame. @param payload UTF-8 bytes carried as latin1 */
export function textFrame(payload: string): string {
  return textFrameHeader(payload.length) + payload
}

function bigEndian(value: number, bytes: number): string {
  let text = ''
  for (let shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    text += String.fromCharCode((value >>> shift) & 0xff)
  return text
}
