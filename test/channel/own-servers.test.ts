import { expect, test } from 'vitest'
import { ownServersOf } from '../../src/channel/own-servers.ts'

test.each([
  ['redis://127.0.0.1:6380/0', [{ host: '127.0.0.1', port: 6380 }]],
  ['rediss://user:p@ss@redis.example', [{ host: 'redis.example', port: 6379 }]],
  [
    'redis+sentinel://:secret@one:26380,two/name/0',
    [
      { host: 'one', port: 26380 },
      { host: 'two', port: 26379 },
    ],
  ],
  ['amqp://name:password@[::1]:5673/', [{ host: '::1', port: 5673 }]],
  ['amqps://broker.example/vhost', [{ host: 'broker.example', port: 5671 }]],
  ['smtps://mail.example', [{ host: 'mail.example', port: 465 }]],
])('%s names the servers that no endpoint may lead to', (url, servers) => {
  expect(ownServersOf([null, url])).toEqual(servers)
})
