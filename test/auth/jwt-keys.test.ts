// The keys of an issuer, while they change, and while the issuer is away or talks nonsense.

import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Credentials } from '../../src/auth/credential.ts'
import { openJwtCredentials } from '../../src/auth/jwt-credentials.ts'
import type { Pace } from '../../src/auth/jwt-keys.ts'
import { HeliographError } from '../../src/errors.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { type Issuer, startIssuer } from '../support/issuer.ts'

let issuer: Issuer
let opened: Credentials[] = []

beforeEach(async () => {
  issuer = await startIssuer()
})
afterEach(async () => {
  for (const jwts of opened) jwts.close()
  opened = []
  await issuer.stop()
})

/** Seldom by itself, at once when asked, unless told otherwise. */
function open(pace: Partial<Pace> = {}) {
  const { jwtJwksUrl: jwksUrl, jwtIssuer, jwtAudience: audience } = issuer.settings
  const trust = { jwksUrl, issuer: jwtIssuer, audience, roleClaim: 'role', accountsClaim: 'accounts' }
  const lines = new PassThrough({ encoding: 'utf8' })
  const whole = { refreshMs: 600_000, cooldownMs: 20, timeoutMs: 20_000, staleMs: 600_000, ...pace }
  const jwts = openJwtCredentials(trust, createLogger('info', lines), whole)
  opened.push(jwts)
  return { jwts, lines }
}

/** Resolves with the next line of a level. */
async function logged(lines: PassThrough, level: number): Promise<{ reason: string }> {
  for await (const line of lines.iterator({ destroyOnReturn: false })) {
    const read = JSON.parse(line)
    if (read.level === level) return read
  }
  throw new Error('the log ended')
}

const unauthenticated = { code: 'UNAUTHENTICATED' }
const unavailable = { code: 'KEYS_UNAVAILABLE', status: 503 }

async function nameOf(jwts: Credentials, kid: string): Promise<string> {
  return (await jwts.find(await issuer.sign({}, { kid }))).principal.name
}

/** Asks until it is answered so. */
async function until(find: () => Promise<unknown>, isSo: (outcome: unknown) => boolean): Promise<void> {
  while (!isSo(await find().catch((error: unknown) => error)));
}

/** Resolves once a token of the key is taken. */
async function isTaken(jwts: Credentials, kid: string): Promise<void> {
  await until(
    () => nameOf(jwts, kid),
    (outcome) => typeof outcome === 'string',
  )
}

/** Resolves once a token of the key cannot be judged. */
async function isUnavailable(jwts: Credentials, kid: string): Promise<void> {
  await until(
    () => nameOf(jwts, kid),
    (outcome) => outcome instanceof HeliographError && outcome.code === 'KEYS_UNAVAILABLE',
  )
}

describe('the keys of the issuer', () => {
  it('come without a restart: a token of a new one is taken at once', async () => {
    const { jwts } = open()
    await nameOf(jwts, 'first')
    await issuer.addKey('second', 'RS256')
    await isTaken(jwts, 'second')
    expect(await nameOf(jwts, 'first')).toContain('alice')
  })

  it('go without a restart: who came in by one that was taken out is out, the others stay', async () => {
    const { jwts } = open({ refreshMs: 50 })
    await issuer.addKey('second', 'EdDSA')
    const kept = vi.fn()
    await isTaken(jwts, 'second')
    const second = await jwts.find(await issuer.sign({}, { kid: 'second' }))
    second.watch(kept)
    const first = await jwts.find(await issuer.sign())
    const ended = new Promise<void>((resolve) => first.watch(resolve))
    issuer.withdrawKey('first')
    await ended
    await expect(nameOf(jwts, 'first')).rejects.toMatchObject(unauthenticated)
    await expect(nameOf(jwts, 'first')).rejects.toThrow('has no key of its header kid')
    // Found before, watched after.
    await new Promise<void>((resolve) => first.watch(resolve))
    expect(await nameOf(jwts, 'second')).toContain('alice')
    expect(kept).not.toHaveBeenCalled()
  })

  it('count by what they are, not by their names: one that is replaced under its name is gone', async () => {
    const { jwts } = open({ refreshMs: 50 })
    const token = await issuer.sign()
    const { watch } = await jwts.find(token)
    const ended = new Promise<void>((resolve) => watch(resolve))
    await issuer.addKey('first')
    await ended
    await expect(jwts.find(token)).rejects.toMatchObject(unauthenticated)
    expect(await nameOf(jwts, 'first')).toContain('alice')
  })

  it('are fetched once for all who come at once with a key that is not known', async () => {
    const { jwts } = open()
    await nameOf(jwts, 'first')
    let release = () => {}
    const asked = new Promise<void>((resolve) => {
      issuer.answer((_request, response) => {
        release = () => response.end(JSON.stringify({ keys: [issuer.publicKey('first')] }))
        resolve()
      })
    })
    await issuer.addKey('unpublished')
    const token = await issuer.sign({}, { kid: 'unpublished' })
    const first = until(
      () => nameOf(jwts, 'unpublished'),
      () => issuer.fetches() > 1,
    )
    await asked
    const all = Array.from({ length: 200 }, () => jwts.find(token))
    const outcomes = Promise.allSettled(all)
    release()
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: unauthenticated })
    await first
    expect(issuer.fetches()).toBe(2)
  })

  it('are not fetched again and again, whatever tokens come', async () => {
    const { jwts } = open({ cooldownMs: 600_000 })
    await nameOf(jwts, 'first')
    await issuer.addKey('second')
    for (let count = 0; count < 50; count++)
      await expect(nameOf(jwts, 'second')).rejects.toMatchObject(unauthenticated)
    expect(issuer.fetches()).toBe(1)
  })

  it('need no names where there is one; where several fit, the token must name one', async () => {
    const { jwts } = open()
    expect(
      (await jwts.find(await issuer.sign({}, { kid: undefined as unknown as string }))).principal.name,
    ).toContain('alice')
    await issuer.addKey('second')
    await isTaken(jwts, 'second')
    const unnamed = jwts.find(await issuer.sign({}, { kid: undefined as unknown as string }))
    await expect(unnamed).rejects.toMatchObject(unauthenticated)
    await expect(unnamed).rejects.toThrow('several keys that fit')
  })

  it('that nobody should use make no fault of the token: the answer is 503', async () => {
    issuer.answer((_request, response) => {
      const broken = { ...issuer.publicKey('first'), x: 'AAAA' }
      response.end(JSON.stringify({ keys: [broken, { kty: 'unheard of' }] }))
    })
    await expect(nameOf(open().jwts, 'first')).rejects.toMatchObject(unavailable)
  })
})

describe('an issuer that is away', () => {
  it('at the start: nobody is judged, with 503 and not 401, until it is back', async () => {
    await issuer.shut()
    const { jwts, lines } = open()
    const error = logged(lines, 50)
    await expect(nameOf(jwts, 'first')).rejects.toMatchObject({ ...unavailable, retryAfterSeconds: 1 })
    expect((await error).reason).toContain('cannot be reached (ECONNREFUSED)')
    await issuer.open()
    await isTaken(jwts, 'first')
  })

  it('later: the keys from before go on, and a new one is 503 until it is back', async () => {
    const { jwts } = open()
    await nameOf(jwts, 'first')
    await issuer.addKey('second')
    await issuer.shut()
    await isUnavailable(jwts, 'second')
    expect(await nameOf(jwts, 'first')).toContain('alice')
    await issuer.open()
    await isTaken(jwts, 'second')
  })

  it('for too long: its keys no longer count', async () => {
    const { jwts } = open({ staleMs: 300 })
    await isTaken(jwts, 'first')
    await issuer.shut()
    await isUnavailable(jwts, 'first')
  })

  it('is waited for until the timeout, and by nobody whose key is known', async () => {
    const { jwts } = open({ refreshMs: 50 })
    await nameOf(jwts, 'first')
    issuer.answer(() => {})
    await issuer.asked()
    for (let count = 0; count < 20; count++) expect(await nameOf(jwts, 'first')).toContain('alice')
    const impatient = open({ timeoutMs: 200 }).jwts
    await expect(nameOf(impatient, 'first')).rejects.toMatchObject(unavailable)
  })
})

const bomb = gzipSync(Buffer.alloc(1e7))
const json = { 'content-type': 'application/json' }
const nonsense: [string, string, (issuer: Issuer) => Parameters<Issuer['answer']>[0]][] = [
  ['an error', 'is 500', () => (_, response) => response.writeHead(500).end('{"keys":[]}')],
  ['a page', 'no JSON Web Key Set', () => (_, response) => response.end('<!doctype html>')],
  ['nothing', 'no JSON Web Key Set', () => (_, response) => response.end()],
  ['null', 'no JSON Web Key Set', () => (_, response) => response.end('null')],
  ['no list', 'no JSON Web Key Set', () => (_, response) => response.end('{"keys":{}}')],
  ['a list of texts', 'no JSON Web Key Set', () => (_, response) => response.end('{"keys":["a"]}')],
  [
    'a redirect',
    'is 302',
    ({ settings }) =>
      ({ url }, response) =>
        url === '/jwks'
          ? response.writeHead(302, { location: `${settings.jwtIssuer}/elsewhere` }).end()
          : response.end('{"keys":[]}'),
  ],
  [
    'a body that never ends',
    'more than 262144 bytes',
    () => (_, response) => {
      const more = () => {
        while (response.write(' '.repeat(65_536)));
      }
      response.writeHead(200, json).on('drain', more)
      more()
    },
  ],
  [
    'a little that becomes a lot',
    'more than 262144 bytes',
    () => (_, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb),
  ],
  [
    'a body that comes too slowly',
    'no whole answer came in time',
    () => (_, response) => void response.writeHead(200, json).write('{"keys":['),
  ],
]

describe('an answer of the issuer that is no set of keys', () => {
  it.each(nonsense)('(%s) is an error in the log, and changes nothing', async (_, reason, answer) => {
    const { jwts, lines } = open({ refreshMs: 50, timeoutMs: reason.includes('in time') ? 1_000 : 20_000 })
    await isTaken(jwts, 'first')
    const error = logged(lines, 50)
    issuer.answer(answer(issuer))
    expect((await error).reason).toContain(reason)
    expect(await nameOf(jwts, 'first')).toContain('alice')
    const mended = logged(lines, 30)
    issuer.answer(null)
    await mended
  })
})
