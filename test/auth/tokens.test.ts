// The tokens that count, while their file changes under a gateway.

import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Credentials } from '../../src/auth/credential.ts'
import { hashToken } from '../../src/auth/token.ts'
import { openTokens } from '../../src/auth/tokens.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { everyRole, inMs, makeTokenFile } from '../support/tokens.ts'

const opened: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function open(entries: Parameters<typeof makeTokenFile>[0] = everyRole) {
  const file = await makeTokenFile(entries)
  opened.push(file.remove)
  const lines = new PassThrough({ encoding: 'utf8' })
  const tokens = await openTokens(file.path, createLogger('trace', lines))
  opened.push(tokens.close)
  return { file, tokens, logged: async () => JSON.parse((await once(lines, 'data'))[0]) }
}

async function ended(tokens: Credentials, token: string): Promise<void> {
  const { watch } = await tokens.find(token)
  return new Promise((resolve) => watch(resolve))
}

describe('at the start', () => {
  it.each([
    ['missing', null],
    ['empty', ''],
    ['broken', '{"tokens"'],
    ['without tokens', '{"tokens":[]}'],
  ])('a file that is %s is refused by name', async (_, text) => {
    const file = await makeTokenFile(everyRole)
    opened.push(file.remove)
    if (text === null) await rm(file.path)
    else await file.writeText(text)
    const refused = openTokens(file.path, createLogger('silent'))
    await expect(refused).rejects.toMatchObject({ code: 'BAD_SETTING', field: 'HELIOGRAPH_TOKENS_FILE' })
    await expect(refused).rejects.toThrow(file.path)
  })
})

describe('a token', () => {
  it('is found by its text, never by its hash', async () => {
    const { file, tokens } = await open()
    const { acme = '' } = file.tokens
    expect((await tokens.find(acme)).principal).toEqual({
      name: 'acme',
      role: 'TENANT',
      accounts: ['account-acme'],
    })
    for (const wrong of [hashToken(acme), `${acme}x`, acme.slice(0, -1), acme.toLowerCase(), ''])
      await expect(tokens.find(wrong)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('ends when it expires, and is refused from then on', async () => {
    const { file, tokens } = await open({
      admin: { role: 'admin' },
      short: { role: 'tenant', accounts: ['a'], expiresAt: inMs(600) },
    })
    const { short = '' } = file.tokens
    await ended(tokens, short)
    await expect(tokens.find(short)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('ends when it is taken out of the file, and the others go on', async () => {
    const { file, tokens } = await open()
    const { acme = '', globex = '' } = file.tokens
    const other = vi.fn()
    const found = await tokens.find(globex)
    found.watch(other)
    const withdrawn = ended(tokens, acme)
    const { acme: _, ...rest } = everyRole
    await file.write(rest)
    await withdrawn
    await expect(tokens.find(acme)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(other).not.toHaveBeenCalled()
    expect((await tokens.find(globex)).principal.name).toBe('globex')
  })

  it('ends when its accounts change, and has the new ones from then on', async () => {
    const { file, tokens } = await open()
    const { acme = '' } = file.tokens
    const changed = ended(tokens, acme)
    await file.write({ ...everyRole, acme: { role: 'tenant', accounts: ['account-other'] } })
    await changed
    expect((await tokens.find(acme)).principal.accounts).toEqual(['account-other'])
  })

  it('that was found before its withdrawal and is watched after it ends as well', async () => {
    const { file, tokens, logged } = await open()
    const found = await tokens.find(file.tokens.acme ?? '')
    const { acme: _, ...rest } = everyRole
    await file.write(rest)
    await logged()
    await new Promise<void>((resolve) => found.watch(resolve))
  })

  it('that is withdrawn with all others is withdrawn: an empty list is no broken file', async () => {
    const { file, tokens } = await open()
    const withdrawn = ended(tokens, file.tokens.acme ?? '')
    await file.writeText('{"tokens":[]}')
    await withdrawn
    await expect(tokens.find(file.tokens.admin ?? '')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('a file that breaks while the gateway runs', () => {
  it.each([
    ['empty', ''],
    ['broken', '{"tokens":[{'],
  ])('(%s) leaves the last good one in force, is an error in the log, and may be mended', async (_, text) => {
    const { file, tokens, logged } = await open()
    const { acme = '' } = file.tokens
    const end = vi.fn()
    const found = await tokens.find(acme)
    found.watch(end)
    await file.writeText(text)
    const line = await logged()
    expect(line).toMatchObject({ level: 50 })
    expect(line.reason).toContain(file.path)
    expect((await tokens.find(acme)).principal.name).toBe('acme')
    const mended = logged()
    await file.write(everyRole)
    expect(await mended).toMatchObject({ level: 30 })
    expect(end).not.toHaveBeenCalled()
  })

  it('(missing) does so too', async () => {
    const { file, tokens, logged } = await open()
    await rm(file.path)
    expect(await logged()).toMatchObject({ level: 50 })
    expect((await tokens.find(file.tokens.acme ?? '')).principal.name).toBe('acme')
  })
})
