// The file of brokers: what it gives, and what is said of one that cannot be used.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseAmqpBrokers, readAmqpBrokers } from '../../src/channel/amqp-brokers.ts'
import { asHeliographError, type HeliographError } from '../../src/errors.ts'

const path = 'brokers.json'
const url = 'amqp://guest:secret-word@127.0.0.1/'
const alerts = { alerts: { roles: ['admin', 'tenant'] } }

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'heliograph-brokers-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

function refusalOf(text: string): HeliographError | null {
  try {
    parseAmqpBrokers(text, path, null)
    return null
  } catch (error) {
    return asHeliographError(error)
  }
}

test('a file gives brokers by name, their exchanges, and roles in upper case', async () => {
  const file = join(await makeDirectory(), path)
  await writeFile(file, JSON.stringify({ bus: { url, exchanges: alerts } }))
  const brokers = await readAmqpBrokers(file, null)
  expect(brokers).toEqual(new Map([['bus', { url, exchanges: new Map([['alerts', ['ADMIN', 'TENANT']]]) }]]))
})

test('a file that is missing is refused, by the name of the setting and its path', async () => {
  const file = join(await makeDirectory(), path)
  await expect(readAmqpBrokers(file, null)).rejects.toMatchObject({
    code: 'BAD_SETTING',
    field: 'HELIOGRAPH_AMQP_BROKERS_FILE',
    message: `HELIOGRAPH_AMQP_BROKERS_FILE: ${file} is missing.`,
  })
})

test('a directory in its place is refused', async () => {
  await expect(readAmqpBrokers(await makeDirectory(), null)).rejects.toThrow('cannot be read (EISDIR)')
})

test.each<[fault: string, file: unknown, says: string]>([
  ['is no object', [], 'it takes brokers by name'],
  ['has a broker with a bad name', { 'Bus 1': { url, exchanges: alerts } }, 'small letters, digits and -'],
  ['has a broker without a URL', { bus: { exchanges: alerts } }, 'bus.url takes a URL'],
  [
    'has a URL of another kind',
    { bus: { url: 'https://h', exchanges: alerts } },
    'bus.url takes a URL such as',
  ],
  ['has no exchanges', { bus: { url } }, 'bus.exchanges takes exchanges by name'],
  ['has an unknown role', { bus: { url, exchanges: { a: { roles: ['root'] } } } }, 'takes admin or tenant'],
  ['has an exchange for nobody', { bus: { url, exchanges: { a: { roles: [] } } } }, 'at least one role'],
  ['has an unknown field', { bus: { url, exchanges: alerts, tls: {} } }, 'bus has a field that is not known'],
])('a file that %s is refused, and its logins are not told', (_fault, file, says) => {
  const refusal = refusalOf(JSON.stringify(file))
  expect(refusal).toMatchObject({ code: 'BAD_SETTING', field: 'HELIOGRAPH_AMQP_BROKERS_FILE' })
  expect(refusal?.message).toContain(says)
  expect(refusal?.message).not.toContain('secret-word')
})

test('a file that is no JSON is refused, and its text is not told', () => {
  const refusal = refusalOf(`{ "bus": { "url": "${url}", }`)
  expect(refusal?.message).toBe('HELIOGRAPH_AMQP_BROKERS_FILE: brokers.json is broken: it is not JSON.')
})

test.each(['cloudstack-events', '', 'amq.topic'])(
  'a file that allows the exchange "%s" is refused',
  (name) => {
    const text = JSON.stringify({ bus: { url, exchanges: { [name]: { roles: ['admin'] } } } })
    const source = { url: 'amqps://mq.example.org:5671', exchange: 'cloudstack-events' }
    expect(() => parseAmqpBrokers(text, path, source)).toThrow(
      /bus\.exchanges\..* must not (be|have the name of)/,
    )
  },
)

test('an exchange of the same name in another virtual host is no loop', () => {
  const text = JSON.stringify({ bus: { url: `${url}other`, exchanges: { same: { roles: ['admin'] } } } })
  expect(parseAmqpBrokers(text, path, { url, exchange: 'same' }).has('bus')).toBe(true)
})
