// Signatures of Standard Webhooks 1.0.0, symmetric (v1): HMAC-SHA256 over `<id>.<timestamp>.<body>`, by
// every key of the endpoint while a rotation overlaps. https://www.standardwebhooks.com

import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { badInput } from '../event/input.ts'

const prefix = 'whsec_'
const fewestBytes = 24
const mostBytes = 64

/** A new secret: `whsec_` and 32 random bytes as base64. */
export function createSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

/**
 * The key of a secret: what stands after `whsec_`, decoded.
 * @param field what an error names; the secret itself is never shown
 * @throws HeliographError BAD_INPUT unless it is `whsec_` and 24 to 64 bytes as base64
 */
export function parseSecret(text: string, field = 'secret'): Uint8Array {
  const key = text.startsWith(prefix) ? decodeBase64(text.slice(prefix.length)) : null
  if (key === null || key.length < fewestBytes || key.length > mostBytes) {
    throw badInput(field, `must be ${prefix} followed by ${fewestBytes} to ${mostBytes} bytes as base64`)
  }
  return key
}

function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/={1,2}$/, '') ? bytes : null
}

/**
 * The value of `webhook-signature`: a `v1,<base64>` for each key, with spaces between them.
 * @param id holds no full stop
 * @param timestamp of this attempt, in seconds
 * @param body exactly the bytes that are sent
 */
export function sign(
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: Uint8Array },
  keys: readonly Uint8Array[],
): string {
  const head = `${id}.${timestamp}.`
  return keys
    .map((key) => `v1,${createHmac('sha256', objectOf(key)).update(head).update(body).digest('base64')}`)
    .join(' ')
}

// Given bytes, each HMAC makes a key object of them anew, which takes five times as long as the HMAC.
const objects = new WeakMap<Uint8Array, KeyObject>()

/** @param key is never written to */
function objectOf(key: Uint8Array): KeyObject {
  const known = objects.get(key)
  if (known !== undefined) return known
  const made = createSecretKey(key)
  objects.set(key, made)
  return made
}
