// The table of addresses that must never be called, with an address of every range and of its end.

import { describe, expect, test } from 'vitest'
import { createAddressJudge } from '../../src/channel/address.ts'

const judge = createAddressJudge([])

const forbidden = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.1', '127.255.255.255'],
  ['168.63.129.16'],
  ['169.254.0.0', '169.254.169.254', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.192', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.31.196.0', '192.31.196.255'],
  ['192.52.193.0', '192.52.193.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['192.175.48.0', '192.175.48.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '239.255.255.255'],
  ['240.0.0.0', '255.255.255.254', '255.255.255.255'],
  ['::'],
  ['::1'],
  ['::2', '::7f00:1', '::808:808'],
  ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '0:0:0:0:0:ffff:7f00:1'],
  ['::ffff:0:7f00:1', '::ffff:0:8.8.8.8'],
  ['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['100::', '100::ffff:ffff:ffff:ffff'],
  ['100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff'],
  ['2001::', '2001:0:808:808::f7f7:f7f7', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:4:112::', '2001:4:112:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2002::', '2002:7f00:1::', '2002:808:808::1', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
  ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::', 'fd00:ec2::254', 'fd20:ce::254', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe80::', 'fe80::1%eth0', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ff00::', 'ff02::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  // ISATAP: a public prefix with a private IPv4 address at its end.
  ['2a00:1450::5efe:10.0.0.1', '2a00:1450::200:5efe:127.0.0.1'],
].flat()

test.each(forbidden)('%s must not be called', (address) => {
  expect(judge(address)).toMatch(/^is /)
})

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '2001:4860:4860::8888',
  '2606:4700:4700::1111',
  '2a00:1450::5efe:8.8.8.8',
])('%s may be called', (address) => {
  expect(judge(address)).toBe(null)
})

test.each(['', 'localhost', '1.2.3', '300.1.1.1', '::g', '[::1]'])('%j is no address', (text) => {
  expect(judge(text)).not.toBe(null)
})

describe('what the operator allows', () => {
  test('may be called, in every spelling, and nothing beside it', () => {
    const allowing = createAddressJudge(['10.1.0.0/16', 'fd12::/16', '127.0.0.1/32', '::1/128'])
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1', '127.0.0.1', '::1', '8.8.8.8']) {
      expect(allowing(address), address).toBe(null)
    }
    for (const address of ['10.2.0.0', 'fd13::1', '127.0.0.2', '192.168.0.1', '::2']) {
      expect(allowing(address), address).not.toBe(null)
    }
  })

  test.each([
    '169.254.169.254',
    '169.254.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    '::a9fe:a9fe',
    '::ffff:0:169.254.169.254',
    '2a00:1450::5efe:169.254.169.254',
    // Teredo: the address of the client is written inverted.
    '2001:0:808:808::5601:5601',
    '2001:0:a9fe:a9fe::',
    'fe80::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
  ])('never holds %s, even where everything is allowed', (address) => {
    expect(createAddressJudge(['0.0.0.0/0', '::/0'])(address)).not.toBe(null)
  })

  test('of NAT64 reaches public addresses only, and those that are allowed themselves', () => {
    const allowing = createAddressJudge(['64:ff9b::/96', '10.0.0.0/8'])
    expect(allowing('64:ff9b::8.8.8.8')).toBe(null)
    expect(allowing('64:ff9b::10.0.0.1')).toBe(null)
    expect(allowing('64:ff9b::192.168.0.1')).not.toBe(null)
    expect(createAddressJudge(['10.0.0.0/8'])('64:ff9b::10.0.0.1')).not.toBe(null)
  })
})
