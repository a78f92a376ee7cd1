// Seals what must be kept but not read: signing keys and custom headers of endpoints. AES-256-GCM with a
// random nonce; what is sealed is bound to its place, so that no box can be moved to another endpoint.
//
//   box = base64url(nonce 12 bytes | ciphertext | tag 16 bytes)

import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import type { Sealed } from './webhook.ts'

export type SecretBox = {
  /** @param place what it belongs to, such as `ep_…/secret`; to open it takes the same */
  seal(text: string, place: string): Sealed
  /** The text; null where no key here opens it, or it was sealed for another place. */
  open(sealed: Sealed, place: string): string | null
  /** Whether it was sealed with the key that seals now. */
  isCurrent(sealed: Sealed): boolean
}

/** Bytes of a key. */
export const keyBytes = 32

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** @param keys of 32 bytes each; the first seals, all of them open */
export function createSecretBox(keys: readonly [Buffer, ...Buffer[]]): SecretBox {
  const [current] = keys
  const currentId = keyIdOf(current)
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]))
  return {
    seal(text, place) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, current, nonce).setAAD(Buffer.from(place))
      const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return { keyId: currentId, box: Buffer.concat(parts).toString('base64url') }
    },
    open({ keyId, box }, place) {
      const key = byId.get(keyId)
      const bytes = Buffer.from(box, 'base64url')
      if (key === undefined || bytes.length < nonceBytes + tagBytes) return null
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes))
      try {
        return (
          decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
        )
      } catch {
        return null
      }
    },
    isCurrent: ({ keyId }) => keyId === currentId,
  }
}

/** Tells keys apart and gives nothing of them away. */
function keyIdOf(key: Buffer): string {
  return hash('sha256', key, 'hex').slice(0, 8)
}
