// Tickets over a real store, a real token file and a real issuer of JWTs: what they are, what ends them, and how long they last.

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Credentials } from '../../src/auth/credential.ts'
import { openCredentials } from '../../src/auth/credentials.ts'
import { loopbackCredential, recallLoopback } from '../../src/auth/gate.ts'
import { type JwtTrust, openJwtCredentials } from '../../src/auth/jwt-credentials.ts'
import { createTickets } from '../../src/auth/tickets.ts'
import { openTokens } from '../../src/auth/tokens.ts'
import { createLogger } from '../../src/observe/logger.ts'
import { inSeconds, startIssuer } from '../support/issuer.ts'
import { sqliteEngine } from '../support/store.ts'
import { everyRole, inMs, makeTokenFile } from '../support/tokens.ts'

const dayMs = 86_400_000
const unauthenticated = { code: 'UNAUTHENTICATED' }

async function open(entries: Parameters<typeof makeTokenFile>[0] = everyRole) {
  const { store, stop } = await sqliteEngine.open()
  const file = await makeTokenFile(entries)
  const tokens = await openTokens(file.path, createLogger('silent'))
  onTestFinished(async () => {
    tokens.close()
    await file.remove()
    await stop()
  })
  return {
    store: store.tickets,
    file,
    tokens,
    tickets: createTickets(store.tickets, tokens.recall),
    find: (name: string) => tokens.find(file.tokens[name] ?? ''),
  }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a ticket', () => {
  it('is st_ and 256 random bits, and none is made twice', async () => {
    const { tickets, find } = await open()
    const made = await Promise.all(Array.from({ length: 50 }, async () => tickets.create(await find('acme'))))
    for (const { ticket } of made) expect(ticket).toMatch(/^st_[\w-]{43}$/)
    expect(new Set(made.map(({ ticket }) => ticket)).size).toBe(50)
  })

  it('is kept as a hash: the store is told neither the ticket nor the token', async () => {
    const { store, file, tokens, find } = await open()
    const told: unknown[] = []
    const noting = createTickets(
      {
        put: (...args) => {
          told.push(args)
          return store.put(...args)
        },
        bind: (...args) => {
          told.push(args)
          return store.bind(...args)
        },
      },
      tokens.recall,
    )
    const { ticket } = await noting.create(await find('acme'))
    await noting.check(ticket, 'subscription { secretly }')
    const text = JSON.stringify(told)
    expect(told).toHaveLength(2)
    for (const secret of [ticket, ticket.slice(3), file.tokens.acme, 'secretly'])
      expect(text).not.toContain(secret)
  })

  it('lets in whoever it was made for, as often as the same operation is asked', async () => {
    const { tickets, find } = await open()
    const { ticket, expiresAtMs } = await tickets.create(await find('acme'))
    expect(expiresAtMs - Date.now()).toBeGreaterThan(50_000)
    expect(expiresAtMs - Date.now()).toBeLessThanOrEqual(60_000)
    for (const _ of [1, 2, 3])
      expect((await tickets.check(ticket, 'one')).principal).toEqual((await find('acme')).principal)
    await expect(tickets.check(ticket, 'other')).rejects.toMatchObject({ code: 'FORBIDDEN', field: 'ticket' })
  })

  it('is refused where it is none, and no message repeats what was shown', async () => {
    const { tickets, find, file } = await open()
    const { ticket } = await tickets.create(await find('acme'))
    const wrong = ['', 'st_', ticket.slice(0, -1), `${ticket}x`, ticket.toUpperCase(), file.tokens.acme ?? '']
    for (const shown of [...wrong, `st_${'a'.repeat(43)}`]) {
      const error = await tickets.check(shown, 'one').catch((thrown) => thrown)
      expect(error).toMatchObject({ ...unauthenticated, field: 'ticket' })
      if (shown.length > 3) expect(error.message).not.toContain(shown)
    }
  })

  it('ends with the withdrawal of its token, and so does its watch', async () => {
    const { tickets, find, file } = await open()
    const { ticket } = await tickets.create(await find('acme'))
    const credential = await tickets.check(ticket, 'one')
    const ended = new Promise<void>((resolve) => credential.watch(resolve))
    const { acme: _, ...rest } = everyRole
    await file.write(rest)
    await ended
    await expect(tickets.check(ticket, 'one')).rejects.toMatchObject(unauthenticated)
  })

  it('ends with a change of its token, though that comes in with the new rights', async () => {
    const { tickets, find, file } = await open()
    const { ticket } = await tickets.create(await find('acme'))
    const credential = await tickets.check(ticket, 'one')
    const ended = new Promise<void>((resolve) => credential.watch(resolve))
    await file.write({ ...everyRole, acme: { role: 'tenant', accounts: ['account-other'] } })
    await ended
    expect((await find('acme')).principal.accounts).toEqual(['account-other'])
    await expect(tickets.check(ticket, 'one')).rejects.toMatchObject(unauthenticated)
  })

  it('expires no later than its token', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { tickets, find } = await open({
      admin: { role: 'admin' },
      short: { role: 'tenant', accounts: ['a'], expiresAt: inMs(30_000) },
    })
    const credential = await find('short')
    const { ticket, expiresAtMs } = await tickets.create(credential)
    expect(expiresAtMs).toBe(credential.expiresAtMs)
    const ended = new Promise<void>((resolve) => credential.watch(resolve))
    await tickets.check(ticket, 'one')
    vi.setSystemTime(expiresAtMs)
    await ended
    await expect(tickets.check(ticket, 'one')).rejects.toMatchObject(unauthenticated)
  })

  it('is told as too many where a thousand of one token wait, and another token makes its own', async () => {
    const { tickets, find } = await open()
    const credential = await find('acme')
    const made = await Promise.allSettled(Array.from({ length: 1_010 }, () => tickets.create(credential)))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1_000)
    await expect(tickets.create(credential)).rejects.toMatchObject({
      code: 'TOO_MANY_TICKETS',
      retryAfterSeconds: 60,
    })
    await tickets.create(await find('globex'))
  })

  it('of a stream that stays open is kept for longer than one that nobody uses', async () => {
    const { tickets, find } = await open()
    const [open_, idle] = [await tickets.create(await find('acme')), await tickets.create(await find('acme'))]
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    const credential = await tickets.check(open_.ticket, 'one')
    await tickets.check(idle.ticket, 'one')
    const stopWatching = credential.watch(() => {})
    for (let day = 0; day < 40; day++) {
      vi.advanceTimersByTime(dayMs)
      // Asked after the renewal of that day, and answered before the next.
      await expect(tickets.check(`st_${'a'.repeat(43)}`, 'one')).rejects.toMatchObject(unauthenticated)
    }
    stopWatching()
    expect(vi.getTimerCount()).toBe(0)
    await expect(tickets.check(idle.ticket, 'one')).rejects.toMatchObject(unauthenticated)
    expect((await tickets.check(open_.ticket, 'one')).principal.name).toBe('acme')
  })
})

describe('without tokens', () => {
  it('a ticket counts as well, and no longer once tokens are asked for, or the other way round', async () => {
    const { store, tickets, tokens, find } = await open()
    const loopback = createTickets(store, recallLoopback)
    const { ticket } = await loopback.create(loopbackCredential)
    expect(await loopback.check(ticket, 'one')).toMatchObject({ principal: { role: 'ADMIN' } })
    await expect(tickets.check(ticket, 'one')).rejects.toMatchObject(unauthenticated)
    await expect(tokens.recall({ kind: 'LOOPBACK' })).rejects.toMatchObject(unauthenticated)
    const guarded = await tickets.create(await find('admin'))
    await expect(loopback.check(guarded.ticket, 'one')).rejects.toMatchObject(unauthenticated)
  })
})

describe('a ticket of a JWT', () => {
  async function openJwts() {
    const { store, stop } = await sqliteEngine.open()
    const issuer = await startIssuer()
    const trust = {
      jwksUrl: issuer.settings.jwtJwksUrl,
      issuer: issuer.settings.jwtIssuer,
      audience: issuer.settings.jwtAudience,
      roleClaim: 'role',
      accountsClaim: 'accounts',
    }
    const pace = { refreshMs: 300, cooldownMs: 50, timeoutMs: 3_000, staleMs: 86_400_000 }
    const opened: Credentials[] = []
    const open = (changes: Partial<JwtTrust> = {}) => {
      const jwts = openJwtCredentials({ ...trust, ...changes }, createLogger('silent'), pace)
      opened.push(jwts)
      return { jwts, tickets: createTickets(store.tickets, jwts.recall) }
    }
    onTestFinished(async () => {
      for (const { close } of opened) close()
      await issuer.stop()
      await stop()
    })
    return { issuer, open, ...open() }
  }

  it('lets in on another gateway as well, without the JWT, and ends with its exp', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { issuer, jwts, tickets, open } = await openJwts()
    const credential = await jwts.find(await issuer.sign({ exp: inSeconds(600) }))
    const { ticket } = await tickets.create(credential)
    const another = open()
    const recalled = await another.tickets.check(ticket, 'one')
    expect(recalled).toMatchObject({
      principal: credential.principal,
      expiresAtMs: credential.expiresAtMs,
      reference: credential.reference,
    })
    const ended = new Promise<void>((resolve) => recalled.watch(resolve))
    vi.setSystemTime(credential.expiresAtMs ?? 0)
    await ended
    await expect(another.tickets.check(ticket, 'one')).rejects.toMatchObject(unauthenticated)
    await expect(jwts.recall(credential.reference)).rejects.toMatchObject(unauthenticated)
  })

  it('ends with the key that the JWT was signed with', async () => {
    const { issuer, open } = await openJwts()
    await issuer.addKey('second')
    // Fetches the keys anew: those it has already it would not ask for again at once.
    const { jwts, tickets } = open()
    const { ticket } = await tickets.create(await jwts.find(await issuer.sign({}, { kid: 'second' })))
    const credential = await tickets.check(ticket, 'one')
    const ended = new Promise<void>((resolve) => credential.watch(resolve))
    issuer.withdrawKey('second')
    await ended
    await expect(tickets.check(ticket, 'one')).rejects.toMatchObject(unauthenticated)
  })

  it('is put off while the keys of the issuer cannot be fetched, and counts for no other issuer', async () => {
    const { issuer, jwts, tickets, open } = await openJwts()
    const { ticket } = await tickets.create(await jwts.find(await issuer.sign()))
    await expect(open({ issuer: 'another' }).tickets.check(ticket, 'one')).rejects.toMatchObject(
      unauthenticated,
    )
    await expect(open({ audience: 'another' }).tickets.check(ticket, 'one')).rejects.toMatchObject(
      unauthenticated,
    )
    await issuer.shut()
    const late = open()
    await expect(late.tickets.check(ticket, 'one')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    await issuer.open()
    await vi.waitFor(() => late.tickets.check(ticket, 'one'), 10_000)
  })

  it('goes beside tickets of the file where both count', async () => {
    const { issuer } = await openJwts()
    const { store, file } = await open()
    const settings = {
      tokensFile: file.path,
      ...issuer.settings,
      jwtRoleClaim: 'role',
      jwtAccountsClaim: 'accounts',
    }
    const both = await openCredentials(settings, createLogger('silent'))
    if (both === null) throw new Error('nothing counts')
    onTestFinished(() => both.close())
    const tickets = createTickets(store, both.recall)
    for (const token of [await issuer.sign(), file.tokens.acme ?? '']) {
      const credential = await both.find(token)
      const { ticket } = await tickets.create(credential)
      expect((await tickets.check(ticket, 'one')).principal).toEqual(credential.principal)
    }
  })
})
