import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { authenticate } from '../../src/auth/authenticate.ts'
import { loopbackAdministrator } from '../../src/auth/principal.ts'
import { HeliographError } from '../../src/errors.ts'
import { isLoopbackAddress } from '../../src/loopback.ts'

function knock(headers: IncomingHttpHeaders, { method = 'GET', remoteAddress = '127.0.0.1' } = {}) {
  return { method, headers: { host: 'localhost:4000', ...headers }, socket: { remoteAddress } }
}

function refusal(act: () => unknown): HeliographError {
  try {
    act()
  } catch (error) {
    if (error instanceof HeliographError) return error
    throw error
  }
  throw new Error('it was let in')
}

describe('a caller on this machine', () => {
  it.each(['localhost', 'LOCALHOST:4000', '127.0.0.1:80', '127.8.9.10:4000', '[::1]:4000', '[::1]'])(
    'is administrator when Host is %s',
    (host) => {
      expect(authenticate(knock({ host }))).toBe(loopbackAdministrator)
    },
  )

  it.each([
    'example.org',
    'localhost.example.org',
    'localhost.',
    '127.0.0.1.example.org',
    '127.0.0.1@example.org',
    '0.0.0.0:4000',
    '10.0.0.1',
    '[::]:4000',
    '[::ffff:127.0.0.1]',
    'localhost:4000:4000',
    '',
  ])('is refused when Host is "%s"', (host) => {
    const error = refusal(() => authenticate(knock({ host })))
    expect(error).toMatchObject({ code: 'FORBIDDEN', field: 'host' })
    expect(error.message).toContain('use localhost')
  })

  it('is refused without Host', () => {
    const error = refusal(() => authenticate({ headers: {}, socket: { remoteAddress: '::1' } }))
    expect(error).toMatchObject({ code: 'FORBIDDEN', field: 'host' })
  })

  it.each(['http://localhost:4000', 'HTTP://LocalHost:4000'])('may come from the page at %s', (origin) => {
    expect(authenticate(knock({ origin }))).toBe(loopbackAdministrator)
  })

  it('may come from the page of a gateway on port 80, where browsers leave the port out', () => {
    expect(authenticate(knock({ host: 'localhost', origin: 'http://localhost' }))).toBe(loopbackAdministrator)
    expect(authenticate(knock({ host: 'localhost:80', origin: 'http://localhost' }))).toBe(
      loopbackAdministrator,
    )
  })

  it.each([
    'http://localhost',
    'http://localhost:4001',
    'http://127.0.0.1:4000',
    'https://localhost:4000',
    'http://localhost:4000.example.org',
    'https://example.org',
    'null',
    '',
  ])('is refused when Origin is "%s"', (origin) => {
    const error = refusal(() => authenticate(knock({ origin })))
    expect(error).toMatchObject({ code: 'FORBIDDEN', field: 'origin' })
    expect(error.message).toContain('http://localhost:4000')
  })

  it.each(['forwarded', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'])(
    'is refused when the request carries %s',
    (name) => {
      expect(refusal(() => authenticate(knock({ [name]: '127.0.0.1' })))).toMatchObject({
        code: 'FORBIDDEN',
        field: name,
      })
    },
  )

  it.each(['cross-site', 'same-site'])('is refused when a %s page posts', (site) => {
    const posted = knock({ 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' }, { method: 'POST' })
    expect(refusal(() => authenticate(posted))).toMatchObject({ code: 'FORBIDDEN', field: 'sec-fetch-site' })
  })

  it('is refused when a foreign page loads something of the gateway, but may follow a link', () => {
    const image = knock({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })
    expect(refusal(() => authenticate(image)).field).toBe('sec-fetch-site')
    const link = knock({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })
    expect(authenticate(link)).toBe(loopbackAdministrator)
  })

  it.each(['same-origin', 'none'])('is let in when the browser says %s', (site) => {
    expect(authenticate(knock({ 'sec-fetch-site': site }, { method: 'POST' }))).toBe(loopbackAdministrator)
  })
})

describe('a caller from elsewhere', () => {
  it.each(['10.0.0.1', '192.168.1.5', '::ffff:10.0.0.1', 'fe80::1', '2001:db8::1'])(
    'is refused at %s, whatever it says',
    (remoteAddress) => {
      expect(refusal(() => authenticate(knock({}, { remoteAddress })))).toMatchObject({ code: 'FORBIDDEN' })
    },
  )

  it('is told by its address', () => {
    expect(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'].every(isLoopbackAddress)).toBe(true)
    expect(['128.0.0.1', '::', '::ffff:1.2.3.4', '', undefined].some(isLoopbackAddress)).toBe(false)
  })
})
