import { describe, expect, it } from 'vitest'
import { parseRedisUrl } from '../../../src/store/redis/redis-url.ts'

describe('a URL of Redis', () => {
  it('names host, port and database, each with its default', () => {
    expect(parseRedisUrl('redis://cache.example:7000/3')).toEqual({
      options: { host: 'cache.example', port: 7000, db: 3 },
      database: 3,
      shown: 'cache.example:7000',
    })
    expect(parseRedisUrl('redis://localhost').options).toEqual({ host: 'localhost', port: 6379, db: 0 })
    expect(parseRedisUrl('redis://[::1]:6380/').options).toEqual({ host: '::1', port: 6380, db: 0 })
  })

  it('may hold user and password, which are not shown', () => {
    const { options, shown } = parseRedisUrl('rediss://gate%40way:p%2Fw%3A@cache.example')
    expect(options).toMatchObject({ username: 'gate@way', password: 'p/w:', tls: {} })
    expect(shown).toBe('cache.example:6379')
    expect(parseRedisUrl('redis://:secret@cache.example').options).toMatchObject({ password: 'secret' })
  })

  it('may name the Sentinels that know the primary', () => {
    const { options, shown } = parseRedisUrl('redis+sentinel://:secret@one,two:26380/main/2')
    expect(options).toEqual({
      sentinels: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 26380 },
      ],
      name: 'main',
      password: 'secret',
      db: 2,
    })
    expect(shown).toBe('one:26379,two:26380')
  })

  it.each([
    '',
    'cache.example:6379',
    'http://cache.example',
    'redis://',
    'redis://a,b',
    'redis://cache.example/zero',
    'redis://cache.example/0/1',
    'redis://cache.example:port',
    'redis+sentinel://one:26379',
    'redis://:%E0%A4%A@cache.example',
  ])('%j is refused without repeating it', (url) => {
    expect(() => parseRedisUrl(url)).toThrowError(
      expect.objectContaining({ code: 'BAD_SETTING', field: 'HELIOGRAPH_REDIS_URL' }),
    )
    expect(() => parseRedisUrl('redis://:secret@cache.example/zero')).toThrowError(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})
