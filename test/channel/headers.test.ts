import { expect, test } from 'vitest'
import { checkHeaders } from '../../src/channel/headers.ts'

const field = 'input.endpoints[0].headers'

test('custom headers are taken, with their names in lower case', () => {
  expect(checkHeaders({ Authorization: 'Bearer a b', 'X-Api-Key': '1' }, field)).toEqual({
    authorization: 'Bearer a b',
    'x-api-key': '1',
  })
  expect(checkHeaders({}, field)).toEqual({})
})

test.each([
  'Host',
  'Content-Type',
  'content-length',
  'Content-Encoding',
  'Connection',
  'Keep-Alive',
  'Proxy-Authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Expect',
  'HTTP2-Settings',
  'Webhook-Id',
  'webhook-signature',
  'CE-Id',
])('the header %s is refused by its name', (name) => {
  expect(() => checkHeaders({ [name]: 'x' }, field)).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', field: `${field}.${name}` }),
  )
})

test.each(['', 'a b', 'a:b', 'a\r\nb', 'ä', 'a\u0000', '(a)'])('the name %j is refused', (name) => {
  expect(() => checkHeaders({ [name]: 'x' }, field)).toThrow(
    expect.objectContaining({ code: 'BAD_INPUT', field }),
  )
})

test.each(['', ' a', 'a ', 'a\r\nHost: b', 'a\nb', 'a\u0000', 'a\u007f', 'ä', '€', 's3cret'.repeat(400)])(
  'the value %j is refused, and not shown',
  (value) => {
    let message = ''
    try {
      checkHeaders({ 'X-Key': value }, field)
    } catch (error) {
      expect(error).toMatchObject({ code: 'BAD_INPUT', field: `${field}.X-Key` })
      message = String(error)
    }
    expect(message).toMatch(/must (be|have)/)
    if (value.trim().length > 2) expect(message).not.toContain(value.trim())
  },
)

test('a header that is given twice, and more than twenty, are refused', () => {
  expect(() => checkHeaders({ 'x-a': '1', 'X-A': '2' }, field)).toThrow(/is given twice/)
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, 'v']))
  expect(() => checkHeaders(many, field)).toThrow(/at most 20/)
})
