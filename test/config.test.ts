import { describe, expect, test } from 'vitest'
import { printHelp, printSettingsTable, readSettings } from '../src/config.ts'
import { HeliographError } from '../src/errors.ts'

function problemsOf(env: Record<string, string>, argv: string[] = []): string {
  try {
    readSettings(env, argv)
  } catch (error) {
    if (error instanceof HeliographError && error.code === 'BAD_SETTING') return error.message
    throw error
  }
  return ''
}

describe('settings', () => {
  test('without any, the documented defaults hold', () => {
    expect(readSettings({}, [])).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      dataDir: './data',
      redisUrl: null,
      retentionDays: 7,
      retentionEvents: 1_000_000,
      dedupeEvents: 1_000_000,
      logLevel: 'info',
      bodyBytes: 10 * 1024 ** 2,
      batchEvents: 10_000,
      eventBytes: 256 * 1024,
      messageBytes: 128 * 1024,
      queryDepth: 12,
      socketOperations: 100,
    })
  })

  test('a variable sets a value, and a flag of the same name beats it', () => {
    const env = { HELIOGRAPH_PORT: '4100', HELIOGRAPH_DATA: '/srv/a' }
    expect(readSettings(env, ['--port', '0'])).toMatchObject({ port: 0, dataDir: '/srv/a' })
    expect(readSettings(env, ['--port=4200', '--data=/srv/a=b'])).toMatchObject({
      port: 4200,
      dataDir: '/srv/a=b',
    })
  })

  test('an empty variable counts as unset', () => {
    expect(readSettings({ HELIOGRAPH_REDIS_URL: '', HELIOGRAPH_PORT: '' }, [])).toMatchObject({
      redisUrl: null,
      port: 4000,
    })
  })

  test('sizes are bytes or have a unit', () => {
    expect(readSettings({}, ['--body-bytes', '20MiB']).bodyBytes).toBe(20 * 1024 ** 2)
    expect(readSettings({}, ['--body-bytes', '512kib']).bodyBytes).toBe(512 * 1024)
    expect(readSettings({}, ['--body-bytes', '4096']).bodyBytes).toBe(4096)
    for (const wrong of ['10MB', '1.5MiB', '-1', '0', '900TiB']) {
      expect(problemsOf({}, ['--body-bytes', wrong])).toContain('--body-bytes')
    }
  })

  test('keys for the secrets of webhooks are 32 bytes of base64 each, and shown by no error', () => {
    const key = Buffer.alloc(32, 7).toString('base64')
    const variable = 'HELIOGRAPH_SECRET_KEYS'
    expect(readSettings({}, []).secretKeys).toEqual([])
    expect(readSettings({ [variable]: `${key}, ${key}` }, []).secretKeys).toEqual([key, key])
    for (const wrong of [key.slice(4), `${key}${key}`, `${key},`, `${key};${key}`, 'open-sesame']) {
      const problem = problemsOf({ [variable]: wrong })
      expect(problem).toContain(`${variable} is not right; it takes keys of 32 bytes in base64`)
      expect(problem).not.toContain(wrong)
    }
  })

  test('the public address is a site, without a slash at its end', () => {
    const variable = 'HELIOGRAPH_PUBLIC_URL'
    for (const [given, read] of [
      ['https://events.example.org', 'https://events.example.org'],
      ['https://events.example.org/heliograph/', 'https://events.example.org/heliograph'],
    ])
      expect(readSettings({ [String(variable)]: given }, []).publicUrl).toBe(read)
    for (const wrong of ['events.example.org', 'ftp://a', 'https://a:b@c', 'https://a/?b', 'https://a/#b'])
      expect(problemsOf({ [variable]: wrong })).toContain(`${variable} is`)
  })

  test('an unknown variable or flag is refused by name, with the near one that is right', () => {
    expect(problemsOf({ HELIOGRAPH_PROT: '1' })).toContain(
      'HELIOGRAPH_PROT is no setting; did you mean HELIOGRAPH_PORT?',
    )
    expect(problemsOf({}, ['--retention-day', '1'])).toContain('did you mean --retention-days?')
    expect(problemsOf({}, ['--nothing-like-it'])).toMatch(/^--nothing-like-it is no flag\./)
    expect(problemsOf({}, ['start'])).toMatch(/^start is no flag\./)
  })

  test('variables of others are left alone', () => {
    expect(readSettings({ PATH: '/bin', PORT: 'x' }, []).port).toBe(4000)
  })

  test('everything wrong is said at once, each with what would be right', () => {
    const problems = problemsOf({ HELIOGRAPH_PORT: '70000', HELIOGRAPH_LOG_LEVEL: 'loud' }, [
      '--retention-days',
      '0',
    ])
    expect(problems).toContain('HELIOGRAPH_PORT is "70000"; it takes a whole number from 0 to 65535.')
    expect(problems).toContain('HELIOGRAPH_LOG_LEVEL is "loud"; it takes one of silent, fatal')
    expect(problems).toContain('--retention-days is "0"; it takes a whole number from 1')
  })

  test('numbers are whole, plain and in range', () => {
    for (const wrong of ['-1', '1.5', '0x10', '1e3', ' ', 'x', '65536']) {
      expect(problemsOf({ HELIOGRAPH_PORT: wrong })).toContain('HELIOGRAPH_PORT')
    }
  })

  test('only loopback addresses may be listened on, and the reason is given', () => {
    for (const host of ['127.0.0.1', '127.0.0.2', '::1', 'localhost']) {
      expect(readSettings({ HELIOGRAPH_HOST: host }, []).host).toBe(host)
    }
    for (const host of ['0.0.0.0', '::', '192.168.1.4', 'example.org', '127.0.0.1.example.org']) {
      expect(problemsOf({ HELIOGRAPH_HOST: host })).toContain('it serves this machine only')
    }
  })

  test('any address may be listened on once tokens are asked for', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.4', 'gateway.example.org']) {
      const env = { HELIOGRAPH_HOST: host, HELIOGRAPH_TOKENS_FILE: '/etc/tokens.json' }
      expect(readSettings(env, [])).toMatchObject({ host, tokensFile: '/etc/tokens.json' })
    }
    expect(problemsOf({ HELIOGRAPH_HOST: '0.0.0.0' })).toContain(
      'set HELIOGRAPH_TOKENS_FILE or HELIOGRAPH_JWT_JWKS_URL to serve others',
    )
    expect(problemsOf({ HELIOGRAPH_HOST: 'a b', HELIOGRAPH_TOKENS_FILE: 'x' })).toContain(
      'it takes an address',
    )
  })

  test('networks that webhooks may call are CIDRs, an address alone being one', () => {
    const read = (text: string) =>
      readSettings({ HELIOGRAPH_WEBHOOK_ALLOW_CIDRS: text }, []).webhookAllowCidrs
    expect(read('10.0.0.0/8, fd00::/8,192.168.1.4,::1')).toEqual([
      '10.0.0.0/8',
      'fd00::/8',
      '192.168.1.4/32',
      '::1/128',
    ])
    for (const wrong of [
      '10.0.0.0/33',
      '10.0/8',
      '::/129',
      'fe80::1%eth0',
      'example.org',
      '10.0.0.0/8,',
      '1.2.3.4/a',
    ]) {
      expect(problemsOf({ HELIOGRAPH_WEBHOOK_ALLOW_CIDRS: wrong }), wrong).toContain(
        'it takes networks such as',
      )
    }
    expect(readSettings({}, [])).toMatchObject({
      webhookAllowCidrs: [],
      webhookAllowHttp: false,
      webhookConnections: 64,
    })
    expect(readSettings({ HELIOGRAPH_WEBHOOK_ALLOW_HTTP: 'true' }, []).webhookAllowHttp).toBe(true)
    expect(problemsOf({ HELIOGRAPH_WEBHOOK_ALLOW_HTTP: 'yes' })).toContain('it takes true or false')
  })

  const sms = {
    HELIOGRAPH_SMPP_URL: 'smpp://heliograph:s3cret%40@sms.example.org:2775',
    HELIOGRAPH_SMS_FROM: 'Heliograph',
  }

  test('texts take an SMS centre and a sender, and a refusal names what is missing', () => {
    expect(readSettings({}, [])).toMatchObject({ smppUrl: null, smsFrom: null, smsPerTenMinutes: 5 })
    expect(readSettings({ ...sms, HELIOGRAPH_SMS_PER_TEN_MINUTES: '2' }, [])).toMatchObject({
      smppUrl: sms.HELIOGRAPH_SMPP_URL,
      smsFrom: 'Heliograph',
      smsPerTenMinutes: 2,
    })
    expect(problemsOf({ ...sms, HELIOGRAPH_SMS_FROM: '' })).toContain(
      'HELIOGRAPH_SMS_FROM is not set: texts take it as well.',
    )
    expect(problemsOf({ ...sms, HELIOGRAPH_SMPP_URL: '' })).toContain(
      'HELIOGRAPH_SMPP_URL is not set: texts take it as well.',
    )
  })

  test('an SMS centre is a URL with a login, of which no error shows anything', () => {
    const urls = ['smpp://a:b@host', 'ssmpp://a:b@[::1]:3550/', 'smpp://a%40b:c%2Fd@10.0.0.1:2775']
    for (const url of urls) {
      expect(readSettings({ ...sms, HELIOGRAPH_SMPP_URL: url }, []).smppUrl).toBe(url)
    }
    for (const wrong of [
      'smpp://sms.example.org',
      'smpp://s3cret@sms.example.org',
      'smpp://:s3cret@sms.example.org',
      'smpp://a:s3cret@',
      'smpp://a:s3cret%00@sms.example.org',
      'smpp://a:s3cret%ff@sms.example.org',
      'smpp://a:s3cret@sms.example.org:0',
      'smpp://a:s3cret@sms.example.org/x',
      'smpp://a:s3cret@sms.example.org?x',
      'http://a:s3cret@sms.example.org',
    ]) {
      const says = problemsOf({ ...sms, HELIOGRAPH_SMPP_URL: wrong })
      expect(says, wrong).toContain('HELIOGRAPH_SMPP_URL is not right; it takes a URL such as smpp://')
      expect(says, wrong).not.toContain('s3cret')
    }
  })

  test('the sender of texts is a number, a short code or a short name', () => {
    for (const right of ['+4915123456789', '70700', 'Heliograph', 'My Cloud 1', 'A']) {
      expect(readSettings({ ...sms, HELIOGRAPH_SMS_FROM: right }, []).smsFrom).toBe(right)
    }
    for (const wrong of [
      '+49',
      '+0151234567',
      '4915123456789',
      '12',
      'Heliographical',
      'Wölkchen',
      ' ',
      '+49a',
    ]) {
      expect(problemsOf({ ...sms, HELIOGRAPH_SMS_FROM: wrong }), wrong).toContain(
        'a short code of 3 to 8 digits',
      )
    }
  })

  const jwt = {
    HELIOGRAPH_JWT_JWKS_URL: 'https://id.example.org/jwks.json',
    HELIOGRAPH_JWT_ISSUER: 'https://id.example.org/',
    HELIOGRAPH_JWT_AUDIENCE: 'heliograph',
  }

  test('JWTs are tokens as well: with them any address may be listened on, and pages be listed', () => {
    expect(readSettings({}, [])).toMatchObject({
      jwtJwksUrl: null,
      jwtIssuer: null,
      jwtAudience: null,
      jwtRoleClaim: 'role',
      jwtAccountsClaim: 'accounts',
    })
    const env = { ...jwt, HELIOGRAPH_HOST: '0.0.0.0', HELIOGRAPH_CORS_ORIGINS: 'https://a.example.org' }
    expect(readSettings(env, ['--jwt-role-claim', 'realm_access.roles'])).toMatchObject({
      jwtJwksUrl: 'https://id.example.org/jwks.json',
      jwtIssuer: 'https://id.example.org/',
      jwtAudience: 'heliograph',
      jwtRoleClaim: 'realm_access.roles',
      host: '0.0.0.0',
      tokensFile: null,
    })
  })

  test('JWTs take JWKS, issuer and audience, and a refusal names what is missing', () => {
    const names = Object.keys(jwt) as (keyof typeof jwt)[]
    for (const name of names) {
      const rest = names.filter((other) => other !== name)
      expect(problemsOf({ ...jwt, [name]: '' })).toContain(`${name} is not set: JWTs take it as well.`)
      expect(problemsOf({ [name]: jwt[name] })).toContain(
        `${rest.join(' and ')} are not set: JWTs take them as well.`,
      )
    }
  })

  test('the JWKS is fetched by https, or by http from this machine only, and without a login', () => {
    const urlOf = (url: string) => readSettings({ ...jwt, HELIOGRAPH_JWT_JWKS_URL: url }, []).jwtJwksUrl
    for (const url of [
      'https://id.example.org:8443/jwks?x=1',
      'http://localhost:8080/certs',
      'http://127.0.0.1/jwks',
      'http://[::1]:8080/jwks',
    ])
      expect(urlOf(url)).toBe(url)
    for (const wrong of [
      'http://id.example.org/jwks',
      'http://127.0.0.1.example.org/jwks',
      'http://localhost@id.example.org/jwks',
      'https://name:password@id.example.org/jwks',
      'ftp://localhost/jwks',
      'file:///etc/jwks.json',
      'https:///jwks',
      'id.example.org',
    ]) {
      const problem = problemsOf({ ...jwt, HELIOGRAPH_JWT_JWKS_URL: wrong })
      expect(problem).toContain('it takes a URL such as https://id.example.org/jwks.json')
      expect(problem).not.toContain('password')
    }
  })

  test('pages of other sites are listed by their origins, and only with tokens', () => {
    const tokens = { HELIOGRAPH_TOKENS_FILE: 'tokens.json' }
    const origins = (text: string) =>
      readSettings({ ...tokens, HELIOGRAPH_CORS_ORIGINS: text }, []).corsOrigins
    expect(readSettings(tokens, []).corsOrigins).toEqual([])
    expect(origins('https://A.example.org, http://localhost:3000')).toEqual([
      'https://a.example.org',
      'http://localhost:3000',
    ])
    for (const wrong of ['*', 'https://*.example.org', 'a.example.org', 'https://a/', 'https://a,', 'null']) {
      expect(problemsOf({ ...tokens, HELIOGRAPH_CORS_ORIGINS: wrong })).toContain('it takes origins such as')
    }
    expect(problemsOf({ HELIOGRAPH_CORS_ORIGINS: 'https://a.example.org' })).toContain(
      'set HELIOGRAPH_TOKENS_FILE or HELIOGRAPH_JWT_JWKS_URL as well',
    )
  })

  test('the Redis URL is redis://, rediss:// or redis+sentinel://', () => {
    expect(readSettings({}, ['--redis-url', 'rediss://u:p@h:6380/2']).redisUrl).toBe('rediss://u:p@h:6380/2')
    const sentinels = 'redis+sentinel://u:p@one:26379,two:26379/primary'
    expect(readSettings({}, ['--redis-url', sentinels]).redisUrl).toBe(sentinels)
    for (const wrong of ['http://h', 'localhost:6379', 'redis://']) {
      expect(problemsOf({ HELIOGRAPH_REDIS_URL: wrong })).toContain('redis://127.0.0.1:6379/0')
    }
  })

  test('the AMQP source is off without a URL, and its bindings are a list', () => {
    expect(readSettings({}, [])).toMatchObject({
      amqpUrl: null,
      amqpExchange: 'cloudstack-events',
      amqpQueue: 'heliograph',
      amqpBindings: ['#'],
      amqpPrefetch: 2_000,
    })
    const url = 'amqps://name:pass%20word@host:5671/%2F'
    const keys = '*.ActionEvent.#, *.*.*.VirtualMachine.*'
    expect(readSettings({ HELIOGRAPH_AMQP_URL: url, HELIOGRAPH_AMQP_BINDINGS: keys }, [])).toMatchObject({
      amqpUrl: url,
      amqpBindings: ['*.ActionEvent.#', '*.*.*.VirtualMachine.*'],
    })
    for (const wrong of ['http://h', 'amqp://', 'amqp:///vhost', 'amqp://n:%zz@h', 'host:5672']) {
      expect(problemsOf({ HELIOGRAPH_AMQP_URL: wrong })).toContain('HELIOGRAPH_AMQP_URL')
    }
    for (const wrong of ['a,,b', ',', 'x'.repeat(256)]) {
      expect(problemsOf({ HELIOGRAPH_AMQP_BINDINGS: wrong })).toContain('HELIOGRAPH_AMQP_BINDINGS')
    }
  })

  test('a URL that is refused is shown without its login', () => {
    for (const variable of ['HELIOGRAPH_AMQP_URL', 'HELIOGRAPH_REDIS_URL']) {
      const problem = problemsOf({ [variable]: 'http://name:pass@w/ord@host:1' })
      expect(problem).toContain(`${variable} is "…@host:1"`)
      expect(problem).not.toMatch(/pass@|w\/ord/)
    }
  })

  test("the secret of CloudStack's webhooks is off unless set, long enough, and shown by no error", () => {
    const variable = 'HELIOGRAPH_CLOUDSTACK_WEBHOOK_SECRET'
    expect(readSettings({ [variable]: '' }, []).cloudstackWebhookSecret).toBe(null)
    const right = 'Aa0+/=!~'.repeat(2)
    expect(readSettings({ [variable]: right }, []).cloudstackWebhookSecret).toBe(right)
    const wrong = ['short', ' '.repeat(20), `${right}\n`, `${right} ${right}`, `${right}é`, 'x'.repeat(256)]
    for (const secret of wrong) {
      const problem = problemsOf({ [variable]: secret })
      expect(problem).toContain(`${variable} is not right; it takes a secret of 16 to 255`)
      expect(problem).not.toContain(secret)
    }
    expect(problemsOf({}, ['--cloudstack-webhook-secret', 'short-one'])).not.toContain('short-one')
  })

  test('a flag without a value, or given twice, is refused', () => {
    expect(problemsOf({}, ['--port'])).toContain('--port has no value')
    expect(problemsOf({}, ['--port', '--data', 'x'])).toContain('--port has no value')
    expect(problemsOf({}, ['--port', '1', '--port', '2'])).toContain('--port is given twice')
  })

  test('the help and the README table list every setting, within 100 columns', () => {
    const help = printHelp()
    const settings = Object.keys(readSettings({}, []))
    expect(help.match(/HELIOGRAPH_[A-Z_]+/g)).toHaveLength(settings.length)
    expect(printSettingsTable().match(/HELIOGRAPH_[A-Z_]+/g)).toHaveLength(settings.length)
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})
