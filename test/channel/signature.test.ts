import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { messageIdOf } from '../../src/channel/message-id.ts'
import { createSecret, parseSecret, sign } from '../../src/channel/signature.ts'

describe('secrets', () => {
  test('are made of 32 random bytes, and read back', () => {
    const [one, other] = [createSecret(), createSecret()]
    expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(one).not.toBe(other)
    expect(parseSecret(one)).toHaveLength(32)
  })

  test.each([24, 32, 63, 64])('of %i bytes are taken, with padding or without', (bytes) => {
    // Its key is shorter than the specification demands.
    const key = Buffer.alloc(bytes, 7)
    const text = `whsec_${key.toString('base64')}`
    expect(Buffer.from(parseSecret(text))).toEqual(key)
    expect(Buffer.from(parseSecret(text.replace(/=+$/, '')))).toEqual(key)
  })

  test.each([
    ['', 'empty'],
    ['whsec_', 'without a key'],
    [Buffer.alloc(32).toString('base64'), 'without the prefix'],
    [`whsec_${Buffer.alloc(23).toString('base64')}`, 'of 23 bytes'],
    [`whsec_${Buffer.alloc(65).toString('base64')}`, 'of 65 bytes'],
    [`whsec_${'ä'.repeat(44)}`, 'of other letters'],
    [`whsec_${'_-'.repeat(22)}`, 'in base64url'],
    [`whsec_${Buffer.alloc(32).toString('base64')} `, 'with a space'],
    [`whsk_${Buffer.alloc(32).toString('base64')}`, 'of the asymmetric kind'],
  ])('%j is refused: %s', (text) => {
    expect(() => parseSecret(text, 'input.secret')).toThrow(
      expect.objectContaining({
        code: 'BAD_INPUT',
        field: 'input.secret',
        message: 'input.secret must be whsec_ followed by 24 to 64 bytes as base64',
      }),
    )
  })
})

describe('signatures', () => {
  test('are those of the example in PROTOCOL.md', async () => {
    const protocol = await readFile(new URL('../../schema/PROTOCOL.md', import.meta.url), 'utf8')
    const [, example = ''] = /<!-- signature -->\n```\n([\s\S]*?)```/.exec(protocol) ?? []
    const values = Object.fromEntries(
      example
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    )
    const { secret, body, 'webhook-id': id, 'webhook-timestamp': time } = values
    const timestamp = Number(time)
    expect(sign({ id, timestamp, body: Buffer.from(body) }, [parseSecret(secret)])).toBe(
      values['webhook-signature'],
    )
  })

  test('are those of the example of the specification', () => {
    const body = Buffer.from('{"event_type":"ping","data":{"success":true}}')
    // Its key is shorter than the specification demands.
    const key = Buffer.from('plJ3nmyCDGBKInavdOK15jsl', 'base64')
    expect(sign({ id: 'msg_loFOjxBNrRLzqYUf', timestamp: 1731705121, body }, [key])).toBe(
      'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
    )
  })

  test('of several keys stand side by side, the newest first', () => {
    const message = { id: 'msg_1', timestamp: 1, body: Buffer.from('{}') }
    const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    const each = keys.map((key) => sign(message, [key]))
    expect(new Set(each).size).toBe(2)
    expect(sign(message, keys)).toBe(each.join(' '))
  })
})

describe('the webhook-id', () => {
  const id = (endpointId: string, source: string, eventId: string) =>
    messageIdOf(endpointId, { source, eventId })

  test('is msg_ and 43 letters without a full stop, and the same every time', () => {
    expect(id('ep_1', 'cloudstack', 'e.1')).toMatch(/^msg_[A-Za-z0-9_-]{43}$/)
    expect(id('ep_1', 'cloudstack', 'e.1')).toBe(id('ep_1', 'cloudstack', 'e.1'))
  })

  test('differs wherever a part differs, however the parts could be joined', () => {
    const ids = [
      id('ep_1', 'a', 'b'),
      id('ep_2', 'a', 'b'),
      id('ep_1', 'ab', ''),
      id('ep_1', 'a,b', ''),
      id('ep_1', 'a","b', ''),
      id('ep_1', 'a', 'b"'),
      id('ep_1', 'b', 'a'),
      id('ep_1a', '', 'b'),
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })
})
