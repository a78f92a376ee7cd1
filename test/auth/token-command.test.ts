// The command as it is typed: what it prints, what it writes, and what it refuses.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashToken } from '../../src/auth/token.ts'
import { readTokenFile } from '../../src/auth/token-file.ts'
import { runNode } from '../support/program.ts'

let directory = ''
let path = ''

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'heliograph-tokens-'))
  path = join(directory, 'tokens.json')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function type(
  words: readonly string[],
  env: Record<string, string> = { HELIOGRAPH_TOKENS_FILE: path },
) {
  const program = runNode(['src/start.js', 'token', ...words], { env })
  return { code: await program.ended(), ...program.output() }
}

it('token create prints the token once, and only its hash is in the file', async () => {
  const words = ['create', '--role', 'tenant', '--account', 'a', '--account', 'b', '--name', 'acme']
  const { code, stdout, stderr } = await type([...words, '--expires-days', '30'])
  const token = stdout.trim()
  expect(code).toBe(0)
  expect(token).toMatch(/^hg_[\w-]{43}$/)
  expect(stderr).toContain(path)
  expect(stderr).not.toContain(token)
  const [entry] = await readTokenFile(path)
  expect(entry).toMatchObject({
    name: 'acme',
    role: 'tenant',
    accounts: ['a', 'b'],
    sha256: hashToken(token),
  })
  const days = (Date.parse(entry?.expiresAt ?? '') - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(29.9)
  expect(days).toBeLessThanOrEqual(30)
  expect(await readFile(path, 'utf8')).not.toContain(token)
})

it('token create adds to the file that --tokens-file names, for ever unless told otherwise', async () => {
  for (const role of ['admin', 'ingest', 'metrics'])
    expect((await type(['create', '--role', role, '--tokens-file', path], {})).code).toBe(0)
  const entries = await readTokenFile(path)
  expect(entries.map(({ name, role, expiresAt }) => [name, role, expiresAt])).toEqual([
    ['admin', 'admin', undefined],
    ['ingest', 'ingest', undefined],
    ['metrics', 'metrics', undefined],
  ])
})

it.each([
  [['create'], '--role takes one of admin, tenant, ingest, metrics'],
  [['create', '--role', 'root'], '--role takes one of'],
  [['create', '--role', 'tenant'], 'at least one --account'],
  [['create', '--role', 'admin', '--account', 'a'], 'is for the role tenant'],
  [['create', '--role', 'admin', '--name', 'jwt:a b'], '--name takes a name that does not begin with jwt:'],
  [['create', '--role', 'admin', '--expires-days', '0'], '--expires-days takes'],
  [['create', '--role', 'admin', '--expires', '1'], '--expires'],
  [['make'], 'takes a command: create, list or withdraw'],
  [['list'], 'is missing'],
  [['list', '--role', 'admin'], 'takes no --role'],
  [['withdraw'], '--name takes'],
  [['withdraw', '--name', 'acme'], 'is missing'],
])('token %j is refused with the reason, and writes nothing', async (words, reason) => {
  const { code, stdout, stderr } = await type(words)
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(reason)
  await expect(readTokenFile(path)).rejects.toThrow('is missing')
})

it('token list shows who may come, and no hash', async () => {
  await type(['create', '--role', 'tenant', '--account', 'a', '--account', 'b', '--name', 'acme'])
  await type(['create', '--role', 'admin', '--expires-days', '1'])
  const { code, stdout } = await type(['list'])
  const [head, acme, admin] = stdout.split('\n').map((line) => line.split(/ {2,}/))
  expect(code).toBe(0)
  expect(head).toEqual(['NAME', 'ROLE', 'ACCOUNTS', 'ENDS'])
  expect(acme).toEqual(['acme', 'tenant', 'a,b', 'never'])
  expect(admin?.slice(0, 3)).toEqual(['admin', 'admin', '-'])
  expect(Date.parse(admin?.[3] ?? '')).toBeGreaterThan(Date.now())
  expect(stdout).not.toMatch(/[\da-f]{64}/)
})

it('token withdraw takes out every token of a name, and refuses a name that nobody has', async () => {
  for (const name of ['acme', 'acme', 'other']) await type(['create', '--role', 'ingest', '--name', name])
  expect(await type(['withdraw', '--name', 'acme'])).toMatchObject({ code: 0, stdout: '2 withdrawn\n' })
  expect((await readTokenFile(path)).map(({ name }) => name)).toEqual(['other'])
  const { code, stderr } = await type(['withdraw', '--name', 'acme'])
  expect(code).toBe(2)
  expect(stderr).toContain('no token in')
  expect((await readTokenFile(path)).length).toBe(1)
})

it('token create without a file to write to is refused', async () => {
  const { code, stderr } = await type(['create', '--role', 'admin'], {})
  expect(code).toBe(2)
  expect(stderr).toContain('HELIOGRAPH_TOKENS_FILE')
})

it('token create --help says how', async () => {
  const { code, stdout } = await type(['create', '--help'])
  expect(code).toBe(0)
  expect(stdout).toContain('heliograph token create --role')
})
