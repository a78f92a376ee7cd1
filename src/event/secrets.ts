// What must not be kept: passwords, keys and tokens that sources send along. Told by the name of the key,
// and in texts by the credentials of a URL. A guess by name errs on the side of dropping.

import type { Json } from './event.ts'

const secretName =
  /passw(or)?d|passphrase|^pass$|^pwd$|secret|token|api[-_]?key|access[-_]?key|session[-_]?key|signature|private[-_]?key|user[-_]?data(details)?$|credential|authorization|cookie/i

const secretInQuery =
  /([?&](?:password|passwd|secret|secretkey|token|access_token|apikey|api_key|sessionkey|signature)=)[^&\s"']*/gi
// Schemes are short; without a bound a long text of dots would be scanned once for every dot.
const userInUrl = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]*:[^\s/@]*@/gi

/** Whether a key of this name is taken to hold a secret: `password`, `secretKey`, `session-key`, `userdata`. */
export function looksSecret(name: string): boolean {
  return secretName.test(name)
}

/**
 * A copy without what looks like a secret, at any depth. Yes and no are no secret: `passwordenabled: true`
 * stays. Credentials inside URLs become `***`.
 */
export function withoutSecrets<T extends Json>(value: T): T
export function withoutSecrets(value: Json): Json {
  if (typeof value === 'string') return maskCredentials(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item))
  const kept: { [key: string]: Json } = {}
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null
    // Assigning __proto__ would not make a key of it.
    if (key === '__proto__' || (looksSecret(key) && typeof member !== 'boolean')) continue
    kept[key] = withoutSecrets(member)
  }
  return kept
}

/** The text with the credentials of URLs in it masked: `?apiKey=***`, `https://***@host`. */
export function maskCredentials(text: string): string {
  if (!text.includes('=') && !text.includes('@')) return text
  return text.replace(secretInQuery, '$1***').replace(userInUrl, '$1***@')
}
