import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createToken, hashToken, parseBearer } from '../../src/auth/token.ts'
import { appendToken, parseTokenFile, readTokenFile, type TokenEntry } from '../../src/auth/token-file.ts'
import { HeliographError } from '../../src/errors.ts'

let directory = ''
let path = ''

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliograph-tokens-'))
  path = join(directory, 'tokens.json')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function entry(name: string, more: Partial<TokenEntry> = {}): TokenEntry {
  return { name, role: 'tenant', accounts: ['account'], sha256: hashToken(createToken()), ...more }
}

function problem(text: string): string {
  try {
    parseTokenFile(text, '/etc/tokens.json')
  } catch (error) {
    if (error instanceof HeliographError && error.code === 'BAD_SETTING') return error.message
    throw error
  }
  return ''
}

const wrongEntries = (changed: Record<string, unknown>) =>
  problem(JSON.stringify({ tokens: [{ ...entry('one'), ...changed }] }))

describe('a token', () => {
  it('is 256 random bits that stand in any header', () => {
    const tokens = new Set(Array.from({ length: 100 }, createToken))
    expect(tokens.size).toBe(100)
    for (const token of tokens) {
      expect(token).toMatch(/^hg_[\w-]{43}$/)
      expect(parseBearer(`Bearer ${token}`)).toBe(token)
    }
  })

  it('is read from a Bearer header of any case, and from no other scheme', () => {
    expect(parseBearer('bearer abc=')).toBe('abc=')
    for (const header of [
      '',
      'Bearer',
      'Bearer ',
      'Basic abc',
      'abc',
      'Bearer a b',
      'Bearer a,b',
      'Bearer é',
    ])
      expect(parseBearer(header)).toBeNull()
  })
})

describe('the token file', () => {
  it('is made with mode 0600 and keeps it, and grows by one entry at a time', async () => {
    const entries = [entry('one'), entry('two', { role: 'ingest', accounts: [] }), entry('three')]
    for (const one of entries) await appendToken(path, one)
    expect(await readTokenFile(path)).toEqual(entries)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(directory)).toEqual(['tokens.json'])
  })

  it('becomes 0600 if it was not', async () => {
    await writeFile(path, '{"tokens":[]}', { mode: 0o644 })
    await appendToken(path, entry('one'))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('is replaced where a link leads, and the link stays', async () => {
    const target = join(directory, 'target.json')
    await appendToken(target, entry('one'))
    await symlink(target, path)
    await appendToken(path, entry('two'))
    expect((await readTokenFile(target)).map(({ name }) => name)).toEqual(['one', 'two'])
  })

  it('is not touched where it is broken', async () => {
    await writeFile(path, 'precious')
    await expect(appendToken(path, entry('one'))).rejects.toMatchObject({ code: 'BAD_SETTING' })
    expect(await readFile(path, 'utf8')).toBe('precious')
    expect(await readdir(directory)).toEqual(['tokens.json'])
  })

  it('is written by one at a time: of several nothing is lost, and who is refused is told', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => appendToken(path, entry(`token ${n}`))),
    )
    const done = results.filter(({ status }) => status === 'fulfilled')
    expect(await readTokenFile(path)).toHaveLength(done.length)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason.message).toContain('by another command')
    }
  })

  it.each([
    ['', 'is empty'],
    ['  \n', 'is empty'],
    ['{', 'is not JSON'],
    ['[]', 'is broken'],
    ['{}', 'tokens takes a list'],
    ['{"tokens":{}}', 'tokens takes a list'],
    ['{"tokens":[],"more":1}', 'not known'],
  ])('is refused by name when it is %j', (text, reason) => {
    expect(problem(text)).toContain('/etc/tokens.json')
    expect(problem(text)).toContain(reason)
  })

  it('is refused with the field that is wrong', () => {
    expect(wrongEntries({ role: 'root' })).toContain('tokens[0].role takes one of admin, tenant')
    expect(wrongEntries({ sha256: 'abc' })).toContain('tokens[0].sha256 takes 64 hexadecimal digits')
    expect(wrongEntries({ expiresAt: 'soon' })).toContain('tokens[0].expiresAt takes a time')
    expect(wrongEntries({ expiresAt: '2027-01-01' })).toContain('tokens[0].expiresAt takes a time')
    expect(wrongEntries({ accounts: [] })).toContain('tokens[0].accounts takes at least one account')
    expect(wrongEntries({ role: 'admin' })).toContain('and none for other roles')
    expect(wrongEntries({ token: 'x' })).toContain('not known')
    expect(wrongEntries({ name: '' })).toContain('tokens[0].name')
    expect(wrongEntries({ name: 'jwt:a b' })).toContain('tokens[0].name takes a text that does not begin')
    const one = entry('one')
    expect(
      problem(JSON.stringify({ tokens: [one, { ...one, sha256: one.sha256.toUpperCase() }] })),
    ).toContain('the same sha256 twice')
    expect(wrongEntries({})).toBe('')
  })

  it('is never quoted: a token put in by mistake stays out of messages', () => {
    const token = createToken()
    const texts = [
      token,
      `{"tokens":[${token}`,
      JSON.stringify({ tokens: [entry('one', { sha256: token })] }),
      JSON.stringify({ tokens: [{ ...entry('one'), role: token }] }),
      JSON.stringify({ tokens: [{ ...entry('one'), [token]: token }] }),
      JSON.stringify({ tokens: [{ ...entry('one'), expiresAt: token }] }),
    ]
    for (const text of texts) {
      expect(problem(text)).not.toBe('')
      expect(problem(text)).not.toContain(token)
    }
  })
})
