export function parseSecret(text: string): Uint8Array {
  return Buffer.from(text)
}
