// Text as the sockets get it: one latin1 string per write beats a Buffer per frame, so UTF-8 bytes
// travel as latin1 characters, one per byte.

/** The UTF-8 bytes of the text, each as one latin1 character. */
export function carryUtf8(text: string): string {
  // Counting bytes is far cheaper than copying them, and most payloads are plain ASCII already.
  if (Buffer.byteLength(text, 'utf8') === text.length) return text
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** Printable ASCII without the quote and the backslash: stands in JSON, and on the wire, as it is. */
export const plainJson = /^[ !#-[\]-~]*$/
