// An issuer of JWTs for a test: real keys, and a real HTTP server that publishes them as a JWKS and can be
// told to answer otherwise, or to be away.

import { EventEmitter, once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'

type Key = { readonly alg: string; readonly privateKey: CryptoKey; readonly jwk: JWK }

export type Claims = Readonly<Record<string, unknown>>

export type Issuer = {
  /** What a gateway is told, as settings. */
  readonly settings: { readonly jwtJwksUrl: string; readonly jwtIssuer: string; readonly jwtAudience: string }
  /** Makes a key and publishes it; one of the same name is replaced. @param alg ES256 by default */
  addKey(kid: string, alg?: string): Promise<Key>
  /** Publishes a key no longer; it still signs. */
  withdrawKey(kid: string): void
  publicKey(kid: string): JWK
  /** A JWT of tenant alice, good for an hour, but for what is given; undefined leaves a claim out. */
  sign(claims?: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>
  /** How often the keys were asked for. */
  fetches(): number
  /** Resolves when the keys are asked for once more. */
  asked(): Promise<void>
  /** Answers like this from now on; null answers with the keys again. */
  answer(listener: RequestListener | null): void
  /** Is away until `open`. */
  shut(): Promise<void>
  open(): Promise<void>
  stop(): Promise<void>
}

/** Has one key, `first`. */
export async function startIssuer(): Promise<Issuer> {
  const keys = new Map<string, Key>()
  const published = new Map<string, JWK>()
  const asking = new EventEmitter()
  let fetches = 0
  let otherwise: RequestListener | null = null
  const server = createServer((request, response) => {
    fetches += 1
    if (otherwise !== null) otherwise(request, response)
    else response.end(JSON.stringify({ keys: [...published.values()] }))
    asking.emit('asked')
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  }
  const port = await listen(0)
  const url = `http://127.0.0.1:${port}`
  const keyOf = (kid: string) => {
    const key = keys.get(kid)
    if (key === undefined) throw new Error(`there is no key ${kid}`)
    return key
  }
  const shut = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const issuer: Issuer = {
    settings: { jwtJwksUrl: `${url}/jwks`, jwtIssuer: url, jwtAudience: 'heliograph' },
    async addKey(kid, alg = 'ES256') {
      const { publicKey, privateKey } = await generateKeyPair(alg)
      const key = { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
      keys.set(kid, key)
      published.set(kid, key.jwk)
      return key
    },
    withdrawKey: (kid) => void published.delete(kid),
    publicKey: (kid) => keyOf(kid).jwk,
    sign(claims = {}, header = {}) {
      const { alg, privateKey } = keyOf(header.kid ?? 'first')
      return new SignJWT({
        iss: url,
        aud: 'heliograph',
        sub: 'alice',
        exp: inSeconds(3_600),
        role: 'tenant',
        accounts: ['account-acme'],
        ...claims,
      })
        .setProtectedHeader({ alg, kid: 'first', ...header })
        .sign(privateKey)
    },
    fetches: () => fetches,
    asked: async () => void (await once(asking, 'asked')),
    answer(listener) {
      otherwise = listener
    },
    shut,
    open: async () => void (await listen(port)),
    stop: shut,
  }
  await issuer.addKey('first')
  return issuer
}

/** A time as claims tell it: so many seconds from now. */
export function inSeconds(seconds: number): number {
  return Date.now() / 1_000 + seconds
}
