// What owners of webhooks may see, by a real token file and real JWTs, on every engine.

import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Credentials } from '../../src/auth/credential.ts'
import { namedOnLoopback, openCredentials, watchComing } from '../../src/auth/credentials.ts'
import { readableAccounts } from '../../src/auth/principal.ts'
import { createToken, hashToken } from '../../src/auth/token.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { createOwners, type Owners } from '../../src/webhook/owners.ts'
import { begun, webhook } from '../store/conformance/webhook-drafts.ts'
import { type Issuer, startIssuer } from '../support/issuer.ts'
import { engines, type Opened } from '../support/store.ts'
import { inMs, makeTokenFile, type TokenFile } from '../support/tokens.ts'

const logger = createLogger('silent')
const dayMs = 86_400_000
const names = { jwtRoleClaim: 'role', jwtAccountsClaim: 'accounts' }
const noJwts = { jwtJwksUrl: null, jwtIssuer: null, jwtAudience: null }

describe('a name of the token file', () => {
  let file: TokenFile<'alice' | 'root' | 'poster'>
  let credentials: Credentials

  async function openWith(entries: readonly object[]): Promise<Credentials> {
    await writeFile(file.path, JSON.stringify({ tokens: entries }))
    const opened = await openCredentials({ ...names, ...noJwts, tokensFile: file.path }, logger)
    if (opened === null) throw new Error('no credentials')
    onTestFinished(() => opened.close())
    return opened
  }

  const entry = (name: string, accounts: readonly string[], more: object = {}) => ({
    name,
    role: 'tenant',
    accounts,
    sha256: hashToken(createToken()),
    ...more,
  })

  beforeAll(async () => {
    file = await makeTokenFile({
      alice: { role: 'tenant', accounts: ['a'] },
      root: { role: 'admin' },
      poster: { role: 'ingest' },
    })
  })
  afterAll(() => file.remove())

  test('may see what its entries say; nobody has one that has no entry, or only entries that may not read', async () => {
    credentials = await openWith([
      entry('alice', ['a']),
      { ...entry('root', []), role: 'admin' },
      { ...entry('poster', []), role: 'ingest' },
    ])
    expect(credentials.named('alice')).toEqual({ kind: 'SEES', accounts: ['a'] })
    expect(credentials.named('root')).toEqual({ kind: 'SEES', accounts: null })
    for (const name of ['poster', 'nobody', 'loopback', 'jwt:issuer alice'])
      expect(credentials.named(name)).toEqual({ kind: 'NONE' })
  })

  test('is one, whether it shows its old token or its new one, until the last has gone or expired', async () => {
    credentials = await openWith([entry('alice', ['a', 'b']), entry('alice', ['b', 'c'])])
    expect(credentials.named('alice')).toEqual({ kind: 'SEES', accounts: ['a', 'b', 'c'] })
    credentials = await openWith([
      entry('alice', ['a'], { expiresAt: inMs(-1) }),
      entry('alice', ['b'], { expiresAt: inMs(dayMs) }),
    ])
    expect(credentials.named('alice')).toEqual({ kind: 'SEES', accounts: ['b'] })
    credentials = await openWith([
      entry('alice', ['a'], { expiresAt: inMs(-1) }),
      { ...entry('root', []), role: 'admin' },
    ])
    expect(credentials.named('alice')).toEqual({ kind: 'NONE' })
  })
})

test('without tokens there is one name, which sees all', () => {
  expect(namedOnLoopback('loopback')).toEqual({ kind: 'SEES', accounts: null })
  expect(namedOnLoopback('alice')).toEqual({ kind: 'NONE' })
})

describe.each(engines)('the owner of a webhook on $name', (engine) => {
  let opened: Opened
  let issuer: Issuer
  let file: TokenFile<'bob'>
  let credentials: Credentials
  let owners: Owners
  let nowMs = Date.now()
  let last = 0

  beforeAll(async () => {
    opened = await engine.open()
    issuer = await startIssuer()
    file = await makeTokenFile({ bob: { role: 'tenant', accounts: ['b'] } })
    const both = await openCredentials({ ...names, ...issuer.settings, tokensFile: file.path }, logger)
    if (both === null) throw new Error('no credentials')
    owners = createOwners({
      webhooks: opened.store.webhooks,
      named: both.named,
      maxDays: 30,
      logger,
      now: () => nowMs,
    })
    credentials = watchComing(both, (principal) =>
      owners.came({ name: principal.name, accounts: readableAccounts(principal) }),
    )
  })
  afterAll(async () => {
    credentials.close()
    await Promise.all([opened.stop(), issuer.stop(), file.remove()])
  })

  /** A subject of its own that has a webhook; its lasting name. */
  async function subject(): Promise<{ sub: string; name: string }> {
    const sub = `subject-${++last}`
    const name = `jwt:${issuer.settings.jwtIssuer} ${sub}`
    const owner = { name, accounts: ['account-acme'] }
    await opened.store.webhooks.create(webhook(sub, [sub], { owner }), begun(sub))
    return { sub, name }
  }

  const come = async (claims: object) => void (await credentials.find(await issuer.sign({ ...claims })))
  const sees = (...accounts: string[]) => ({ kind: 'SEES', accounts })
  const eventually = (name: string, rights: object) =>
    vi.waitFor(async () => expect(await owners.rights(name)).toEqual(rights))

  test('sees what the token file says of its name, and is gone with it', async () => {
    expect(await owners.rights('bob')).toEqual(sees('b'))
    expect(await owners.rights('nobody')).toEqual({ kind: 'NONE', reason: 'OWNER_GONE' })
  })

  test('with a JWT sees what the newest token said that came', async () => {
    const { sub, name } = await subject()
    expect(await owners.rights(name)).toEqual({ kind: 'NONE', reason: 'OWNER_NOT_SEEN' })
    await come({ sub, accounts: ['account-acme', 'account-two'] })
    await eventually(name, sees('account-acme', 'account-two'))
    nowMs += 1_000
    await come({ sub, accounts: ['account-two'] })
    await eventually(name, sees('account-two'))
    nowMs += 1_000
    await come({ sub, role: 'ingest', accounts: undefined })
    await eventually(name, sees())
  })

  test('is noted when a webhook is made, before any other token comes', async () => {
    const name = `jwt:${issuer.settings.jwtIssuer} subject-${++last}`
    await owners.saw({ name, accounts: null })
    expect(await owners.rights(name)).toEqual({ kind: 'SEES', accounts: null })
  })

  test('who has not come for HELIOGRAPH_WEBHOOK_OWNER_MAX_DAYS gets nothing until it comes again', async () => {
    const { sub, name } = await subject()
    await come({ sub })
    await eventually(name, sees('account-acme'))
    nowMs += 30 * dayMs
    expect(await owners.rights(name)).toEqual(sees('account-acme'))
    nowMs += 1
    expect(await owners.rights(name)).toEqual({ kind: 'NONE', reason: 'OWNER_NOT_SEEN' })
    await come({ sub })
    await eventually(name, sees('account-acme'))
  })

  test('of another issuer is gone', async () => {
    const name = `jwt:https://another.example alice`
    await opened.store.webhooks.sawOwner(name, { accounts: null, seenAt: new Date(nowMs).toISOString() })
    expect(await owners.rights(name)).toEqual({ kind: 'NONE', reason: 'OWNER_GONE' })
  })

  test('is not noted in the store where it has no webhook', async () => {
    const sub = `subject-${++last}`
    const name = `jwt:${issuer.settings.jwtIssuer} ${sub}`
    await come({ sub })
    const other = await subject()
    await come({ sub: other.sub })
    await eventually(other.name, sees('account-acme'))
    expect(await opened.store.webhooks.seenOwner(name)).toBeNull()
  })
})
