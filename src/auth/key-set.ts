// One fetch of an issuer's keys, its JSON Web Key Set (RFC 7517). It takes what the issuer answers itself,
// within bounds: no redirects, no endless body.

import { createPublicKey, hash, KeyObject } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { HeliographError } from '../errors.ts'

/** A set of public keys, as an issuer has published it. */
export type KeySet = {
  /** The key that a token's header asks for; rejects as jose does where none fits, or several do. */
  readonly find: ReturnType<typeof createLocalJWKSet>
  /** The marks of all its keys. */
  readonly marks: ReadonlySet<string>
}

/** The largest set, in bytes; those of large providers have some 20 KiB. */
const mostBytes = 256 * 1024

/**
 * @param signal ends the fetch, its body included
 * @throws HeliographError KEYS_UNAVAILABLE whose message says what went wrong, and quotes nothing
 */
export async function fetchKeySet(url: string, signal: AbortSignal): Promise<KeySet> {
  const response = await fetch(url, {
    redirect: 'manual',
    signal,
    headers: { accept: 'application/jwk-set+json, application/json' },
  }).catch(failed)
  if (response.status !== 200) {
    await response.body?.cancel()
    throw unavailable(`the answer is ${response.status} instead of 200`)
  }
  return parseKeySet(await readText(response).catch(failed))
}

/** Tells a public key from every other, whatever it is called: the SHA-256 of its SubjectPublicKeyInfo. */
export function markOf(key: CryptoKey): string {
  return mark(KeyObject.from(key))
}

function parseKeySet(text: string): KeySet {
  try {
    const set: JSONWebKeySet = JSON.parse(text)
    return { find: createLocalJWKSet(set), marks: new Set(set.keys.flatMap(marksOf)) }
  } catch {
    throw unavailable('the answer is no JSON Web Key Set')
  }
}

/** A key of a kind that nothing here can use has none. */
function marksOf(jwk: JSONWebKeySet['keys'][number]): string[] {
  try {
    return [mark(createPublicKey({ key: jwk, format: 'jwk' }))]
  } catch {
    return []
  }
}

function mark(key: KeyObject): string {
  return hash('sha256', key.export({ type: 'spki', format: 'der' }), 'base64url')
}

async function readText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of body ?? []) {
    size += piece.length
    if (size > mostBytes) throw unavailable(`the answer has more than ${mostBytes} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

function failed(error: unknown): never {
  if (error instanceof HeliographError) throw error
  if (error instanceof Error && error.name === 'TimeoutError')
    throw unavailable('no whole answer came in time')
  const cause = error instanceof Error ? error.cause : null
  const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : ''
  throw unavailable(`the address cannot be reached${code}`)
}

function unavailable(message: string): HeliographError {
  return new HeliographError('KEYS_UNAVAILABLE', message)
}
