import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '../../src/event/event.ts'
import { looksSecret, maskCredentials, withoutSecrets } from '../../src/event/secrets.ts'

const secretNames = [
  'password',
  'vncPassword',
  'passwd',
  'secretkey',
  'client_secret',
  'token',
  'accessToken',
  'apiKey',
  'api-key',
  'sessionkey',
  'signature',
  'privateKey',
  'private_key',
  'userdata',
  'userData',
  'userdatadetails',
  'credentials',
  'Authorization',
  'cookie',
]

test.each(secretNames)('"%s" looks like a secret', (name) => {
  expect(looksSecret(name)).toBe(true)
})

test.each(['name', 'keypair', 'publickey', 'userdataid', 'userdataname', 'account', 'passthrough', 'hostid'])(
  '"%s" does not',
  (name) => {
    expect(looksSecret(name)).toBe(false)
  },
)

test('whatever lies under a secret name is gone at any depth, and everything else stays', () => {
  const name = fc.stringMatching(/^[b-h]{1,5}$/)
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.boolean(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(name, tie('tree'), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(tree, fc.constantFrom(...secretNames), (value, secret) => {
      expect(withoutSecrets(value)).toEqual(value)
      expect(withoutSecrets(salted(value, secret))).toEqual(value)
    }),
  )
})

/** The value with a secret in every object of it. */
function salted(value: Json, secret: string): Json {
  if (Array.isArray(value)) return value.map((item) => salted(item, secret))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, salted(member, secret)])
  return { ...Object.fromEntries(members), [secret]: { plain: ['hunter2'] } }
}

test('yes and no are no secrets', () => {
  expect(withoutSecrets({ passwordenabled: true, password: 'x' })).toEqual({ passwordenabled: true })
})

test('__proto__ is no way around it', () => {
  const value = withoutSecrets(JSON.parse('{"__proto__":{"password":"x"},"a":1}'))
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(JSON.stringify(value)).toBe('{"a":1}')
})

test.each([
  [
    'https://host/client/api?apiKey=K&command=a&signature=S%3D',
    'https://host/client/api?apiKey=***&command=a&signature=***',
  ],
  ['see ftp://ann:pw@host/x and nfs://host/y', 'see ftp://***@host/x and nfs://host/y'],
  ['mail ann@example.org', 'mail ann@example.org'],
  ['a=b', 'a=b'],
])('%s is kept as %s', (text, kept) => {
  expect(maskCredentials(text)).toBe(kept)
  expect(withoutSecrets([text])).toEqual([kept])
})

test('a text of the largest size is masked at once, whatever is in it', () => {
  const startedAt = performance.now()
  for (const piece of ['a.', 'a:', '://', 'a://', '?token', '&', 'a@', 'a://b:']) {
    maskCredentials(`${piece.repeat(60_000)}@=`)
  }
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
