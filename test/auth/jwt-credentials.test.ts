// JWTs as credentials: which are taken, for whom they speak, which are refused and why, and when they end.

import { createHmac } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { exportSPKI, importJWK } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Credentials } from '../../src/auth/credential.ts'
import { openJwtCredentials } from '../../src/auth/jwt-credentials.ts'
import { createToken } from '../../src/auth/token.ts'
import { HeliographError } from '../../src/errors.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { type Claims, type Issuer, inSeconds, startIssuer } from '../support/issuer.ts'
import { root, runNode } from '../support/program.ts'

let issuer: Issuer
let jwts: Credentials
let log = ''
const algorithms = ['ES256', 'ES384', 'RS256', 'PS512', 'EdDSA']
const opened: Credentials[] = []

beforeAll(async () => {
  issuer = await startIssuer()
  for (const alg of algorithms) await issuer.addKey(alg, alg)
  jwts = open()
})
afterEach(() => {
  for (const credentials of opened.splice(0)) if (credentials !== jwts) credentials.close()
})
afterAll(async () => {
  jwts.close()
  await issuer.stop()
})

function open(names: { role?: string; accounts?: string } = {}): Credentials {
  const lines = new PassThrough({ encoding: 'utf8' }).on('data', (text) => {
    log += text
  })
  const { jwtJwksUrl: jwksUrl, jwtIssuer, jwtAudience: audience } = issuer.settings
  const { role: roleClaim = 'role', accounts: accountsClaim = 'accounts' } = names
  const trust = { jwksUrl, issuer: jwtIssuer, audience, roleClaim, accountsClaim }
  const credentials = openJwtCredentials(trust, createLogger('trace', lines))
  opened.push(credentials)
  return credentials
}

async function refusal(token: string, credentials = jwts): Promise<HeliographError> {
  const error: unknown = await credentials.find(token).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HeliographError)) throw new Error('it was not refused', { cause: error })
  for (const part of token.split('.').filter((text) => text.length > 20))
    expect(error.message + String(error.cause ?? '')).not.toContain(part)
  return error
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const payload = () => ({
  iss: issuer.settings.jwtIssuer,
  aud: 'heliograph',
  sub: 'mallory',
  exp: inSeconds(600),
  role: 'admin',
})

describe('a JWT', () => {
  it.each(algorithms)('that is signed with %s is taken', async (kid) => {
    const { principal, expiresAtMs } = await jwts.find(await issuer.sign({ exp: 4_000_000_000 }, { kid }))
    expect(principal).toEqual({
      role: 'TENANT',
      name: `jwt:${issuer.settings.jwtIssuer} alice`,
      accounts: ['account-acme'],
    })
    expect(expiresAtMs).toBe(4_000_000_000_000)
  })

  it.each(['admin', 'ingest', 'metrics'])('of role %s has no accounts', async (role) => {
    for (const accounts of [undefined, null, []]) {
      const { principal } = await jwts.find(await issuer.sign({ role, accounts }))
      expect(principal).toMatchObject({ role: role.toUpperCase(), accounts: [] })
    }
  })

  it('of a tenant has one account or a list of them', async () => {
    const accountsOf = async (accounts: unknown) =>
      (await jwts.find(await issuer.sign({ accounts }))).principal.accounts
    expect(await accountsOf('one')).toEqual(['one'])
    expect(await accountsOf(['two', 'one', 'two'])).toEqual(['one', 'two'])
  })

  it('may be for other audiences too, and from a clock that is a little ahead', async () => {
    const token = await issuer.sign({ aud: ['others', 'heliograph'], nbf: inSeconds(10), iat: inSeconds(10) })
    expect((await jwts.find(token)).principal.role).toBe('TENANT')
  })

  it('may have its role in a list of roles that others use as well', async () => {
    const token = await issuer.sign({ role: ['offline_access', 'tenant', 'uma_authorization'] })
    expect((await jwts.find(token)).principal.role).toBe('TENANT')
  })

  it('has its role and accounts where the names of the claims lead: by dots, or to the letter', async () => {
    const nested = open({ role: 'realm_access.roles', accounts: 'heliograph.accounts' })
    const claims = {
      realm_access: { roles: ['x', 'tenant'] },
      heliograph: { accounts: ['a'] },
      role: 'admin',
    }
    expect((await nested.find(await issuer.sign(claims))).principal).toMatchObject({
      role: 'TENANT',
      accounts: ['a'],
    })
    const lettered = open({ role: 'https://example.org/role' })
    const named = await issuer.sign({ 'https://example.org/role': 'tenant', role: 'admin' })
    expect((await lettered.find(named)).principal.role).toBe('TENANT')
    const lost = await refusal(await issuer.sign({ realm_access: 'tenant' }), nested)
    expect(lost.message).toContain('realm_access.roles of the token is missing')
    const inherited = await refusal(await issuer.sign(), open({ role: 'constructor.name' }))
    expect(inherited).toMatchObject({ code: 'UNAUTHENTICATED', field: 'constructor.name' })
  })
})

const wrongClaims: [string, Claims, string, string][] = [
  ['no exp', { exp: undefined }, 'exp', 'is missing'],
  ['an exp that is no number', { exp: '4000000000' }, 'exp', 'takes seconds since 1970'],
  ['an exp beyond all time', { exp: 1e13 }, 'exp', 'takes seconds since 1970'],
  ['an exp that is just over', { exp: inSeconds(-1) }, 'exp', 'the token has expired'],
  ['an exp long over', { exp: inSeconds(-1e6) }, 'exp', 'the token has expired'],
  ['an nbf in the future', { nbf: inSeconds(60) }, 'nbf', 'is in the future'],
  ['an nbf that is no number', { nbf: 'now' }, 'nbf', 'takes seconds since 1970'],
  ['no iss', { iss: undefined }, 'iss', 'is missing'],
  ['another iss', { iss: 'https://id.example.org' }, 'iss', 'takes http://127.0.0.1'],
  ['no aud', { aud: undefined }, 'aud', 'is missing'],
  ['another aud', { aud: ['heliographs', 'x'] }, 'aud', 'takes heliograph, alone or in a list'],
  ['no sub', { sub: undefined }, 'sub', 'is missing'],
  ['an empty sub', { sub: '' }, 'sub', 'takes a text of 1 to 255 letters'],
  ['a sub that is no text', { sub: 7 }, 'sub', 'takes a text'],
  ['a sub with a line break', { sub: 'a\nb' }, 'sub', 'takes a text'],
  ['no role', { role: undefined }, 'role', 'is missing: it takes one of admin, tenant, ingest, metrics'],
  ['an unknown role', { role: 'root' }, 'role', 'takes one of admin, tenant, ingest, metrics'],
  ['a role in capitals', { role: 'ADMIN', accounts: [] }, 'role', 'takes one of admin'],
  ['a role that is an object', { role: { admin: true } }, 'role', 'takes one of admin'],
  ['two roles', { role: ['tenant', 'admin'] }, 'role', 'has admin and tenant: it takes one of'],
  ['no accounts for a tenant', { accounts: undefined }, 'accounts', 'takes at least one account'],
  ['an empty list of accounts for a tenant', { accounts: [] }, 'accounts', 'takes at least one account'],
  ['an empty account', { accounts: ['a', ''] }, 'accounts', 'takes the id of an account, or a list'],
  ['an account that is a number', { accounts: 7 }, 'accounts', 'takes the id of an account, or a list'],
  ['accounts for an admin', { role: 'admin' }, 'accounts', 'is for tenants only, and the role is admin'],
]

describe('a JWT is refused, and the claim is named, with', () => {
  it.each(wrongClaims)('%s', async (_, claims, field, message) => {
    const error = await refusal(await issuer.sign(claims))
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', field })
    expect(error.message).toContain(message)
  })
})

describe('a forged JWT is refused:', () => {
  it('HS256 with the public key as the secret', async () => {
    const jwk = issuer.publicKey('RS256')
    const pem = await exportSPKI((await importJWK(jwk, 'RS256')) as CryptoKey)
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), String(jwk.n)]) {
      const text = `${encode({ alg: 'HS256', kid: 'RS256' })}.${encode(payload())}`
      const signature = createHmac('sha256', secret).update(text).digest('base64url')
      const error = await refusal(`${text}.${signature}`)
      expect(error.code).toBe('UNAUTHENTICATED')
      expect(error.message).toContain('its header alg takes one of RS256')
    }
  })

  it.each(['none', 'None', 'NONE', ''])('alg "%s", with or without a signature', async (alg) => {
    const good = await issuer.sign()
    for (const signature of ['', good.split('.')[2]]) {
      const error = await refusal(`${encode({ alg, kid: 'first' })}.${encode(payload())}.${signature}`)
      expect(error.code).toBe('UNAUTHENTICATED')
    }
  })

  it("the algorithm of another kind of key under this key's name", async () => {
    const [, claims, signature] = (await issuer.sign({}, { kid: 'RS256' })).split('.')
    const error = await refusal(`${encode({ alg: 'ES256', kid: 'RS256' })}.${claims}.${signature}`)
    expect(error.code).toBe('UNAUTHENTICATED')
  })

  it('claims that were changed, and a signature that was cut', async () => {
    const good = await issuer.sign()
    const [header, , signature] = good.split('.')
    for (const token of [`${header}.${encode(payload())}.${signature}`, good.slice(0, -8), `${good}AAAA`])
      expect((await refusal(token)).message).toMatch(/its signature is wrong|it is no JWT/)
  })

  it("a foreign key under the issuer's kid, and one that the token brings itself", async () => {
    const other = await startIssuer()
    try {
      const { jwtIssuer: iss } = issuer.settings
      const jwk = other.publicKey('first')
      const headers = [{}, { jwk }, { jku: other.settings.jwtJwksUrl }, { x5u: other.settings.jwtJwksUrl }]
      for (const header of headers) {
        const error = await refusal(await other.sign({ iss }, header))
        expect(error.message).toContain('its signature is wrong')
      }
      expect(other.fetches()).toBe(0)
    } finally {
      await other.stop()
    }
  })

  it('a header that asks for what is not known', async () => {
    const [, claims, signature] = (await issuer.sign()).split('.')
    const header = { alg: 'ES256', kid: 'first', crit: ['x'], x: 1 }
    expect((await refusal(`${encode(header)}.${claims}.${signature}`)).code).toBe('UNAUTHENTICATED')
  })

  it.each([
    ['nothing', ''],
    ['a token of a file', createToken()],
    ['two parts', 'eyJhbGciOiJFUzI1NiJ9.e30'],
    ['five parts', 'e30.e30.e30.e30.e30'],
    ['no JSON', 'AAAA.AAAA.AAAA'],
    ['a header that is null', `${encode(null)}.e30.AAAA`],
    ['a prototype for an algorithm', `${encode({ alg: '__proto__', kid: 'first' })}.e30.AAAA`],
    ['claims that are a list', `${encode({ alg: 'ES256', kid: 'first' })}.W10.AAAA`],
  ])('%s', async (_, token) => {
    expect((await refusal(token)).code).toBe('UNAUTHENTICATED')
  })

  it('an enormous one, however well it is signed', async () => {
    const error = await refusal(await issuer.sign({ filler: 'x'.repeat(16_384) }))
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(error.message).toContain('more than 16384 letters')
  })
})

describe('the credential of a JWT', () => {
  it('ends once, soon after its exp, and is refused from then on', async () => {
    const token = await issuer.sign({ exp: inSeconds(3) })
    const { watch, expiresAtMs } = await jwts.find(token)
    const far = await jwts.find(await issuer.sign({ exp: inSeconds(100 * 365 * 86_400) }))
    const [ended, left, others] = [vi.fn(), vi.fn(), vi.fn()]
    far.watch(others)
    watch(left)()
    watch(ended)
    await new Promise<void>((resolve) => watch(resolve))
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAtMs ?? Number.POSITIVE_INFINITY)
    expect(await refusal(token)).toMatchObject({ field: 'exp' })
    await new Promise<void>((resolve) => watch(resolve))
    expect(ended).toHaveBeenCalledTimes(1)
    expect(left).not.toHaveBeenCalled()
    // Beyond what a timer can wait for, and yet not over at once.
    expect(others).not.toHaveBeenCalled()
  })

  it('holds no process', async () => {
    const { jwtJwksUrl, jwtIssuer } = issuer.settings
    const program = runNode([
      '--input-type=module',
      '-e',
      `import { openJwtCredentials } from '${root}src/auth/jwt-credentials.ts'
       import { createLogger } from '${root}src/observe/logger.ts'
       const trust = { jwksUrl: '${jwtJwksUrl}', issuer: '${jwtIssuer}', audience: 'heliograph',
                       roleClaim: 'role', accountsClaim: 'accounts' }
       const found = await openJwtCredentials(trust, createLogger('silent')).find('${await issuer.sign()}')
       found.watch(() => {})
       console.log(found.principal.role)`,
    ])
    expect(await program.ended()).toBe(0)
    expect(program.output().stdout).toContain('TENANT')
  })
})

// Last, so that it searches what all of the above has logged.
describe('the log', () => {
  it('tells of the keys, and holds no token and no claim', () => {
    expect(log).toContain('the keys of JWTs were fetched')
    expect(log).not.toMatch(/eyJ|alice|mallory|account-acme/)
  })
})
